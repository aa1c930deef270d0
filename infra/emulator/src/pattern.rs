//! Lambda's filter patterns for event sources, as far as the template uses them: fields that must
//! equal one of several values. Anything else is refused at start rather than misread.

use std::collections::BTreeMap;

use serde_json::Value;

/// Patterns of which one must match; none at all lets everything through.
#[derive(Debug)]
pub(crate) struct Filters(Vec<Pattern>);

#[derive(Debug)]
enum Pattern {
    Fields(BTreeMap<String, Pattern>),
    AnyOf(Vec<Value>),
}

/// Why a pattern is not understood.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// It is no JSON.
    #[error("the filter pattern is not JSON")]
    Json(#[from] serde_json::Error),
    /// It asks for more than equality.
    #[error(
        "the filter pattern has {0} where only lists of plain values and objects of them are known"
    )]
    Unknown(Value),
}

impl Filters {
    /// Reads patterns.
    pub(crate) fn parse<'a>(patterns: impl Iterator<Item = &'a str>) -> Result<Self, PatternError> {
        let read = |text| match serde_json::from_str(text)? {
            Value::Object(fields) => Pattern::fields(fields),
            other => Err(PatternError::Unknown(other)),
        };
        patterns.map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a record gets through.
    pub(crate) fn let_through(&self, record: &Value) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(record))
    }
}

impl Pattern {
    fn fields(fields: serde_json::Map<String, Value>) -> Result<Self, PatternError> {
        let read = |(name, value): (String, Value)| match value {
            // `$or` and its like change what the names beside them mean.
            _ if name.starts_with('$') => Err(PatternError::Unknown(name.into())),
            Value::Object(inner) => Ok((name, Self::fields(inner)?)),
            Value::Array(values) => Ok((name, Self::any_of(values)?)),
            other => Err(PatternError::Unknown(other)),
        };
        fields.into_iter().map(read).collect::<Result<_, _>>().map(Self::Fields)
    }

    fn any_of(values: Vec<Value>) -> Result<Self, PatternError> {
        match values.iter().find(|value| value.is_object() || value.is_array()) {
            Some(rule) => Err(PatternError::Unknown(rule.clone())),
            None => Ok(Self::AnyOf(values)),
        }
    }

    fn matches(&self, value: &Value) -> bool {
        match self {
            Self::Fields(fields) => fields
                .iter()
                .all(|(name, pattern)| value.get(name).is_some_and(|inner| pattern.matches(inner))),
            Self::AnyOf(values) => values.contains(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filters(patterns: &[&str]) -> Filters {
        Filters::parse(patterns.iter().copied()).unwrap()
    }

    #[test]
    fn every_field_must_equal_one_of_its_values() {
        let queued = filters(&[
            r#"{"eventName":["INSERT","MODIFY"],"dynamodb":{"NewImage":{"dl":{"S":["queued"]}}}}"#,
        ]);
        let record = |event: &str, delivery: &str| json!({ "eventName": event, "eventID": "1", "dynamodb": { "NewImage": { "dl": { "S": delivery }, "v": { "N": "1" } } } });
        assert!(queued.let_through(&record("INSERT", "queued")));
        assert!(queued.let_through(&record("MODIFY", "queued")));
        assert!(!queued.let_through(&record("REMOVE", "queued")));
        assert!(!queued.let_through(&record("INSERT", "sent")));
        assert!(!queued.let_through(&json!({ "eventName": "INSERT", "dynamodb": {} })));
        assert!(!queued.let_through(
            &json!({ "eventName": "INSERT", "dynamodb": { "NewImage": { "dl": "queued" } } })
        ));
    }

    #[test]
    fn one_of_several_patterns_is_enough_and_none_lets_all_through() {
        let either = filters(&[r#"{"a":[1]}"#, r#"{"b":[true,null]}"#]);
        assert!(either.let_through(&json!({ "a": 1 })));
        assert!(either.let_through(&json!({ "a": 2, "b": null })));
        assert!(!either.let_through(&json!({ "a": "1" })));
        assert!(filters(&[]).let_through(&json!({})));
    }

    #[test]
    fn rules_that_are_not_known_are_refused() {
        for wrong in [
            r#"{"a":[{"prefix":"x"}]}"#,
            r#"{"a":[{"anything-but":["x"]}]}"#,
            r#"{"a":[{"exists":true}]}"#,
            r#"{"a":[[1]]}"#,
            r#"{"a":"x"}"#,
            r#"{"$or":[]}"#,
            r#"["a"]"#,
            "{",
        ] {
            assert!(Filters::parse([wrong].into_iter()).is_err(), "{wrong}");
        }
    }
}
