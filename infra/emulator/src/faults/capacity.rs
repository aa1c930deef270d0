//! Asks for the consumed capacity that a caller did not ask for, and adds it up.

use axum::body::Bytes;
use serde_json::{Value, json};

/// Operations that take `ReturnConsumedCapacity`.
const COUNTED: [&str; 10] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

/// The same request, asking for its cost.
pub(super) fn asked(operation: &str, body: &Bytes) -> Bytes {
    if !COUNTED.contains(&operation) {
        return body.clone();
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(mut request @ Value::Object(_)) => {
            request["ReturnConsumedCapacity"] = json!("TOTAL");
            request.to_string().into()
        }
        _ => body.clone(),
    }
}

/// The cost that an answer tells.
pub(super) fn told(body: &Bytes) -> f64 {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let units = |capacity: &Value| capacity["CapacityUnits"].as_f64().unwrap_or(0.0);
    match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().map(units).sum(),
        one => units(one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_is_asked_for_and_added_up() {
        let asked = asked("GetItem", &Bytes::from_static(b"{\"Key\":{}}"));
        let asked: Value = serde_json::from_slice(&asked).unwrap();
        assert_eq!(asked, json!({ "Key": {}, "ReturnConsumedCapacity": "TOTAL" }));
        let one = Bytes::from_static(br#"{"ConsumedCapacity":{"CapacityUnits":0.5}}"#);
        let two = Bytes::from_static(
            br#"{"ConsumedCapacity":[{"CapacityUnits":2},{"CapacityUnits":4}]}"#,
        );
        assert!((told(&one) - 0.5).abs() < f64::EPSILON);
        assert!((told(&two) - 6.0).abs() < f64::EPSILON);
        assert!(told(&Bytes::from_static(b"{}")).abs() < f64::EPSILON);
    }

    #[test]
    fn other_requests_stay_as_they_are() {
        let body = Bytes::from_static(b"{\"TableName\":\"x\"}");
        assert_eq!(super::asked("DescribeTable", &body), body);
        let broken = Bytes::from_static(b"{");
        assert_eq!(super::asked("GetItem", &broken), broken);
    }
}
