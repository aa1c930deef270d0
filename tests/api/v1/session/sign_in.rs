//! `POST /v1/session`.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{App, PASSWORD, admin, cookie_in, dashboard_member, member, radiologist};

#[tokio::test]
async fn a_correct_password_opens_a_session_and_sets_a_host_cookie() {
    let app = App::start().await;
    let user =
        app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    assert_ne!(user["lastLoginAt"], json!(null), "accepting signs in");
    let answer = app.sign_in(" Grace@Clinic.Example ", PASSWORD).await;
    let body = answer.expect(200);
    assert_eq!(body["user"]["userId"], user["userId"]);
    assert_eq!(body["clinic"], json!({"clinicId": app.clinic_id, "name": "Riverside Imaging"}));
    let session = app.session_from(&answer);
    assert!(!answer.text.contains(&session.cookie), "only the cookie may hold the secret");
    assert!(!app.dump_table().await.contains(&session.cookie), "the table holds a digest");
    session.client.get("/v1/session").await.expect(200);
    assert_eq!(app.list_audit_records("session.started").await.len(), 2);
}

#[tokio::test]
async fn a_user_without_dashboard_access_is_403() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let path = format!("/v1/autoScribe/users/{}", session.user_id);
    app.as_pacs().patch(&path, &json!({"hasDashboardAccess": false})).await.expect(200);
    let problem = app
        .sign_in("grace@clinic.example", PASSWORD)
        .await
        .expect_problem(403, "dashboard_access_restricted");
    assert_eq!(
        problem["detail"],
        "Dashboard access is not available for this account. Open AutoScribe from your PACS."
    );
    // With a wrong password, the answer must not show that the account exists.
    app.sign_in("grace@clinic.example", "something-else-1")
        .await
        .expect_problem(401, "credentials_wrong");
}

#[tokio::test]
async fn every_failed_sign_in_gets_the_same_401() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    let gone = app.confirm_and_sign_in(&dashboard_member("gone@clinic.example")).await;
    let body = json!({"userId": gone.user_id});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    app.invite_and_confirm(&member("pacs-only@clinic.example"), None).await;
    let mut bodies = Vec::new();
    for (email, password) in [
        ("grace@clinic.example", "something-else-1"),
        ("nobody@clinic.example", PASSWORD),
        ("gone@clinic.example", PASSWORD),
        ("pacs-only@clinic.example", PASSWORD),
    ] {
        let answer = app.sign_in(email, password).await;
        let mut problem = answer.expect_problem(401, "credentials_wrong");
        assert!(cookie_in(&answer).is_none());
        problem["requestId"] = json!(null);
        bodies.push(problem);
    }
    assert!(bodies.windows(2).all(|two| two[0] == two[1]));
}

/// The share of pairs in which the time from `a` is below the one from `b`. It is 0.5 if both are distributed alike.
fn share_below(a: &[Duration], b: &[Duration]) -> f64 {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| a < b));
    let (count, all) =
        pairs.fold((0, 0), |(count, all), below| (count + i32::from(below), all + 1));
    f64::from(count) / f64::from(all)
}

#[tokio::test]
async fn a_failed_sign_in_takes_as_long_for_an_unknown_address() {
    const ROUNDS: usize = 24;
    let app = App::start().await;
    let gone = app.confirm_and_sign_in(&dashboard_member("gone@clinic.example")).await;
    let body = json!({"userId": gone.user_id});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    let cases = [
        ("grace@clinic.example", "something-else-1"),
        ("nobody@clinic.example", "something-else-1"),
        ("gone@clinic.example", PASSWORD),
    ];
    let mut times = [const { Vec::new() }; 3];
    for round in 0..ROUNDS {
        // The order rotates, so that other load on the machine affects all three cases equally.
        for at in 0..cases.len() {
            let at = (at + round) % cases.len();
            let (email, password) = cases[at];
            let start = Instant::now();
            app.sign_in(email, password).await.expect_problem(401, "credentials_wrong");
            times[at].push(start.elapsed());
        }
        // Otherwise the address and the network address would be locked out.
        app.clock.advance(Duration::from_mins(16));
    }
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let share = share_below(&times[a], &times[b]);
        assert!((0.1..=0.9).contains(&share), "{:?} against {:?}: {share}", cases[a].0, cases[b].0);
    }
}

#[tokio::test]
async fn sign_in_locks_an_address_out_for_15_minutes_after_10_failures() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    for _ in 0..10 {
        app.sign_in("grace@clinic.example", "something-else-1")
            .await
            .expect_problem(401, "credentials_wrong");
    }
    app.sign_in("grace@clinic.example", PASSWORD).await.expect_problem(429, "too_many_attempts");
    app.sign_in("nobody@clinic.example", PASSWORD).await.expect_problem(401, "credentials_wrong");
    app.clock.advance(Duration::from_mins(15));
    app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn sign_in_locks_a_network_address_out_for_15_minutes_after_300_failures() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.count_wrong_guesses(299, "127.0.0.1").await;
    app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
    app.count_wrong_guesses(1, "127.0.0.1").await;
    app.sign_in("grace@clinic.example", PASSWORD).await.expect_problem(429, "too_many_attempts");
    app.clock.advance(Duration::from_mins(15));
    app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn sign_in_is_503_when_attempts_cannot_be_counted() {
    let app = App::start_with_faults().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.fail_database("TransactWriteItems", emulator::DatabaseFault::Internal);
    app.sign_in("grace@clinic.example", PASSWORD).await.expect_problem(503, "unavailable");
    app.heal_database();
    // A wrong password whose count fails stays reserved, so the limit holds.
    app.fail_database("UpdateItem", emulator::DatabaseFault::Internal);
    for _ in 0..10 {
        let answer = app.sign_in("grace@clinic.example", "something-else-1").await;
        answer.expect_problem(401, "credentials_wrong");
    }
    let full = app.sign_in("grace@clinic.example", "something-else-1").await;
    full.expect_problem(429, "too_many_attempts");
    app.heal_database();
    app.clock.advance(std::time::Duration::from_mins(15));
    app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_sign_in_takes_four_calls_of_the_database() {
    let app = App::start_with_faults().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    app.reset_units();
    app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
    let calls = app.calls_made();
    assert_eq!(calls, [("BatchGetItem", 1), ("Query", 1), ("TransactWriteItems", 2)]);
}

#[tokio::test]
async fn a_person_in_several_clinics_must_choose_one() {
    let app = App::start().await;
    app.invite_and_confirm(&admin("grace@clinic.example"), Some(PASSWORD)).await;
    let other = app.create_other_clinic().await;
    let invited = other.invite(&dashboard_member("grace@clinic.example")).await;
    let token = app.token_in(&other, &invited).await;
    let body = json!({"token": token, "password": PASSWORD});
    let elsewhere = app.as_invitee().accept(&body).await.expect(200);
    let problem =
        app.sign_in("grace@clinic.example", PASSWORD).await.expect_problem(422, "clinic_required");
    let clinics = problem["clinics"].as_array().unwrap();
    let mut names: Vec<_> = clinics.iter().map(|c| c["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Lakeside Radiology", "Riverside Imaging"]);
    let lakeside = clinics.iter().find(|c| c["name"] == "Lakeside Radiology").unwrap();
    let sign_in = |clinic: serde_json::Value| {
        let body =
            json!({"email": "grace@clinic.example", "password": PASSWORD, "clinicId": clinic});
        let nobody = app.as_invitee();
        async move { nobody.post("/v1/session", &body).await }
    };
    let there = sign_in(lakeside["clinicId"].clone()).await.expect(200);
    assert_eq!(there["user"]["userId"], elsewhere["userId"]);
    assert_eq!(there["user"]["level"], "member");
    sign_in(json!("01890a5d-ac96-774b-bcce-b302099a8057"))
        .await
        .expect_problem(401, "credentials_wrong");
    sign_in(json!("riverside")).await.expect_problem(422, "id_invalid");
    // After deactivation in one clinic, there is only one left to choose.
    let gone = json!({"userId": elsewhere["userId"]});
    other.post("/v1/autoScribe/users/revoke-access", &gone).await.expect(200);
    let only = app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
    assert_eq!(only["clinic"]["name"], "Riverside Imaging");
}

#[tokio::test]
async fn all_invalid_fields_of_a_sign_in_are_reported_and_no_value_is_repeated() {
    let app = App::start().await;
    let body = json!({"email": "nobody", "pasword": "secret-secret", "clinicId": 7});
    let answer = app.as_invitee().post("/v1/session", &body).await;
    answer.expect_problem(422, "fields_invalid");
    let faults: Vec<String> = answer.field_errors().into_iter().map(|(field, _)| field).collect();
    assert_eq!(faults, ["email", "password", "clinicId", "pasword"]);
    assert!(!answer.text.contains("secret-secret"));
}

#[tokio::test]
async fn a_password_matches_in_every_unicode_form() {
    let app = App::start().await;
    let composed = "lant\u{e9}rn gravel otter 7";
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(composed)).await;
    for typed in [
        composed,
        "lante\u{301}rn gravel otter 7",
        // These are a no-break space and a full-width digit.
        "lant\u{e9}rn\u{a0}gravel otter \u{ff17}",
    ] {
        app.sign_in("grace@clinic.example", typed).await.expect(200);
    }
    let other = "lantern gravel otter 7";
    app.sign_in("grace@clinic.example", other).await.expect_problem(401, "credentials_wrong");
}

#[tokio::test]
async fn a_password_over_128_characters_is_422() {
    let app = App::start().await;
    for long in ["x".repeat(129), "\u{301}".repeat(20_000)] {
        let answer = app.sign_in("grace@clinic.example", &long).await;
        answer.expect_problem(422, "password_length");
    }
    let longest = "x".repeat(128);
    app.sign_in("grace@clinic.example", &longest).await.expect_problem(401, "credentials_wrong");
}

#[tokio::test]
async fn accepting_signs_in_only_people_with_dashboard_access() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&dashboard_member("grace@clinic.example")).await;
    let body = json!({"token": token, "password": PASSWORD});
    let accepted = app.as_invitee().accept(&body).await;
    accepted.expect(200);
    let session = app.as_person(&cookie_in(&accepted).unwrap(), &app.clinic_id);
    session.get("/v1/session").await.expect(200);

    let token = app.invite_and_get_token(&radiologist("ada@clinic.example")).await;
    let accepted = app.as_invitee().accept(&json!({"token": token})).await;
    accepted.expect(200);
    assert!(cookie_in(&accepted).is_none());
}

#[tokio::test]
async fn attempts_whose_answers_were_lost_do_not_stay_counted() {
    let app = App::start_with_faults().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    for _ in 0..12 {
        app.lose_answers_from_transaction();
        let lost = app.sign_in("grace@clinic.example", PASSWORD).await;
        lost.expect_problem(503, "unavailable");
        app.heal_database();
    }
    app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
}
