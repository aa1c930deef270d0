//! A small NPI registry in the place of CMS's, which cannot be asked for numbers of people who do
//! not exist. Answers as the NPPES Read API 2.1 does, its habit of reporting errors with HTTP 200
//! included.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

/// Well past the budget of every look-up.
const SLOW: Duration = Duration::from_secs(5);

/// One number that the registry knows how to answer, and who to invite with it.
#[derive(Debug)]
pub struct Fixture {
    /// The NPI.
    pub number: &'static str,
    /// Surname to invite with, as a caller would type it.
    pub surname: &'static str,
    /// What comes of it: a value of `npiVerification`, or the code that refuses the request.
    pub outcome: &'static str,
    /// What this number shows, in words.
    pub shows: &'static str,
    reply: Reply,
}

#[derive(Debug)]
enum Reply {
    /// An active person of this first name and surname, and what else the record says.
    Person(&'static str, &'static str, Detail),
    /// The same, too late.
    Late(&'static str, &'static str),
    Organisation(&'static str),
    Deactivated,
    Unknown,
    NotJson,
    Down,
}

#[derive(Debug)]
enum Detail {
    Plain,
    /// Numbers and epochs as integers, epochs in seconds, as older versions wrote them.
    Integers,
    FormerName(&'static str),
    Reactivated,
}

/// Every number with an answer of its own; any other is unknown. The standard allows numbers that
/// begin with 2 and CMS gives out those that begin with 1, so these are nobody's; 1234567893 is the
/// example in CMS's own documents.
pub static FIXTURES: &[Fixture] = &[
    Fixture {
        number: "1234567893",
        surname: "Hale",
        outcome: "verified",
        shows: "an active radiologist",
        reply: Reply::Person("ANNA", "HALE", Detail::Plain),
    },
    Fixture {
        number: "2000000002",
        surname: "O’Brien",
        outcome: "verified",
        shows: "an active radiologist with an apostrophe",
        reply: Reply::Person("CONOR", "O'BRIEN", Detail::Plain),
    },
    Fixture {
        number: "2000000010",
        surname: "Nakamura",
        outcome: "verified",
        shows: "an active radiologist in the older spelling, numbers as integers",
        reply: Reply::Person("KEN", "NAKAMURA", Detail::Integers),
    },
    Fixture {
        number: "2000000028",
        surname: "García López",
        outcome: "verified",
        shows: "accents and a hyphen: the registry writes GARCIA-LOPEZ",
        reply: Reply::Person("MARIA", "GARCIA-LOPEZ", Detail::Plain),
    },
    Fixture {
        number: "2000000036",
        surname: "Brandt",
        outcome: "verified",
        shows: "a former surname; LINDQVIST today",
        reply: Reply::Person("ELSA", "LINDQVIST", Detail::FormerName("BRANDT")),
    },
    Fixture {
        number: "2000000044",
        surname: "Moreau",
        outcome: "verified",
        shows: "deactivated once, active again",
        reply: Reply::Person("LUC", "MOREAU", Detail::Reactivated),
    },
    Fixture {
        number: "2000000051",
        surname: "Doyle",
        outcome: "name_mismatch",
        shows: "somebody else's number, WINTERBOTTOM's",
        reply: Reply::Person("RUTH", "WINTERBOTTOM", Detail::Plain),
    },
    Fixture {
        number: "2000000069",
        surname: "Harbor",
        outcome: "npi_not_found",
        shows: "an organisation's number",
        reply: Reply::Organisation("HARBOR IMAGING LLC"),
    },
    Fixture {
        number: "2000000077",
        surname: "Quinn",
        outcome: "npi_deactivated",
        shows: "a number that CMS deactivated",
        reply: Reply::Deactivated,
    },
    Fixture {
        number: "2000000085",
        surname: "Silva",
        outcome: "npi_not_found",
        shows: "a number that nobody has, as any not listed here",
        reply: Reply::Unknown,
    },
    Fixture {
        number: "2000000093",
        surname: "Tanaka",
        outcome: "pending",
        shows: "a maintenance page instead of JSON",
        reply: Reply::NotJson,
    },
    Fixture {
        number: "2000000101",
        surname: "Unger",
        outcome: "pending",
        shows: "an answer that comes after 5 seconds",
        reply: Reply::Late("PAUL", "UNGER"),
    },
    Fixture {
        number: "2000000119",
        surname: "Varga",
        outcome: "pending",
        shows: "a registry that is down (HTTP 503)",
        reply: Reply::Down,
    },
];

/// The registry's one route, `GET /api/?version=2.1&number=<NPI>`.
pub fn router() -> Router {
    Router::new().route("/api/", get(look_up))
}

async fn look_up(Query(query): Query<HashMap<String, String>>) -> Response {
    if query.get("version").is_none_or(|v| v != "2.1") {
        return errors("version", "17", "Unsupported version. The supported version is 2.1.");
    }
    let number = query.get("number").map_or("", String::as_str);
    if number.len() != 10 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return errors("number", "06", "NPI must be 10 digits");
    }
    let fixture = FIXTURES.iter().find(|fixture| fixture.number == number);
    match fixture.map_or(&Reply::Unknown, |fixture| &fixture.reply) {
        Reply::Person(first, last, detail) => found(&person(number, first, last, detail)),
        Reply::Late(first, last) => {
            tokio::time::sleep(SLOW).await;
            found(&person(number, first, last, &Detail::Plain))
        }
        Reply::Organisation(name) => found(&organisation(number, name)),
        Reply::Deactivated => errors(
            "number",
            "15",
            &format!(
                "CMS deactivated NPI {number}. The provider can no longer use this NPI. Our public registry \
                 does not display provider information about NPIs that are not in service."
            ),
        ),
        Reply::Unknown => Json(json!({ "result_count": 0, "results": [] })).into_response(),
        Reply::NotJson => {
            Html("<html><body><h1>Scheduled maintenance</h1></body></html>").into_response()
        }
        Reply::Down => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn errors(field: &str, number: &str, description: &str) -> Response {
    Json(json!({ "Errors": [{ "description": description, "field": field, "number": number }] }))
        .into_response()
}

fn found(record: &Value) -> Response {
    Json(json!({ "result_count": 1, "results": [record] })).into_response()
}

fn person(number: &str, first: &str, last: &str, detail: &Detail) -> Value {
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
        Detail::Plain => {}
        Detail::Integers => {
            record["number"] = number.parse::<u64>().map_or(Value::Null, Value::from);
            record["created_epoch"] = json!(1_127_757_462);
            record["last_updated_epoch"] = json!(1_674_000_000);
        }
        Detail::FormerName(former) => {
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
        Detail::Reactivated => {
            record["basic"]["deactivation_date"] = json!("2019-03-01");
            record["basic"]["reactivation_date"] = json!("2020-06-15");
        }
    }
    record
}

fn organisation(number: &str, name: &str) -> Value {
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

/// What the records of persons and organisations have in common.
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

    async fn ask(query: &[(&str, &str)]) -> Value {
        let query = query.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect();
        let response = look_up(Query(query)).await;
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
    async fn a_question_that_the_registry_refuses_gets_its_error_with_status_200() {
        let code = |answer: Value| answer["Errors"][0]["number"].clone();
        assert_eq!(code(ask(&[("number", "1234567893")]).await), "17");
        assert_eq!(code(ask(&[("version", "1.0"), ("number", "1234567893")]).await), "17");
        assert_eq!(code(ask(&[("version", "2.1"), ("number", "123")]).await), "06");
        assert_eq!(code(ask(&[("version", "2.1"), ("number", "123456789x")]).await), "06");
        assert_eq!(code(ask(&[("version", "2.1")]).await), "06");
    }

    #[tokio::test]
    async fn a_number_that_is_not_listed_is_unknown() {
        let answer = ask(&[("version", "2.1"), ("number", "1000000004")]).await;
        assert_eq!(answer, json!({ "result_count": 0, "results": [] }));
    }
}
