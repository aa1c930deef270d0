//! Events as API Gateway sends them (payload format 2.0).

use serde_json::{Value, json};

use crate::Error;
use crate::service::{Clinic, USERS, member};

/// An invite of somebody.
pub(crate) fn invite(clinic: &Clinic, name: &str) -> String {
    let person = member(&format!("{name}@clinic.example"));
    json!({
        "version": "2.0", "routeKey": format!("POST {USERS}"), "rawPath": USERS, "rawQueryString": "",
        "headers": {
            "accept": "application/json", "authorization": format!("Bearer {}", clinic.key),
            "content-type": "application/json", "host": "api.example", "user-agent": "bench",
            "x-forwarded-for": "192.0.2.7", "x-forwarded-port": "443", "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "api.example", "domainPrefix": "api",
            "http": {
                "method": "POST", "path": USERS, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7",
                "userAgent": "bench",
            },
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": format!("POST {USERS}"), "stage": "$default",
            "time": "24/Nov/2026:09:30:00 +0000", "timeEpoch": 1_795_512_600_000_i64,
        },
        "body": person.to_string(), "isBase64Encoded": false,
    })
    .to_string()
}

/// Makes sure that the answer is a 201.
pub(crate) fn created(answer: &str) -> Result<(), Error> {
    let answer: Value = serde_json::from_str(answer)?;
    if answer["statusCode"] == 201 {
        Ok(())
    } else {
        Err(format!("no 201: {answer}").into())
    }
}
