//! Lambda's filter patterns for event sources. Only the rules that the template uses are known:
//! fields that must equal one of several values, or begin with a text. The start fails on any other rule.

use std::collections::BTreeMap;

use serde_json::Value;

/// The filters of one event source. A record must match one of them. Without filters, all records
/// match.
#[derive(Debug)]
pub(crate) struct EventFilters(Vec<FilterPattern>);

#[derive(Debug)]
enum FilterPattern {
    Fields(BTreeMap<String, FilterPattern>),
    AnyOf(Vec<Value>),
    /// The start of a text.
    Prefix(String),
}

/// Why a filter pattern cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FilterPatternError {
    /// The text is not JSON.
    #[error("the filter pattern is not JSON")]
    Json(#[from] serde_json::Error),
    /// The pattern has an unknown rule.
    #[error(
        "the filter pattern has {0}: only lists of plain values, one prefix, and objects of such lists, are known"
    )]
    UnknownRule(Value),
}

impl EventFilters {
    /// Parses the patterns.
    pub(crate) fn parse<'a>(
        patterns: impl Iterator<Item = &'a str>,
    ) -> Result<Self, FilterPatternError> {
        let read = |text| match serde_json::from_str(text)? {
            Value::Object(fields) => FilterPattern::parse_fields(fields),
            other => Err(FilterPatternError::UnknownRule(other)),
        };
        patterns.map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a record matches.
    pub(crate) fn matches(&self, record: &Value) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(record))
    }
}

impl FilterPattern {
    fn parse_fields(fields: serde_json::Map<String, Value>) -> Result<Self, FilterPatternError> {
        let read = |(name, value): (String, Value)| match value {
            // Names such as `$or` change the meaning of the fields beside them.
            _ if name.starts_with('$') => Err(FilterPatternError::UnknownRule(name.into())),
            Value::Object(inner) => Ok((name, Self::parse_fields(inner)?)),
            Value::Array(values) => Ok((name, Self::parse_values(values)?)),
            other => Err(FilterPatternError::UnknownRule(other)),
        };
        fields.into_iter().map(read).collect::<Result<_, _>>().map(Self::Fields)
    }

    fn parse_values(values: Vec<Value>) -> Result<Self, FilterPatternError> {
        if let [Value::Object(rule)] = values.as_slice()
            && let (1, Some(Value::String(prefix))) = (rule.len(), rule.get("prefix"))
        {
            return Ok(Self::Prefix(prefix.clone()));
        }
        match values.iter().find(|value| value.is_object() || value.is_array()) {
            Some(rule) => Err(FilterPatternError::UnknownRule(rule.clone())),
            None => Ok(Self::AnyOf(values)),
        }
    }

    fn matches(&self, value: &Value) -> bool {
        match self {
            Self::Fields(fields) => fields
                .iter()
                .all(|(name, pattern)| value.get(name).is_some_and(|inner| pattern.matches(inner))),
            // A list matches if one of its values does.
            Self::AnyOf(values) => match value {
                Value::Array(found) => found.iter().any(|one| values.contains(one)),
                single => values.contains(single),
            },
            Self::Prefix(prefix) => {
                value.as_str().is_some_and(|text| text.starts_with(prefix.as_str()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filters(patterns: &[&str]) -> EventFilters {
        EventFilters::parse(patterns.iter().copied()).unwrap()
    }

    #[test]
    fn every_field_must_equal_one_of_its_values() {
        let queued = filters(&[
            r#"{"eventName":["INSERT","MODIFY"],"dynamodb":{"NewImage":{"dl":{"S":["queued"]}}}}"#,
        ]);
        let record = |event: &str, delivery: &str| json!({ "eventName": event, "eventID": "1", "dynamodb": { "NewImage": { "dl": { "S": delivery }, "v": { "N": "1" } } } });
        assert!(queued.matches(&record("INSERT", "queued")));
        assert!(queued.matches(&record("MODIFY", "queued")));
        assert!(!queued.matches(&record("REMOVE", "queued")));
        assert!(!queued.matches(&record("INSERT", "sent")));
        assert!(!queued.matches(&json!({ "eventName": "INSERT", "dynamodb": {} })));
        assert!(!queued.matches(
            &json!({ "eventName": "INSERT", "dynamodb": { "NewImage": { "dl": "queued" } } })
        ));
    }

    #[test]
    fn one_matching_pattern_is_enough_and_without_patterns_all_records_match() {
        let either = filters(&[r#"{"a":[1]}"#, r#"{"b":[true,null]}"#]);
        assert!(either.matches(&json!({ "a": 1 })));
        assert!(either.matches(&json!({ "a": 2, "b": null })));
        assert!(!either.matches(&json!({ "a": "1" })));
        assert!(filters(&[]).matches(&json!({})));
    }

    #[test]
    fn a_list_matches_if_one_of_its_values_does() {
        let tagged = filters(&[r#"{"tags":{"set":["ours"]}}"#]);
        assert!(tagged.matches(&json!({ "tags": { "set": ["other", "ours"] } })));
        assert!(!tagged.matches(&json!({ "tags": { "set": ["other"] } })));
        assert!(!tagged.matches(&json!({ "tags": { "set": [] } })));
    }

    #[test]
    fn a_text_matches_its_prefix() {
        let audit = filters(&[r#"{"Keys":{"PK":{"S":[{"prefix":"AUDIT#"}]}}}"#]);
        let key = |text: &str| json!({ "Keys": { "PK": { "S": text } } });
        assert!(audit.matches(&key("AUDIT#1")));
        for other in [key("CLINIC#AUDIT#"), key("AUDI"), json!({ "Keys": { "PK": { "N": "1" } } })]
        {
            assert!(!audit.matches(&other));
        }
    }

    #[test]
    fn unknown_rules_are_refused() {
        for wrong in [
            r#"{"a":[{"prefix":1}]}"#,
            r#"{"a":[{"prefix":"x"},"y"]}"#,
            r#"{"a":[{"prefix":"x","suffix":"y"}]}"#,
            r#"{"a":[{"anything-but":["x"]}]}"#,
            r#"{"a":[{"exists":true}]}"#,
            r#"{"a":[[1]]}"#,
            r#"{"a":"x"}"#,
            r#"{"$or":[]}"#,
            r#"["a"]"#,
            "{",
        ] {
            assert!(EventFilters::parse([wrong].into_iter()).is_err(), "{wrong}");
        }
    }
}
