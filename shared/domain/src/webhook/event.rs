//! What a delivery carries.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::ids::EventId;
use crate::time::Timestamp;

/// The type of the event that asks a new receiver whether it wants deliveries.
pub const CHALLENGE: &str = "webhook.challenge";
/// The type of the event that an owner or admin sends to try a receiver.
pub const TEST: &str = "webhook.test";

/// An event on its way to a receiver. It holds ids and states, and never a name or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEvent {
    /// The id. The feed has the same.
    pub id: EventId,
    /// The type. A newer release may have written one that this release does not know.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// The data, as the text of a JSON object.
    pub data: String,
}

impl WebhookEvent {
    /// The event that asks a receiver to send this text back.
    pub fn challenge(id: EventId, at: Timestamp, text: &str) -> Self {
        let data = json!({ "challenge": text }).to_string();
        Self { id, kind: CHALLENGE.to_owned(), at, data }
    }

    /// The event that tries a receiver.
    pub fn for_test(id: EventId, at: Timestamp) -> Self {
        let data = json!({ "message": "This is a test." }).to_string();
        Self { id, kind: TEST.to_owned(), at, data }
    }

    /// Whether it asks a new receiver whether it wants deliveries.
    pub fn is_challenge(&self) -> bool {
        self.kind == CHALLENGE
    }

    /// Whether it is in the clinic's feed.
    pub fn is_of_feed(&self) -> bool {
        !self.is_challenge() && self.kind != TEST
    }

    /// The body of a delivery. It is the same each time, byte for byte what the feed has.
    pub fn body(&self) -> String {
        let (id, kind, at) = (self.id.to_string(), json!(self.kind), self.at.to_string());
        let data = serde_json::from_str::<&RawValue>(&self.data).map_or("null", RawValue::get);
        format!(r#"{{"id":"{id}","type":{kind},"createdAt":"{at}","data":{data}}}"#)
    }
}

/// Whether the answer of a receiver repeats the text of a challenge: `{"challenge": "..."}`.
pub fn answers_challenge(event: &WebhookEvent, answer: &[u8]) -> bool {
    let member = |json: Value| json.get("challenge").and_then(Value::as_str).map(str::to_owned);
    let asked = serde_json::from_str(&event.data).ok().and_then(member);
    asked.is_some() && serde_json::from_slice(answer).ok().and_then(member) == asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn challenge() -> WebhookEvent {
        WebhookEvent::challenge(EventId::from_bytes([1; 16]), Timestamp::EPOCH, "text")
    }

    #[test]
    fn a_body_has_the_members_of_the_feed() {
        let body: Value = serde_json::from_str(&challenge().body()).unwrap();
        let expected = json!({
            "id": format!("whe_{}", "01".repeat(16)), "type": "webhook.challenge",
            "createdAt": "1970-01-01T00:00:00.000Z", "data": { "challenge": "text" },
        });
        assert_eq!(body, expected);
        assert!(!challenge().is_of_feed());
    }

    #[test]
    fn data_is_sent_byte_for_byte() {
        let data = r#"{"userId":"usr_1", "actor":"a", "later":1.0}"#;
        let event = WebhookEvent { data: data.to_owned(), kind: "a\"b".to_owned(), ..challenge() };
        let body = event.body();
        assert!(body.ends_with(&format!(r#""data":{data}}}"#)), "{body}");
        let json: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&json["type"], &json["data"]["later"]), (&json!("a\"b"), &json!(1.0)));
        let corrupt = WebhookEvent { data: "{".to_owned(), ..challenge() };
        assert!(corrupt.body().ends_with(r#""data":null}"#), "a body is always JSON");
    }

    #[test]
    fn only_the_text_of_the_challenge_answers_it() {
        for (answer, right) in [
            (r#"{"challenge":"text"}"#, true),
            (r#" {"ok":1,"challenge":"text"} "#, true),
            (r#"{"challenge":"other"}"#, false),
            (r#"{"challenge":null}"#, false),
            ("{}", false),
            ("text", false),
            ("", false),
        ] {
            assert_eq!(answers_challenge(&challenge(), answer.as_bytes()), right, "{answer}");
        }
        let test = WebhookEvent::for_test(EventId::from_bytes([1; 16]), Timestamp::EPOCH);
        assert!(!answers_challenge(&test, b"{}"));
    }

    proptest! {
        #[test]
        fn reading_an_answer_never_panics(answer in any::<Vec<u8>>()) {
            prop_assert!(!answers_challenge(&challenge(), &answer));
        }
    }
}
