//! What SES reports about an email, and what that makes of its delivery.
//!
//! SES may report late, twice and in any order. So each report has a rank, and a delivery changes only to a
//! higher one. The order of the reports doesn't matter then.

use super::{DeliveryStatus, EmailDelivery};

/// A report of SES about one email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryEvent {
    /// SES accepted the email.
    Sent,
    /// The recipient's server is not accepting the email yet.
    Delayed(DelayReason),
    /// SES refused to send the email that it had accepted.
    Rejected,
    /// The email came back.
    Bounced(BounceReason),
    /// The recipient's server accepted the email.
    Delivered,
    /// The recipient reported the email as spam.
    Complained(ComplaintReason),
}

/// Why an email is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelayReason {
    /// The mailbox is full.
    MailboxFull,
    /// The recipient's server takes it for spam.
    Spam,
    /// Any other reason.
    Server,
}

/// Why an email came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BounceReason {
    /// The mailbox does not exist.
    NoMailbox,
    /// The domain does not exist or takes no email.
    NoDomain,
    /// The mailbox is disabled.
    Disabled,
    /// The mailbox is full.
    MailboxFull,
    /// The recipient's server does not want it.
    Refused,
    /// The recipient's server did not take it in time.
    TimedOut,
    /// Any other permanent reason.
    Permanent,
    /// An earlier email bounced, so the account's suppression list has the address. SES sent nothing.
    Suppressed,
    /// An email of another sender bounced, so SES sent nothing.
    SuppressedBySes,
    /// SES does not know the reason. It may be an automatic reply, such as an absence note.
    Unclear,
}

/// How a recipient reported spam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComplaintReason {
    /// They reported this email.
    Reported,
    /// They reported an earlier one, so the account's suppression list has the address. SES sent nothing.
    Suppressed,
}

impl DelayReason {
    /// The reason for a person.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::MailboxFull => "The mailbox is full. We keep trying for up to 14 hours.",
            Self::Spam => {
                "The recipient's email server takes the email for spam. We keep trying for up to 14 hours."
            }
            Self::Server => {
                "The recipient's email server is not accepting the email yet. We keep trying for up to 14 hours."
            }
        }
    }
}

impl BounceReason {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::NoMailbox,
        Self::NoDomain,
        Self::Disabled,
        Self::MailboxFull,
        Self::Refused,
        Self::TimedOut,
        Self::Permanent,
        Self::Suppressed,
        Self::SuppressedBySes,
        Self::Unclear,
    ];

    /// The reason for a person, with what to do.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::NoMailbox => "The mailbox does not exist. Check the address.",
            Self::NoDomain => "The domain of the address does not take email. Check the address.",
            Self::Disabled => "The mailbox is disabled. Ask the person for another address.",
            Self::MailboxFull => "The mailbox is full. Ask the person to make room, then resend.",
            Self::Refused => {
                "The recipient's email server refused the email. Ask its administrator to allow email from AutoScribe, then resend."
            }
            Self::TimedOut => {
                "The recipient's email server did not accept the email in time. Resend later."
            }
            Self::Permanent => {
                "The recipient's email server returned the email for good. Check the address."
            }
            Self::Suppressed => {
                "Not sent: an earlier email to this address bounced, so the address is on our suppression list. Check the address. If it is right, ask AutoScribe support to take it off the list, then resend."
            }
            Self::SuppressedBySes => {
                "Not sent: emails of other senders to this address bounced lately. Check the address. If it is right, resend in two weeks."
            }
            Self::Unclear => {
                "The recipient's email server returned the email or an automatic reply. Ask the person whether the email arrived."
            }
        }
    }
}

impl ComplaintReason {
    /// The reason for a person, with what to do.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Reported => {
                "The recipient reported the email as spam, so the address is on our suppression list. Ask AutoScribe support to take it off the list before you resend."
            }
            Self::Suppressed => {
                "Not sent: the recipient reported an earlier email as spam, so the address is on our suppression list. Ask AutoScribe support to take it off the list, then resend."
            }
        }
    }
}

impl DeliveryEvent {
    /// The status that the email has if nothing outranks it.
    pub const fn status(self) -> DeliveryStatus {
        match self {
            Self::Sent => DeliveryStatus::Sent,
            Self::Delayed(_) => DeliveryStatus::Delayed,
            Self::Rejected => DeliveryStatus::Failed,
            Self::Bounced(_) => DeliveryStatus::Bounced,
            Self::Delivered => DeliveryStatus::Delivered,
            Self::Complained(_) => DeliveryStatus::Complained,
        }
    }

    /// The reason for a person, if something went wrong.
    pub const fn detail(self) -> Option<&'static str> {
        match self {
            Self::Sent | Self::Delivered => None,
            Self::Delayed(reason) => Some(reason.detail()),
            Self::Rejected => {
                Some("Our email system refused to send the email. Ask AutoScribe support.")
            }
            Self::Bounced(reason) => Some(reason.detail()),
            Self::Complained(reason) => Some(reason.detail()),
        }
    }
}

/// How much a delivery is worth knowing. An automatic reply ranks below `Delivered`, because only a delivered
/// email gets one. A server that accepts an email may still return it later, so another bounce ranks above.
fn rank(status: DeliveryStatus, detail: Option<&str>) -> u8 {
    match status {
        DeliveryStatus::Queued => 0,
        DeliveryStatus::Sent => 1,
        DeliveryStatus::Delayed => 2,
        DeliveryStatus::Failed => 3,
        DeliveryStatus::Bounced if detail == Some(BounceReason::Unclear.detail()) => 4,
        DeliveryStatus::Delivered => 5,
        DeliveryStatus::Bounced => 6,
        DeliveryStatus::Complained => 7,
    }
}

impl EmailDelivery {
    /// The delivery after a report about the message with this id. `None` if the report changes nothing.
    #[must_use]
    pub fn record(&self, event: DeliveryEvent, message_id: &str) -> Option<Self> {
        let same_message = self.message_id.as_deref() == Some(message_id);
        let (status, detail) = (event.status(), event.detail());
        let known = match self.status {
            // An operator queued the email again. This report is about the email before.
            DeliveryStatus::Queued if same_message => return None,
            // mailer gave up without an answer, so SES knows more.
            DeliveryStatus::Failed if !same_message => 0,
            known => rank(known, self.detail.as_deref()),
        };
        let later_delay = status == DeliveryStatus::Delayed
            && self.status == DeliveryStatus::Delayed
            && self.detail.as_deref() != detail;
        (rank(status, detail) > known || later_delay).then(|| Self {
            status,
            detail: detail.map(str::to_owned),
            message_id: Some(message_id.to_owned()),
            attempt: None,
        })
    }
}

#[cfg(test)]
mod tests;
