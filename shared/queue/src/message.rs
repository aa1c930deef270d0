//! The text of a message.

use domain::ids::{ClinicId, DeliveryId, WebhookId};
use domain::webhook::{DeliveryRef, WebhookWork};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Message {
    clinic: String,
    endpoint: String,
    /// Absent for a replay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivery: Option<String>,
}

/// Writes a message about some work.
pub fn write_message(work: WebhookWork) -> String {
    let (clinic, endpoint, delivery) = match work {
        WebhookWork::Deliver(one) => (one.clinic, one.endpoint, Some(one.id.to_string())),
        WebhookWork::Replay(clinic, endpoint) => (clinic, endpoint, None),
    };
    let (clinic, endpoint) = (clinic.to_string(), endpoint.to_string());
    serde_json::to_string(&Message { clinic, endpoint, delivery }).unwrap_or_default()
}

/// Reads a message. `None` if this service did not write it.
pub fn parse_message(text: &str) -> Option<WebhookWork> {
    let message: Message = serde_json::from_str(text).ok()?;
    let clinic = ClinicId::parse(&message.clinic).ok()?;
    let endpoint = WebhookId::parse(&message.endpoint).ok()?;
    Some(match message.delivery {
        None => WebhookWork::Replay(clinic, endpoint),
        Some(id) => {
            let id = DeliveryId::parse(&id).ok()?;
            WebhookWork::Deliver(DeliveryRef { clinic, endpoint, id })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_back() {
        let (clinic, endpoint) = (ClinicId::from_bytes([1; 16]), WebhookId::from_bytes([2; 16]));
        let delivery = DeliveryRef { clinic, endpoint, id: DeliveryId::from_bytes([3; 16]) };
        for work in [WebhookWork::Deliver(delivery), WebhookWork::Replay(clinic, endpoint)] {
            assert_eq!(parse_message(&write_message(work)), Some(work));
        }
        for wrong in ["", "{}", "[]", r#"{"clinic":"x","endpoint":"y"}"#] {
            assert_eq!(parse_message(wrong), None, "{wrong}");
        }
    }
}
