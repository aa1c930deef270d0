//! Requests the consumed capacity for callers that do not, and adds it up.

use axum::body::Bytes;
use serde_json::{Value, json};

/// Operations that take `ReturnConsumedCapacity`.
const OPERATIONS: [&str; 10] = [
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

/// The same request, with `ReturnConsumedCapacity`.
pub(super) fn with_capacity_request(operation: &str, body: &Bytes) -> Bytes {
    if !OPERATIONS.contains(&operation) {
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

/// The capacity units in an answer, over all tables.
pub(super) fn consumed_units(body: &Bytes) -> f64 {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let units = |capacity: &Value| capacity["CapacityUnits"].as_f64().unwrap_or(0.0);
    match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().map(units).sum(),
        table => units(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacity_is_requested_and_added_up() {
        let request = with_capacity_request("GetItem", &Bytes::from_static(b"{\"Key\":{}}"));
        let request: Value = serde_json::from_slice(&request).unwrap();
        assert_eq!(request, json!({ "Key": {}, "ReturnConsumedCapacity": "TOTAL" }));
        let single = Bytes::from_static(br#"{"ConsumedCapacity":{"CapacityUnits":0.5}}"#);
        let batch = Bytes::from_static(
            br#"{"ConsumedCapacity":[{"CapacityUnits":2},{"CapacityUnits":4}]}"#,
        );
        assert!((consumed_units(&single) - 0.5).abs() < f64::EPSILON);
        assert!((consumed_units(&batch) - 6.0).abs() < f64::EPSILON);
        assert!(consumed_units(&Bytes::from_static(b"{}")).abs() < f64::EPSILON);
    }

    #[test]
    fn other_requests_are_not_changed() {
        let body = Bytes::from_static(b"{\"TableName\":\"x\"}");
        assert_eq!(with_capacity_request("DescribeTable", &body), body);
        let broken = Bytes::from_static(b"{");
        assert_eq!(with_capacity_request("GetItem", &broken), broken);
    }
}
