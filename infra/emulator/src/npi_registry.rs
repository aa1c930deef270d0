//! A small NPI registry that stands in for NPPES, which has no records of invented people. It
//! answers as the NPPES Read API 2.1 does. Like NPPES, it reports errors with HTTP 200.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

/// Longer than any lookup waits.
const SLOW_ANSWER: Duration = Duration::from_secs(5);

/// A number that the registry has an answer for, and the person to invite with it.
#[derive(Debug)]
pub struct NpiFixture {
    /// The NPI.
    pub number: &'static str,
    /// The surname to invite with, as a caller would type it.
    pub surname: &'static str,
    /// The result of the invitation: a value of `npiVerification`, or the code of the error.
    pub outcome: &'static str,
    /// What this number is an example of.
    pub example_of: &'static str,
    answer: FixtureAnswer,
}

#[derive(Debug)]
enum FixtureAnswer {
    /// An active person with this first name and surname.
    Person(&'static str, &'static str, RecordDetail),
    /// An active person, after [`SLOW_ANSWER`].
    Late(&'static str, &'static str),
    Organization(&'static str),
    Deactivated,
    Unknown,
    NotJson,
    Down,
}

#[derive(Debug)]
enum RecordDetail {
    Plain,
    /// The format of older versions: numbers and epochs are integers, and epochs are in seconds.
    Integers,
    FormerName(&'static str),
    Reactivated,
}

/// All numbers that the registry knows. Real NPIs begin with 1. The standard also allows 2, so
/// these belong to no one. 1234567893 is the example in CMS's own documents.
pub static FIXTURES: &[NpiFixture] = &[
    NpiFixture {
        number: "1234567893",
        surname: "Hale",
        outcome: "verified",
        example_of: "an active radiologist",
        answer: FixtureAnswer::Person("ANNA", "HALE", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000002",
        surname: "O’Brien",
        outcome: "verified",
        example_of: "an active radiologist with an apostrophe",
        answer: FixtureAnswer::Person("CONOR", "O'BRIEN", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000010",
        surname: "Nakamura",
        outcome: "verified",
        example_of: "an active radiologist in the older format, with integers",
        answer: FixtureAnswer::Person("KEN", "NAKAMURA", RecordDetail::Integers),
    },
    NpiFixture {
        number: "2000000028",
        surname: "García López",
        outcome: "verified",
        example_of: "accents and a hyphen: the registry writes GARCIA-LOPEZ",
        answer: FixtureAnswer::Person("MARIA", "GARCIA-LOPEZ", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000036",
        surname: "Brandt",
        outcome: "verified",
        example_of: "a former surname, now LINDQVIST",
        answer: FixtureAnswer::Person("ELSA", "LINDQVIST", RecordDetail::FormerName("BRANDT")),
    },
    NpiFixture {
        number: "2000000044",
        surname: "Moreau",
        outcome: "verified",
        example_of: "a number that was deactivated and is active again",
        answer: FixtureAnswer::Person("LUC", "MOREAU", RecordDetail::Reactivated),
    },
    NpiFixture {
        number: "2000000051",
        surname: "Doyle",
        outcome: "name_mismatch",
        example_of: "another person's number, WINTERBOTTOM's",
        answer: FixtureAnswer::Person("RUTH", "WINTERBOTTOM", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000069",
        surname: "Harbor",
        outcome: "npi_not_found",
        example_of: "an organization's number",
        answer: FixtureAnswer::Organization("HARBOR IMAGING LLC"),
    },
    NpiFixture {
        number: "2000000077",
        surname: "Quinn",
        outcome: "npi_deactivated",
        example_of: "a number that CMS deactivated",
        answer: FixtureAnswer::Deactivated,
    },
    NpiFixture {
        number: "2000000085",
        surname: "Silva",
        outcome: "npi_not_found",
        example_of: "a number without a record, as any other number",
        answer: FixtureAnswer::Unknown,
    },
    NpiFixture {
        number: "2000000093",
        surname: "Tanaka",
        outcome: "pending",
        example_of: "a maintenance page instead of JSON",
        answer: FixtureAnswer::NotJson,
    },
    NpiFixture {
        number: "2000000101",
        surname: "Unger",
        outcome: "pending",
        example_of: "an answer that comes after 5 seconds",
        answer: FixtureAnswer::Late("PAUL", "UNGER"),
    },
    NpiFixture {
        number: "2000000119",
        surname: "Varga",
        outcome: "pending",
        example_of: "a registry that is down (HTTP 503)",
        answer: FixtureAnswer::Down,
    },
];

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
