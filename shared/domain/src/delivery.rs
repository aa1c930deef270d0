//! Whether an email arrived. Delivery never changes the status of an invitation.

mod event;

use crate::time::Timestamp;

pub use event::{BounceReason, ComplaintReason, DelayReason, DeliveryEvent};

/// How far an email has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// The email is stored but not yet handed to SES.
    Queued,
    /// SES accepted it.
    Sent,
    /// The recipient's server accepted it.
    Delivered,
    /// The recipient's server is not accepting it yet.
    Delayed,
    /// The recipient's server rejected it.
    Bounced,
    /// The recipient marked it as spam.
    Complained,
    /// SES rejected it permanently.
    Failed,
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Delayed,
        Self::Bounced,
        Self::Complained,
        Self::Failed,
    ];

    /// The name of the status in JSON and in the stream filter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Delayed => "delayed",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Failed => "failed",
        }
    }

    /// Whether the email did not arrive, or not yet.
    pub const fn is_problem(self) -> bool {
        matches!(self, Self::Delayed | Self::Bounced | Self::Complained | Self::Failed)
    }

    /// Reads the name of a status.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.as_str() == text)
    }
}

/// The delivery of one email, with what SES reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailDelivery {
    /// How far the email has come.
    pub status: DeliveryStatus,
    /// The reason that SES gave, if something went wrong.
    pub detail: Option<String>,
    /// The message id that SES assigned.
    pub message_id: Option<String>,
    /// The attempt to send a queued email, from the start of the first one.
    pub attempt: Option<SendAttempt>,
}

/// The last attempt to send an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendAttempt {
    /// Until when one mailer has leased the email. The next attempt is due then.
    pub until: Timestamp,
    /// How many attempts there were that may have sent the email, this one included.
    pub number: u32,
}

impl EmailDelivery {
    /// The delivery of an email that has not been sent yet.
    pub fn unsent() -> Self {
        Self { status: DeliveryStatus::Queued, detail: None, message_id: None, attempt: None }
    }
}
