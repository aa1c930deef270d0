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

#[tokio::test]
async fn managers_see_what_the_registry_calls_the_person() {
    let app = App::start().await;
    let invited = app.as_pacs().invite(&radiologist("ada@clinic.example")).await;
    let hale = json!({
        "firstName": "ANNA", "lastName": "HALE", "credential": "MD", "taxonomy": "Radiology, Diagnostic Radiology",
    });
    assert_eq!(invited.expect(201)["npiRegistryName"], hale);
    let invitation = app.read_invitation(&invited.str("invitationId")).await;
    assert_eq!(invitation["npiRegistryName"], hale);
    let token = app.token(&invited.str("invitationId"), 1);
    let body = json!({ "token": token });
    let user = app.as_invitee().accept(&body).await.expect(200);
    assert_eq!(user["npiRegistryName"], hale);
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    let without = json!({ "npiNumber": null, "canCreateReports": false });
    let user = app.as_pacs().patch(&path, &without).await.expect(200);
    assert_eq!(user.get("npiRegistryName"), None, "left out without an NPI");
}

#[tokio::test]
async fn a_silent_registry_never_takes_verified_from_the_same_surname() {
    let app = App::start().await;
    let person = with(
        radiologist("conor@clinic.example"),
        json!({ "lastName": "OBrien", "npiNumber": "2000000002" }),
    );
    let user = app.invite_and_confirm(&person, None).await;
    assert_eq!(user["npiVerification"], "verified");
    app.set_registry_down(true);
    let asked = app.registry.request_count();
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    for surname in ["O'Brien", "OʼBRIEN", "O’Brién Jr."] {
        let change = json!({ "lastName": surname });
        let respelled = app.as_pacs().patch(&path, &change).await.expect(200);
        assert_eq!(respelled["npiVerification"], "verified", "{surname}");
    }
    assert_eq!(app.registry.request_count(), asked, "the registry is not asked");
    // Another surname was never verified.
    let other = app.as_pacs().patch(&path, &json!({ "lastName": "Winterbottom" })).await;
    assert_eq!(other.expect(200)["npiVerification"], "pending");
}

#[tokio::test]
async fn an_invitations_new_spelling_stays_verified_and_another_surname_does_not() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.str("invitationId");
    let path = format!("/v1/autoScribe/users/invitations/{id}");
    app.set_registry_down(true);
    for (surname, expected) in [("HALE III", "verified"), ("Winterbottom", "pending")] {
        let edited = app.as_pacs().patch(&path, &json!({ "lastName": surname })).await.expect(200);
        assert_eq!(edited["npiVerification"], expected, "{surname}");
    }
}

#[tokio::test]
async fn a_rename_of_a_person_whose_npi_is_ruled_out_is_not_refused() {
    let app = App::start().await;
    let ada = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    app.registry.answer_as("1234567893", "2000000077");
    let path = format!("/v1/autoScribe/users/{}", ada["userId"].as_str().unwrap());
    let renamed = app.as_pacs().patch(&path, &json!({"lastName": "Other"})).await.expect(200);
    assert_eq!(
        (&renamed["lastName"], &renamed["npiVerification"]),
        (&json!("Other"), &json!("deactivated"))
    );
    let again = app.as_pacs().patch(&path, &json!({"lastName": "Hale"})).await.expect(200);
    assert_eq!(again["npiVerification"], "deactivated");
    // A new number that the registry rules out is still refused.
    let refused = app.as_pacs().patch(&path, &json!({"npiNumber": "2000000085"})).await;
    refused.expect_problem(422, "npi_not_found");
}
