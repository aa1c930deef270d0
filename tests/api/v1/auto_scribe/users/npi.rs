//! The NPI of an invited person, checked with the local registry.

use emulator::npi_registry::FIXTURES;
use serde_json::json;

use crate::support::{App, radiologist, with};

#[tokio::test]
async fn each_registry_answer_sets_its_verification() {
    let app = App::start().await;
    for (n, fixture) in FIXTURES.iter().enumerate() {
        let person = with(
            radiologist(&format!("p{n}@clinic.example")),
            json!({
                "npiNumber": fixture.number, "lastName": fixture.surname,
            }),
        );
        let answer = app.as_pacs().invite(&person).await;
        if fixture.outcome.starts_with("npi_") {
            answer.expect_problem(422, fixture.outcome);
            assert_eq!(
                answer.field_errors(),
                [("npiNumber".to_owned(), fixture.outcome.to_owned())],
                "{}",
                fixture.example_of
            );
        } else {
            assert_eq!(
                answer.expect(201)["npiVerification"],
                fixture.outcome,
                "{}",
                fixture.example_of
            );
        }
    }
}

#[tokio::test]
async fn a_person_without_an_npi_needs_no_verification() {
    let app = App::start().await;
    let user =
        app.as_pacs().invite(&crate::support::member("grace@clinic.example")).await.expect(201);
    assert_eq!(user["npiVerification"], "not_required");
}

#[tokio::test]
async fn only_a_verified_npi_makes_a_confirmed_person_assignable() {
    let app = App::start().await;
    let verified = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    assert_eq!(verified["assignable"], true);
    let mismatch = with(
        radiologist("eve@clinic.example"),
        json!({"npiNumber": "2000000051", "lastName": "Other"}),
    );
    let shown = app.invite_and_confirm(&mismatch, None).await;
    assert_eq!(
        (&shown["npiVerification"], &shown["assignable"]),
        (&json!("name_mismatch"), &json!(false))
    );
    assert_eq!(shown["canCreateReports"], true, "the permission is kept, but has no effect");
}
