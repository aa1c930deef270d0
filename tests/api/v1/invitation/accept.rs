//! `POST /v1/invitation/accept`.

use std::time::{Duration, Instant};

use emulator::breached_passwords::BREACHED_PASSWORDS;
use serde_json::{Value, json};

use crate::support::{App, TestResponse, cookie_in, member, radiologist, with};

const PATH: &str = "/v1/invitation/accept";
const PASSWORD: &str = "lantern-gravel-otter";

fn admin(email: &str) -> Value {
    with(member(email), json!({"level": "admin", "hasDashboardAccess": true}))
}

async fn accept(app: &App, token: &str, password: Option<&str>) -> TestResponse {
    let mut body = json!({"token": token});
    if let Some(password) = password {
        body["password"] = json!(password);
    }
    app.as_invitee().accept(&body).await
}

#[tokio::test]
async fn an_accepted_person_is_listed_as_a_user() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.str("invitationId");
    let user = accept(&app, &app.token(&id, 1), None).await.expect(200);
    assert_eq!(user["userId"], id.replace("inv_", "usr_"));
    assert_eq!((&user["status"], &user["assignable"]), (&json!("active"), &json!(true)));
    assert_eq!(app.read_invitation(&id).await["status"], "accepted");
    let page = app.as_pacs().get("/v1/autoScribe/users?email=ada@clinic.example").await.expect(200);
    assert_eq!(page["users"], json!([user]));
}

#[tokio::test]
async fn a_repeated_accept_returns_the_same_user() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&admin("boss@clinic.example")).await.str("invitationId");
    let token = app.token(&id, 1);
    // Each accept starts another session, so only the rest must be equal.
    let user = |mut accepted: Value| {
        accepted["lastLoginAt"] = Value::Null;
        accepted
    };
    let first = accept(&app, &token, Some(PASSWORD)).await.expect(200);
    let second = accept(&app, &token, Some(PASSWORD)).await.expect(200);
    assert_eq!(user(second), user(first));
    accept(&app, &token, Some("another-password-9")).await.expect_problem(401, "password_wrong");
    // Without the password it shows the user until the invitation expires, and signs nobody in.
    let shown = accept(&app, &token, None).await;
    assert_eq!(
        user(shown.expect(200)),
        user(accept(&app, &token, Some(PASSWORD)).await.expect(200))
    );
    assert_eq!(cookie_in(&shown), None);
    app.clock.advance(Duration::from_hours(7 * 24));
    accept(&app, &token, None).await.expect_problem(410, "invitation_expired");
    accept(&app, &token, Some(PASSWORD)).await.expect(200);
}

#[tokio::test]
async fn a_password_is_required_only_with_dashboard_access() {
    let app = App::start().await;
    let with_dashboard = app.invite_and_get_token(&admin("boss@clinic.example")).await;
    let answer = accept(&app, &with_dashboard, None).await;
    answer.expect_problem(422, "required");
    assert_eq!(answer.field_errors()[0].0, "password");
    let without = app.invite_and_get_token(&member("grace@clinic.example")).await;
    accept(&app, &without, Some(PASSWORD)).await.expect_problem(422, "password_not_needed");
    accept(&app, &without, None).await.expect(200);
    accept(&app, &with_dashboard, Some(PASSWORD)).await.expect(200);
}

#[tokio::test]
async fn a_new_password_must_have_15_to_128_characters_and_be_hard_to_guess() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&admin("boss@clinic.example")).await;
    let long = "lantern-gravel-".repeat(9);
    for (password, code) in [
        ("kT9#vQ2!xLpzR4", "password_length"),
        (&long, "password_length"),
        ("passwordpassword", "password_weak"),
        ("boss@clinic.example", "password_weak"),
        ("GraceLindGraceLind", "password_weak"),
        ("Riverside-Imaging-2026", "password_weak"),
        ("qwertyuiop123456", "password_weak"),
    ] {
        accept(&app, &token, Some(password)).await.expect_problem(422, code);
    }
    accept(&app, &token, Some("kT9#vQ2!xLpzR4w")).await.expect(200);
}

#[tokio::test]
async fn a_breached_password_is_refused() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&admin("boss@clinic.example")).await;
    for password in BREACHED_PASSWORDS {
        let problem =
            accept(&app, &token, Some(password)).await.expect_problem(422, "password_breached");
        let detail = problem["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("Choose another one"), "{detail}");
    }
    // Short and weak passwords are not looked up. Of the others, only five digits of the hash are sent.
    let before = app.breached_list.requests();
    accept(&app, &token, Some("passwordpassword")).await.expect_problem(422, "password_weak");
    accept(&app, &token, Some("trustno1")).await.expect_problem(422, "password_length");
    assert_eq!(app.breached_list.requests(), before);
    assert_eq!(before.len(), BREACHED_PASSWORDS.len());
    assert!(before.iter().all(|path| path.len() == "/range/12345".len()), "{before:?}");
    accept(&app, &token, Some(PASSWORD)).await.expect(200);
}

#[tokio::test]
async fn an_outage_of_the_breached_list_refuses_no_password() {
    let app = App::start().await;
    app.breached_list.set_down();
    let token = app.invite_and_get_token(&admin("boss@clinic.example")).await;
    accept(&app, &token, Some(BREACHED_PASSWORDS[0])).await.expect(200);
}

#[tokio::test]
async fn a_slow_breached_list_does_not_block_an_accept() {
    let app = App::start().await;
    app.breached_list.set_delay(Duration::from_mins(1));
    let token = app.invite_and_get_token(&admin("boss@clinic.example")).await;
    let start = Instant::now();
    accept(&app, &token, Some(BREACHED_PASSWORDS[0])).await.expect(200);
    // The list takes a minute. 30 seconds are enough for a busy machine.
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(app.breached_list.requests().len(), 1);
}

#[tokio::test]
async fn an_accent_typed_either_way_is_the_same_password() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&admin("boss@clinic.example")).await;
    accept(&app, &token, Some("lante\u{301}rn-gravel-otter")).await.expect(200);
    accept(&app, &token, Some("lant\u{e9}rn-gravel-otter")).await.expect(200);
    accept(&app, &token, Some(PASSWORD)).await.expect_problem(401, "password_wrong");
}

#[tokio::test]
async fn an_address_with_an_account_must_give_its_password() {
    let app = App::start().await;
    app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    let elsewhere = app.create_other_clinic().await;
    let invited = elsewhere.invite(&admin("Boss@clinic.example")).await;
    let token = app.token_in(&elsewhere, &invited).await;
    accept(&app, &token, Some("kT9#vQ2!xLpzR4w")).await.expect_problem(401, "password_wrong");
    let user = accept(&app, &token, Some(PASSWORD)).await.expect(200);
    assert_eq!(user["userId"], invited.json()["userId"]);
}

#[tokio::test]
async fn an_account_without_a_password_sets_one_with_its_first_dashboard_access() {
    let app = App::start().await;
    app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let elsewhere = app.create_other_clinic().await;
    let invited = elsewhere.invite(&admin("grace@clinic.example")).await;
    let token = app.token_in(&elsewhere, &invited).await;
    accept(&app, &token, Some(PASSWORD)).await.expect(200);
    accept(&app, &token, Some(PASSWORD)).await.expect(200);
}

#[tokio::test]
async fn an_invitation_needs_an_api_key_that_is_still_active() {
    let app = App::start().await;
    let pacs = app.create_pacs(&domain::credentials::api_key::Scope::ALL).await;
    let to_admin =
        app.token(&pacs.invite(&admin("boss@clinic.example")).await.str("invitationId"), 1);
    let to_member =
        app.token(&pacs.invite(&member("grace@clinic.example")).await.str("invitationId"), 1);
    app.deactivate_other_keys().await;
    accept(&app, &to_admin, Some(PASSWORD)).await.expect_problem(409, "inviter_not_authorized");
    accept(&app, &to_member, None).await.expect_problem(409, "inviter_not_authorized");
}

#[tokio::test]
async fn a_pending_npi_is_verified_at_accept() {
    let app = App::start().await;
    app.set_registry_down(true);
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.expect(201);
    assert_eq!(id["npiVerification"], "pending");
    app.set_registry_down(false);
    let token = app.token(id["invitationId"].as_str().unwrap(), 1);
    let user = accept(&app, &token, None).await.expect(200);
    assert_eq!((&user["npiVerification"], &user["assignable"]), (&json!("verified"), &json!(true)));
}

#[tokio::test]
async fn an_unreachable_registry_blocks_neither_invite_nor_accept() {
    let app = App::start().await;
    app.set_registry_down(true);
    let token = app.invite_and_get_token(&radiologist("ada@clinic.example")).await;
    let user = accept(&app, &token, None).await.expect(200);
    assert_eq!((&user["npiVerification"], &user["assignable"]), (&json!("pending"), &json!(false)));
}

#[tokio::test]
async fn an_accepted_admin_is_counted_as_a_manager() {
    let app = App::start().await;
    assert_eq!(app.count_managers().await, 0);
    app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    assert_eq!(app.count_managers().await, 0);
    app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    assert_eq!(app.count_managers().await, 1);
}

/// Creates an account in one clinic, and an invitation of its address in another. Returns the token.
async fn invite_to_second_clinic(app: &App, email: &str) -> String {
    app.invite_and_confirm(&admin(email), Some(PASSWORD)).await;
    let elsewhere = app.create_other_clinic().await;
    let invited = elsewhere.invite(&admin(email)).await;
    app.token_in(&elsewhere, &invited).await
}

const WRONG: Option<&str> = Some("another-password-9");

#[tokio::test]
async fn accept_locks_an_address_out_for_15_minutes_after_10_wrong_passwords() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    let token = invite_to_second_clinic(&app, "boss@clinic.example").await;
    for _ in 0..10 {
        accept(&app, &token, WRONG).await.expect_problem(401, "password_wrong");
    }
    let answer = accept(&app, &token, Some(PASSWORD)).await;
    answer.expect_problem(429, "too_many_attempts");
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    app.clock.advance(Duration::from_secs(wait));
    accept(&app, &token, Some(PASSWORD)).await.expect(200);
}

#[tokio::test]
async fn accepting_clears_the_wrong_attempts() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    let token = invite_to_second_clinic(&app, "boss@clinic.example").await;
    for _ in 0..9 {
        accept(&app, &token, WRONG).await.expect_problem(401, "password_wrong");
    }
    accept(&app, &token, Some(PASSWORD)).await.expect(200);
    for _ in 0..10 {
        accept(&app, &token, WRONG).await.expect_problem(401, "password_wrong");
    }
    accept(&app, &token, WRONG).await.expect_problem(429, "too_many_attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_10_of_32_concurrent_guesses_are_checked() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    let token = invite_to_second_clinic(&app, "boss@clinic.example").await;
    let body = json!({"token": token, "password": WRONG.unwrap()});
    let body = app.as_invitee().with_terms(&body).await;
    let guess = |_| {
        let (invitee, body) = (app.as_invitee(), body.clone());
        async move { invitee.post(PATH, &body).await.status.as_u16() }
    };
    let statuses = (0..32).map(guess).collect::<tokio::task::JoinSet<_>>().join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 10);
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 22);
}

#[tokio::test]
async fn accept_locks_a_network_address_out_after_300_wrong_passwords() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    let token = invite_to_second_clinic(&app, "boss@clinic.example").await;
    app.count_wrong_guesses(299, "127.0.0.1").await;
    accept(&app, &token, WRONG).await.expect_problem(401, "password_wrong");
    accept(&app, &token, Some(PASSWORD)).await.expect_problem(429, "too_many_attempts");
}

#[tokio::test]
async fn what_changed_after_the_look_is_not_accepted_unseen() {
    let app = App::start().await;
    for (n, (change, status)) in [
        (json!({"level": "admin", "hasDashboardAccess": true}), 409),
        (json!({"canManageStudies": true}), 409),
        (json!({"canCreateReports": false}), 409),
        (json!({"hasDashboardAccess": true}), 409),
        (json!({"clinicRole": "Imaging Technologist"}), 409),
        (json!({"npiNumber": "2000000036"}), 409),
        (json!({"firstName": "Augusta", "suffix1": "MD", "phoneNumber": "+442079460958"}), 200),
        // The verification becomes `name_mismatch`.
        (json!({"lastName": "Brandt"}), 200),
    ]
    .into_iter()
    .enumerate()
    {
        let elsewhere = app.create_other_clinic().await;
        let person = radiologist(&format!("p{n}@clinic.example"));
        let person = with(person, json!({"canManageStudies": false}));
        let invited = elsewhere.invite(&person).await;
        let invitee = app.as_invitee();
        let body = json!({"token": app.token_in(&elsewhere, &invited).await});
        let seen = invitee.with_terms(&body).await;
        let path = format!("/v1/autoScribe/users/invitations/{}", invited.str("invitationId"));
        elsewhere.patch(&path, &change).await.expect(200);
        let answer = invitee.post(PATH, &seen).await;
        if status == 409 {
            answer.expect_problem(409, "terms_changed");
            let needs_password = change.get("hasDashboardAccess").is_some();
            let password = if needs_password { json!(PASSWORD) } else { Value::Null };
            invitee.accept(&with(body, json!({"password": password}))).await.expect(200);
        } else {
            answer.expect(200);
        }
        invitee.post(PATH, &with(seen, json!({"terms": "other"}))).await.expect(200);
    }
}

#[tokio::test]
async fn terms_are_required_and_those_of_another_invitation_do_not_count() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&member("grace@clinic.example")).await;
    let other = app.invite_and_get_token(&member("ken@clinic.example")).await;
    let invitee = app.as_invitee();
    let terms = invitee.with_terms(&json!({"token": other})).await["terms"].clone();
    let body = json!({"token": token});
    invitee.post(PATH, &body).await.expect_problem(422, "required");
    for wrong in [terms, json!(""), json!("x"), json!("é"), json!(token)] {
        let answer = invitee.post(PATH, &with(body.clone(), json!({"terms": wrong}))).await;
        answer.expect_problem(409, "terms_changed");
    }
    let edited = async |value: bool| {
        let id =
            app.list_invitations("?email=grace@clinic.example").await[0]["invitationId"].clone();
        let path = format!("/v1/autoScribe/users/invitations/{}", id.as_str().unwrap());
        app.as_pacs().patch(&path, &json!({"canManageStudies": value})).await.expect(200);
    };
    let seen = invitee.with_terms(&body).await;
    edited(false).await;
    edited(true).await;
    invitee.post(PATH, &seen).await.expect(200);
}
