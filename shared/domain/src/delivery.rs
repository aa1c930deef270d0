//! Whether a mail arrived. Never changes what it is about.

use crate::time::Timestamp;

/// How far a mail has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// Committed, not yet handed to the mail system.
    Queued,
    /// The mail system took it.
    Sent,
    /// The recipient's server took it.
    Delivered,
    /// The recipient's server asked to wait.
    Delayed,
    /// The recipient's server refused it.
    Bounced,
    /// The recipient called it spam.
    Complained,
    /// The mail system refused it for good.
    Failed,
}

impl DeliveryStatus {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Delayed,
        Self::Bounced,
        Self::Complained,
        Self::Failed,
    ];

    /// The state's name in JSON and in the stream filter.
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

    /// Reads a state's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.as_str() == text)
    }
}

/// A mail's state with what the mail system said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailDelivery {
    /// How far it has come.
    pub status: DeliveryStatus,
    /// The mail system's reason, when something went wrong.
    pub detail: Option<String>,
    /// The mail system's id of the message.
    pub message_id: Option<String>,
    /// Until when one mailer has a queued mail to itself. Once past, another may take it over.
    pub sending_until: Option<Timestamp>,
}

impl EmailDelivery {
    /// A mail that is still to be sent.
    pub fn queued() -> Self {
        Self { status: DeliveryStatus::Queued, detail: None, message_id: None, sending_until: None }
    }
}
