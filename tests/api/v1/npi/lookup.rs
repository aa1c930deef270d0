//! `POST /v1/npi/lookup`.

use std::time::Duration;

use emulator::npi_registry::FIXTURES;
use serde_json::{Value, json};

use crate::support::{App, TestClient, TestResponse, admin, radiologist, with};

const LOOKUP: &str = "/v1/npi/lookup";

async fn look_up(caller: &TestClient, npi: &str) -> TestResponse {
    caller.post(LOOKUP, &json!({ "npiNumber": npi })).await
}

/// Looks up a number `count` times.
async fn look_up_times(app: &App, count: usize) {
    for _ in 0..count {
        look_up(&app.as_pacs(), "1234567893").await.expect(200);
    }
}

#[tokio::test]
async fn a_lookup_answers_what_the_registry_lists() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    for caller in [&app.as_pacs(), &boss.client] {
        let body = json!({ "npiNumber": " 1234567893 ", "lastName": "Hale" });
        let found = caller.post(LOOKUP, &body).await.expect(200);
        let expected = json!({
            "status": "verified", "firstName": "ANNA", "lastName": "HALE", "credential": "MD",
            "taxonomy": "Radiology, Diagnostic Radiology", "licenseStates": ["AL"],
        });
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn the_status_is_what_an_invite_would_get() {
    let app = App::start().await;
    for fixture in FIXTURES {
        let body = json!({ "npiNumber": fixture.number, "lastName": fixture.surname });
        let found = app.as_pacs().post(LOOKUP, &body).await.expect(200);
        let invited = fixture.outcome.strip_prefix("npi_").unwrap_or(fixture.outcome);
        assert_eq!(found["status"], invited, "{}", fixture.example_of);
        let has_name = matches!(invited, "verified" | "name_mismatch");
        assert_eq!(found.get("lastName").is_some(), has_name, "{}", fixture.example_of);
        assert_eq!(found["licenseStates"].as_array().unwrap().is_empty(), !has_name);
    }
    let other = json!({ "npiNumber": "1234567893", "lastName": "Lind" });
    let found = app.as_pacs().post(LOOKUP, &other).await.expect(200);
    assert_eq!((&found["status"], &found["lastName"]), (&json!("name_mismatch"), &json!("HALE")));
}

#[tokio::test]
async fn without_a_last_name_nothing_is_compared() {
    let app = App::start().await;
    let found = look_up(&app.as_pacs(), "1234567893").await.expect(200);
    assert_eq!((&found["status"], &found["firstName"]), (&json!("active"), &json!("ANNA")));
    app.set_registry_down(true);
    let found = look_up(&app.as_pacs(), "1234567893").await.expect(200);
    assert_eq!(found, json!({ "status": "pending", "licenseStates": [] }));
}

#[tokio::test]
async fn an_invalid_number_is_refused_and_not_looked_up() {
    let app = App::start().await;
    for (body, code) in [
        (json!({}), "required"),
        (json!({ "npiNumber": "1234567890" }), "npi_invalid"),
        (json!({ "npiNumber": "1234567893", "lastName": "<" }), "name_characters"),
        (json!({ "npiNumber": "1234567893", "firstName": "Anna" }), "unknown_field"),
    ] {
        app.as_pacs().post(LOOKUP, &body).await.expect_problem(422, code);
    }
    assert_eq!(app.registry.request_count(), 0);
}

#[tokio::test]
async fn a_clinic_looks_up_60_numbers_a_minute() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    let (other, boss) = app.create_other_clinic_with_admin().await;
    look_up_times(&app, 60).await;
    let asked = app.registry.request_count();
    let refused = look_up(&app.as_pacs(), "1234567893").await;
    refused.expect_problem(429, "too_many_npi_lookups");
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(app.registry.request_count(), asked, "a refused lookup asks nothing");
    for caller in [&other, &boss] {
        look_up(caller, "1234567893").await.expect(200);
    }
    app.clock.advance(Duration::from_secs(wait));
    look_up(&app.as_pacs(), "1234567893").await.expect(200);
}

#[tokio::test]
async fn invitations_go_first_on_the_same_budget() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    // An unavailable registry refuses no number.
    app.set_registry_down(true);
    let invite = async |number: usize, npi: &str| {
        let person =
            with(radiologist(&format!("p{number}@clinic.example")), json!({ "npiNumber": npi }));
        app.as_pacs().invite(&person).await.expect(201);
    };
    let numbers = App::unknown_npis(12);
    for (n, npi) in numbers[..10].iter().enumerate() {
        invite(n, npi).await;
    }
    let without = crate::support::member("member@clinic.example");
    app.as_pacs().invite(&without).await.expect(201);
    look_up_times(&app, 50).await;
    look_up(&app.as_pacs(), "1234567893").await.expect_problem(429, "too_many_npi_lookups");
    for (n, npi) in numbers[10..].iter().enumerate() {
        let asked = app.registry.request_count();
        invite(10 + n, npi).await;
        assert_eq!(app.registry.request_count(), asked + 1, "verified all the same");
    }
}

#[tokio::test]
async fn lookups_end_when_invitations_used_the_budget() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    app.set_registry_down(true);
    let numbers = App::unknown_npis(60);
    let people = numbers.iter().enumerate().map(|(n, npi)| {
        with(radiologist(&format!("p{n}@clinic.example")), json!({ "npiNumber": npi }))
    });
    let people: Vec<Value> = people.collect();
    for users in people.chunks(50) {
        let batch = json!({ "users": users });
        app.as_pacs().post("/v1/autoScribe/users/batch", &batch).await.expect(207);
    }
    look_up(&app.as_pacs(), "1234567893").await.expect_problem(429, "too_many_npi_lookups");
}
