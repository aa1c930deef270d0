//! A small NPI registry that stands in for NPPES, which has no records of invented people. It
//! answers as the NPPES Read API 2.1 does. Like NPPES, it reports errors with HTTP 200.

mod fixtures;

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

pub use fixtures::{FIXTURES, NpiFixture};
use fixtures::{FixtureAnswer, RecordDetail};

/// Longer than any lookup waits.
const SLOW_ANSWER: Duration = Duration::from_secs(5);

/// The registry's one route, `GET /api/?version=2.1&number=<NPI>`.
pub fn router() -> Router {
    Router::new().route("/api/", get(lookup))
}

async fn lookup(Query(query): Query<HashMap<String, String>>) -> Response {
    if query.get("version").is_none_or(|v| v != "2.1") {
        return error_answer("version", "17", "Unsupported version. The supported version is 2.1.");
    }
    let number = query.get("number").map_or("", String::as_str);
    if number.len() != 10 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return error_answer("number", "06", "NPI must be 10 digits");
    }
    let fixture = FIXTURES.iter().find(|fixture| fixture.number == number);
    match fixture.map_or(&FixtureAnswer::Unknown, |fixture| &fixture.answer) {
        FixtureAnswer::Person(first, last, detail) => {
            found_answer(&person(number, first, last, detail))
        }
        FixtureAnswer::Late(first, last) => {
            tokio::time::sleep(SLOW_ANSWER).await;
            found_answer(&person(number, first, last, &RecordDetail::Plain))
        }
        FixtureAnswer::Organization(name) => found_answer(&organization(number, name)),
        FixtureAnswer::Deactivated => error_answer(
            "number",
            "15",
            &format!(
                "CMS deactivated NPI {number}. The provider can no longer use this NPI. Our public registry \
                 does not display provider information about NPIs that are not in service."
            ),
        ),
        FixtureAnswer::Unknown => Json(json!({ "result_count": 0, "results": [] })).into_response(),
        FixtureAnswer::NotJson => {
            Html("<html><body><h1>Scheduled maintenance</h1></body></html>").into_response()
        }
        FixtureAnswer::Down => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn error_answer(field: &str, number: &str, description: &str) -> Response {
    Json(json!({ "Errors": [{ "description": description, "field": field, "number": number }] }))
        .into_response()
}

fn found_answer(record: &Value) -> Response {
    Json(json!({ "result_count": 1, "results": [record] })).into_response()
}

fn person(number: &str, first: &str, last: &str, detail: &RecordDetail) -> Value {
    let mut record = record(number, "NPI-1");
    record["basic"] = json!({
        "first_name": first,
        "last_name": last,
        "middle_name": "--",
        "credential": "MD",
        "sole_proprietor": "NO",
        "sex": "X",
        "enumeration_date": "2005-09-26",
        "last_updated": "2023-01-18",
        "certification_date": "2023-01-18",
        "status": "A",
        "name_prefix": "Dr.",
        "name_suffix": "--",
    });
    record["taxonomies"] = json!([{
        "code": "2085R0202X",
        "taxonomy_group": "",
        "desc": "Radiology, Diagnostic Radiology",
        "state": "AL",
        "license": "MD000000",
        "primary": true,
    }]);
    match detail {
        RecordDetail::Plain => {}
        RecordDetail::Integers => {
            record["number"] = number.parse::<u64>().map_or(Value::Null, Value::from);
            record["created_epoch"] = json!(1_127_757_462);
            record["last_updated_epoch"] = json!(1_674_000_000);
        }
        RecordDetail::FormerName(former) => {
            record["other_names"] = json!([{
                "type": "Former Name",
                "code": "1",
                "first_name": first,
                "last_name": former,
                "prefix": "--",
                "suffix": "--",
                "credential": "MD",
            }]);
        }
        RecordDetail::Reactivated => {
            record["basic"]["deactivation_date"] = json!("2019-03-01");
            record["basic"]["reactivation_date"] = json!("2020-06-15");
        }
    }
    record
}

fn organization(number: &str, name: &str) -> Value {
    let mut record = record(number, "NPI-2");
    record["basic"] = json!({
        "organization_name": name,
        "organizational_subpart": "NO",
        "enumeration_date": "2006-11-22",
        "last_updated": "2022-08-01",
        "status": "A",
        "authorized_official_first_name": "JANE",
        "authorized_official_last_name": "HARBOR",
        "authorized_official_title_or_position": "CEO",
        "authorized_official_telephone_number": "2515550100",
        "authorized_official_name_suffix": "--",
    });
    record["taxonomies"] = json!([{
        "code": "261QR0200X",
        "taxonomy_group": "",
        "desc": "Clinic/Center, Radiology",
        "state": null,
        "license": null,
        "primary": true,
    }]);
    record["other_names"] = json!([{ "type": "Doing Business As", "code": "3", "organization_name": "HARBOR RADIOLOGY" }]);
    record
}

/// The fields that people and organizations share.
fn record(number: &str, enumeration_type: &str) -> Value {
    let address = |purpose: &str| {
        json!({
            "country_code": "US",
            "country_name": "United States",
            "address_purpose": purpose,
            "address_type": "DOM",
            "address_1": "1 HARBOR ST",
            "address_2": "STE 200",
            "city": "MOBILE",
            "state": "AL",
            "postal_code": "366020000",
            "telephone_number": "251-555-0100",
            "fax_number": "251-555-0101",
        })
    };
    json!({
        "created_epoch": "1127757462000",
        "enumeration_type": enumeration_type,
        "last_updated_epoch": "1674000000000",
        "number": number,
        "addresses": [address("MAILING"), address("LOCATION")],
        "practiceLocations": [],
        "basic": {},
        "taxonomies": [],
        "identifiers": [],
        "endpoints": [],
        "other_names": [],
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::npi::Npi;

    use super::*;

    async fn query(query: &[(&str, &str)]) -> Value {
        let query = query.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect();
        let response = lookup(Query(query)).await;
        assert_eq!(response.status(), StatusCode::OK);
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    #[test]
    fn every_number_is_a_valid_npi_and_listed_once() {
        let numbers: HashSet<_> = FIXTURES.iter().map(|fixture| fixture.number).collect();
        assert_eq!(numbers.len(), FIXTURES.len());
        for number in numbers {
            assert!(Npi::parse(number).is_ok(), "{number}");
        }
    }

    #[tokio::test]
    async fn an_invalid_query_gets_an_error_with_status_200() {
        let code = |answer: Value| answer["Errors"][0]["number"].clone();
        assert_eq!(code(query(&[("number", "1234567893")]).await), "17");
        assert_eq!(code(query(&[("version", "1.0"), ("number", "1234567893")]).await), "17");
        assert_eq!(code(query(&[("version", "2.1"), ("number", "123")]).await), "06");
        assert_eq!(code(query(&[("version", "2.1"), ("number", "123456789x")]).await), "06");
        assert_eq!(code(query(&[("version", "2.1")]).await), "06");
    }

    #[tokio::test]
    async fn any_other_number_has_no_record() {
        let answer = query(&[("version", "2.1"), ("number", "1000000004")]).await;
        assert_eq!(answer, json!({ "result_count": 0, "results": [] }));
    }
}
