//! Ephemeral sessions: views without a user or a study. The customer's own handle names what they show.

use std::fmt;

use serde_json::{Map, Value};

use super::hanging::HangingProtocol;
use crate::field::Refusal;

/// The most bytes in a handle.
const MAX_HANDLE: usize = 256;
/// The most bytes in the options. The official SDK documents a "hard cap" of 3072 "on JSON.stringify".
pub const MAX_OPTIONS_BYTES: usize = 3072;

/// The customer's handle for what a view shows. It can be the number of an order or a patient, so logs
/// never hold it.
#[derive(Clone, PartialEq, Eq)]
pub struct RetrievalId(String);

impl RetrievalId {
    /// Reads a handle.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const INVALID: Refusal = Refusal::new(
            "retrieval_id_invalid",
            "Send 1 to 256 bytes without control characters. A lone . or .. is not accepted.",
        );
        // The handle is a part of the link's path, and browsers read these two as folders.
        let folder = matches!(text, "." | "..");
        if !folder && (1..=MAX_HANDLE).contains(&text.len()) && !text.chars().any(char::is_control)
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(INVALID)
        }
    }

    /// The handle.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RetrievalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RetrievalId(redacted)")
    }
}

/// A JSON object that is returned as it was sent. It is stored in the form that `JSON.stringify` writes,
/// because the limit counts the bytes of that form: no spaces between tokens, and only the necessary
/// escapes in strings. Names keep their order, and numbers keep their spelling.
#[derive(Clone, PartialEq, Eq)]
pub struct EphemeralOptions(String);

impl EphemeralOptions {
    /// Reads the text of a JSON object.
    pub fn parse(json: &str) -> Result<Self, Refusal> {
        const INVALID: Refusal = Refusal::new("options_invalid", "Send a JSON object.");
        const TOO_LARGE: Refusal = Refusal::new(
            "options_too_large",
            "Send at most 3072 bytes of JSON, not counting spaces between tokens.",
        );
        serde_json::from_str::<Map<String, Value>>(json).map_err(|_| INVALID)?;
        let text = stringify(json).ok_or(INVALID)?;
        if text.len() > MAX_OPTIONS_BYTES {
            return Err(TOO_LARGE);
        }
        Ok(Self(text))
    }

    /// The object's JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EphemeralOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Options(redacted)")
    }
}

/// Writes valid JSON in the form of `JSON.stringify`.
fn stringify(json: &str) -> Option<String> {
    let (mut text, mut rest) = (String::with_capacity(json.len()), json);
    while let Some(at) = rest.find('"') {
        let (between, string) = rest.split_at(at);
        text.extend(between.chars().filter(|c| !c.is_ascii_whitespace()));
        let (string, after) = string.split_at(string_length(string)?);
        let read: String = serde_json::from_str(string).ok()?;
        text.push_str(&serde_json::to_string(&read).ok()?);
        rest = after;
    }
    text.extend(rest.chars().filter(|c| !c.is_ascii_whitespace()));
    Some(text)
}

/// The length in bytes of the string literal at the start of `text`, including both quotes.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    end.map(|end| end + 2)
}

/// What an ephemeral view shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EphemeralSession {
    /// The customer's handle.
    pub retrieval: RetrievalId,
    /// How the images are arranged when the view opens.
    pub hanging: Option<HangingProtocol>,
    /// The options, returned as they were sent.
    pub options: Option<EphemeralOptions>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = EphemeralOptions::parse(&text);
            if let Ok(id) = RetrievalId::parse(&text) {
                prop_assert_eq!(id.as_str(), &text);
            }
        }

        #[test]
        fn options_read_back_the_same_whatever_their_spacing(value in json()) {
            let object = serde_json::json!({ "o": value });
            let (dense, spaced) = (object.to_string(), serde_json::to_string_pretty(&object).unwrap());
            if dense.len() <= MAX_OPTIONS_BYTES {
                for text in [&spaced, &dense] {
                    let options = EphemeralOptions::parse(text).unwrap();
                    prop_assert_eq!(options.as_str(), &dense);
                }
            } else {
                prop_assert!(EphemeralOptions::parse(&spaced).is_err());
            }
        }
    }

    #[test]
    fn the_limit_counts_the_bytes_that_json_stringify_writes() {
        let of = |text: &str| EphemeralOptions::parse(text).map(|o| o.as_str().to_owned());
        let written = of(r#" { "b" : "\u00e9\/\"\\" , "a" : [ 1.50, -0, 1e3 ] } "#).unwrap();
        assert_eq!(written, r#"{"b":"é/\"\\","a":[1.50,-0,1e3]}"#);
        assert_eq!(of(r#"{"pair":"\ud83d\ude00"}"#).unwrap(), r#"{"pair":"😀"}"#);
        let filled = |bytes: usize| format!(r#"{{"a":  "{}"}}"#, "x".repeat(bytes - 8));
        assert!(of(&filled(MAX_OPTIONS_BYTES)).is_ok());
        let refused = of(&filled(MAX_OPTIONS_BYTES + 1)).unwrap_err();
        assert_eq!(refused.code, "options_too_large");
    }

    #[test]
    fn options_must_be_one_object() {
        for wrong in ["", "[]", "\"a\"", "null", "{", "{} {}", "{\"a\":01}", "{\"a\":\"\\ud83d\"}"]
        {
            assert_eq!(
                EphemeralOptions::parse(wrong).unwrap_err().code,
                "options_invalid",
                "{wrong}"
            );
        }
        assert!(EphemeralOptions::parse("{}").is_ok());
    }

    #[test]
    fn a_handle_is_short_and_never_shown_in_debug() {
        let id = RetrievalId::parse("order-12345").unwrap();
        assert!(!format!("{id:?}").contains("12345"));
        for wrong in ["", ".", "..", "a\nb", &"x".repeat(257)] {
            assert!(RetrievalId::parse(wrong).is_err());
        }
    }
}
