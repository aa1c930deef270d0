//! The events of SES, as `EventBridge` delivers them. See "Contents of event data that Amazon SES publishes" in the
//! SES developer guide. Addresses and the text of the recipient's server are not read.

use std::collections::HashMap;

use domain::delivery::{BounceReason, ComplaintReason, DelayReason, DeliveryEvent};
use serde::Deserialize;

/// One event of `EventBridge`.
#[derive(Debug, Deserialize)]
pub struct SesEvent {
    detail: EventDetail,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventDetail {
    event_type: String,
    mail: SentEmail,
    #[serde(default)]
    bounce: Bounce,
    #[serde(default)]
    complaint: Complaint,
    #[serde(default)]
    delivery_delay: DeliveryDelay,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SentEmail {
    message_id: String,
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    #[serde(rename = "bounceType")]
    kind: String,
    #[serde(rename = "bounceSubType", default)]
    sub_kind: String,
    #[serde(default)]
    bounced_recipients: Vec<BouncedRecipient>,
}

#[derive(Debug, Deserialize)]
struct BouncedRecipient {
    /// The enhanced status code, such as `5.1.1`. RFC 3463 and the IANA registry list them.
    status: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Complaint {
    #[serde(rename = "complaintSubType")]
    sub_kind: Option<String>,
    #[serde(rename = "complaintFeedbackType")]
    feedback: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryDelay {
    #[serde(default)]
    delay_type: String,
}

impl SesEvent {
    /// What happened, as SES calls it.
    pub fn kind(&self) -> &str {
        &self.detail.event_type
    }

    /// The id that SES gave the message.
    pub(crate) fn message_id(&self) -> &str {
        &self.detail.mail.message_id
    }

    pub(crate) fn tags(&self) -> &HashMap<String, Vec<String>> {
        &self.detail.mail.tags
    }

    /// The report. `None` if the event says nothing about the delivery.
    pub(crate) fn read(&self) -> Option<DeliveryEvent> {
        let detail = &self.detail;
        Some(match detail.event_type.as_str() {
            "Send" => DeliveryEvent::Sent,
            "Delivery" => DeliveryEvent::Delivered,
            "DeliveryDelay" => DeliveryEvent::Delayed(detail.delivery_delay.reason()),
            "Bounce" => DeliveryEvent::Bounced(detail.bounce.reason()),
            "Complaint" => DeliveryEvent::Complained(detail.complaint.reason()?),
            "Reject" | "Rendering Failure" => DeliveryEvent::Rejected,
            _ => return None,
        })
    }
}

impl DeliveryDelay {
    fn reason(&self) -> DelayReason {
        match self.delay_type.as_str() {
            "MailboxFull" => DelayReason::MailboxFull,
            "SpamDetected" => DelayReason::Spam,
            _ => DelayReason::Server,
        }
    }
}

impl Complaint {
    /// `None` if the recipient says that the email is no spam.
    fn reason(&self) -> Option<ComplaintReason> {
        match self.sub_kind.as_deref() {
            Some("OnAccountSuppressionList") => Some(ComplaintReason::Suppressed),
            _ if self.feedback.as_deref() == Some("not-spam") => None,
            _ => Some(ComplaintReason::Reported),
        }
    }
}

impl Bounce {
    fn reason(&self) -> BounceReason {
        let by_kind = match self.sub_kind.as_str() {
            "OnAccountSuppressionList" => Some(BounceReason::Suppressed),
            "Suppressed" => Some(BounceReason::SuppressedBySes),
            "NoEmail" => Some(BounceReason::NoMailbox),
            "MailboxFull" => Some(BounceReason::MailboxFull),
            "MessageTooLarge" | "ContentRejected" | "AttachmentRejected" => {
                Some(BounceReason::Refused)
            }
            _ => None,
        };
        let status = self.bounced_recipients.first().and_then(|one| one.status.as_deref());
        let by_status = || status.and_then(read_status);
        match self.kind.as_str() {
            "Permanent" => by_kind.or_else(by_status).unwrap_or(BounceReason::Permanent),
            "Transient" => by_kind.or_else(by_status).unwrap_or(BounceReason::Unclear),
            _ => by_kind.unwrap_or(BounceReason::Unclear),
        }
    }
}

/// Reads an enhanced status code. Its first digit says only whether a retry could help.
fn read_status(code: &str) -> Option<BounceReason> {
    let (_, rest) = code.trim().split_once('.')?;
    Some(match rest {
        "1.1" | "1.3" | "1.6" => BounceReason::NoMailbox,
        "1.2" | "1.10" | "4.4" => BounceReason::NoDomain,
        "2.1" => BounceReason::Disabled,
        "2.2" => BounceReason::MailboxFull,
        "4.1" | "4.2" | "4.7" => BounceReason::TimedOut,
        "2.3" | "3.4" => BounceReason::Refused,
        other if other.starts_with("6.") || other.starts_with("7.") => BounceReason::Refused,
        _ => return None,
    })
}
