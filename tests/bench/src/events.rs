//! Events as API Gateway sends them (payload format 2.0).

use serde_json::{Value, json};

use crate::MeasureError;
use crate::service::{BenchClinic, USERS, member};

/// An invite of a member with this name in their address.
pub(crate) fn invite(clinic: &BenchClinic, name: &str) -> String {
    let person = member(&format!("{name}@clinic.example"));
    post(USERS, Some(&clinic.key), &person)
}

/// A POST, with or without an API key.
pub(crate) fn post(path: &str, key: Option<&str>, body: &Value) -> String {
    let mut headers = json!({
        "accept": "application/json", "content-type": "application/json", "host": "api.example", "user-agent": "bench",
        "sec-fetch-site": "same-origin", "x-forwarded-for": "192.0.2.7", "x-forwarded-port": "443", "x-forwarded-proto": "https",
    });
    if let Some(key) = key {
        headers["authorization"] = json!(format!("Bearer {key}"));
    }
    json!({
        "version": "2.0", "routeKey": format!("POST {path}"), "rawPath": path, "rawQueryString": "", "headers": headers,
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "api.example", "domainPrefix": "api",
            "http": {
                "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7",
                "userAgent": "bench",
            },
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": format!("POST {path}"), "stage": "$default",
            "time": "24/Nov/2026:09:30:00 +0000", "timeEpoch": 1_795_512_600_000_i64,
        },
        "body": body.to_string(), "isBase64Encoded": false,
    })
    .to_string()
}

/// Returns an error unless the response has this status.
pub(crate) fn check_status(response: &Value, status: u16) -> Result<(), MeasureError> {
    if response["statusCode"] == status {
        Ok(())
    } else {
        Err(format!("not {status}: {response}").into())
    }
}
