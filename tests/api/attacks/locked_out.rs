//! Someone tries to lock people out with wrong passwords, or to guess past the limits.

use std::time::Duration;

use emulator::DatabaseFault;
use serde_json::json;
use store::AttemptDecision;

use crate::support::{
    App, BROWSER_COOKIE, PASSWORD, TestClient, TestResponse, admin, browser_cookie_in,
    dashboard_member,
};

const GRACE: &str = "grace@clinic.example";
const WRONG: &str = "something-else-1";

async fn start_with_grace() -> App {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    app.invite_and_confirm(&dashboard_member(GRACE), Some(PASSWORD)).await;
    app
}

async fn sign_in(client: &TestClient, email: &str, password: &str) -> TestResponse {
    client.post("/v1/session", &json!({"email": email, "password": password})).await
}

/// A browser that sends this cookie header.
fn with_cookie(app: &App, cookie: &str) -> TestClient {
    app.as_invitee().with_header("cookie", cookie)
}

/// Ten wrong passwords for an address from a network.
async fn lock(client: &TestClient, email: &str) {
    for _ in 0..10 {
        sign_in(client, email, WRONG).await.expect_problem(401, "credentials_wrong");
    }
    let answer = sign_in(client, email, PASSWORD).await;
    answer.expect_problem(429, "too_many_attempts");
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((2..=900).contains(&wait), "until the window ends: {wait}");
}

#[tokio::test]
async fn ten_wrong_passwords_of_a_stranger_do_not_stop_the_person() {
    let app = start_with_grace().await;
    lock(&app.as_invitee().with_address("127.0.0.2"), GRACE).await;
    app.sign_in(GRACE, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_known_browser_signs_in_while_everyone_else_is_locked_out() {
    let app = start_with_grace().await;
    let known = browser_cookie_in(&app.sign_in(GRACE, PASSWORD).await).unwrap();
    lock(&app.as_invitee(), GRACE).await;
    let browser = with_cookie(&app, &format!("theme=dark; {BROWSER_COOKIE}={known}"));
    let before = app.sum_attempts().await;
    let answer = sign_in(&browser, GRACE, PASSWORD).await;
    answer.expect(200);
    assert_eq!(app.sum_attempts().await, before, "it met no other counter");
    let renewed = browser_cookie_in(&answer).unwrap();
    // The renewed cookie is the same browser, whose own limit is ten wrong passwords.
    for n in 0..10 {
        let value = if n % 2 == 0 { &known } else { &renewed };
        let client = with_cookie(&app, &format!("{BROWSER_COOKIE}={value}"));
        sign_in(&client, GRACE, WRONG).await.expect_problem(401, "credentials_wrong");
    }
    sign_in(&browser, GRACE, PASSWORD).await.expect_problem(429, "too_many_attempts");
    app.clock.advance(Duration::from_mins(15));
    sign_in(&browser, GRACE, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn wrong_passwords_in_a_known_browser_lock_nobody_else_out() {
    let app = start_with_grace().await;
    let known = browser_cookie_in(&app.sign_in(GRACE, PASSWORD).await).unwrap();
    let browser = with_cookie(&app, &format!("{BROWSER_COOKIE}={known}"));
    lock(&browser, GRACE).await;
    app.sign_in(GRACE, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_forged_expired_or_foreign_browser_cookie_changes_nothing() {
    let app = start_with_grace().await;
    let mine = browser_cookie_in(&app.sign_in(GRACE, PASSWORD).await).unwrap();
    app.invite_and_confirm(&dashboard_member("eve@clinic.example"), Some(PASSWORD)).await;
    let eves = browser_cookie_in(&app.sign_in("eve@clinic.example", PASSWORD).await).unwrap();
    let mut forged = mine.clone();
    forged.replace_range(30..31, if &mine[30..31] == "A" { "B" } else { "A" });
    lock(&app.as_invitee(), GRACE).await;
    for other in [eves.as_str(), &forged, "", "%00", &mine[..40]] {
        let client = with_cookie(&app, &format!("{BROWSER_COOKIE}={other}"));
        sign_in(&client, GRACE, PASSWORD).await.expect_problem(429, "too_many_attempts");
        // Beside the person's own cookie it does no harm.
        let both = format!("{BROWSER_COOKIE}={other}; {BROWSER_COOKIE}={mine}");
        sign_in(&with_cookie(&app, &both), GRACE, PASSWORD).await.expect(200);
    }
    app.clock.advance(Duration::from_hours(180 * 24));
    let stale = with_cookie(&app, &format!("{BROWSER_COOKIE}={mine}"));
    lock(&stale, GRACE).await;
}

#[tokio::test]
async fn a_browser_cookie_alone_signs_nobody_in() {
    let app = start_with_grace().await;
    let known = browser_cookie_in(&app.sign_in(GRACE, PASSWORD).await).unwrap();
    let browser = with_cookie(&app, &format!("{BROWSER_COOKIE}={known}"));
    browser.get("/v1/session").await.expect_problem(401, "unauthenticated");
    let as_session = with_cookie(&app, &format!("__Host-autoscribe-session={known}"));
    as_session.get("/v1/session").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_network_over_its_limit_locks_nobody_out_elsewhere() {
    let app = start_with_grace().await;
    let people: Vec<String> = (0..8).map(|n| format!("p{n}@clinic.example")).collect();
    for person in &people {
        app.invite_and_confirm(&dashboard_member(person), Some(PASSWORD)).await;
    }
    app.count_wrong_guesses(300, "127.0.0.2").await;
    let attacker = app.as_invitee().with_address("127.0.0.2");
    for request in 0..80 {
        let answer = sign_in(&attacker, &people[request % 8], WRONG).await;
        answer.expect_problem(429, "too_many_attempts");
    }
    for person in &people {
        app.sign_in(person, PASSWORD).await.expect(200);
    }
}

#[tokio::test]
async fn sixty_wrong_passwords_in_a_hospital_still_let_a_colleague_in() {
    let app = start_with_grace().await;
    for request in 0..60 {
        let email = format!("p{}@clinic.example", request % 6);
        app.sign_in(&email, WRONG).await.expect_problem(401, "credentials_wrong");
    }
    app.sign_in("p0@clinic.example", PASSWORD).await.expect_problem(429, "too_many_attempts");
    app.sign_in(GRACE, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_reset_of_the_password_lifts_the_lock() {
    let app = start_with_grace().await;
    let known = browser_cookie_in(&app.sign_in(GRACE, PASSWORD).await).unwrap();
    let browser = with_cookie(&app, &format!("{BROWSER_COOKIE}={known}"));
    lock(&app.as_invitee(), GRACE).await;
    lock(&browser, GRACE).await;
    app.wait_until_delivered().await;
    let token = app.request_reset_token(GRACE).await;
    let next = "violet-anchor-pumice";
    let body = json!({"token": token, "password": next});
    app.as_invitee().post("/v1/password/reset", &body).await.expect(200);
    app.sign_in(GRACE, next).await.expect(200);
    sign_in(&browser, GRACE, next).await.expect(200);
}

#[tokio::test]
async fn a_botnet_is_stopped_within_the_hour_and_for_its_address_alone() {
    let app = start_with_grace().await;
    app.invite_and_confirm(&dashboard_member("ada@clinic.example"), Some(PASSWORD)).await;
    let known = browser_cookie_in(&app.sign_in(GRACE, PASSWORD).await).unwrap();
    for n in 1..=99 {
        // The windows of the networks pass. The hour of the address does not.
        if n % 30 == 0 {
            app.clock.advance(Duration::from_mins(15));
        }
        assert!(app.count_wrong_guess(GRACE, &format!("127.0.1.{n}")).await);
    }
    let bot = |n: usize| app.as_invitee().with_address(&format!("127.0.1.{n}"));
    sign_in(&bot(100), GRACE, WRONG).await.expect_problem(401, "credentials_wrong");
    sign_in(&bot(101), GRACE, WRONG).await.expect_problem(429, "too_many_attempts");
    sign_in(&bot(101), "ada@clinic.example", PASSWORD).await.expect(200);
    let browser = with_cookie(&app, &format!("{BROWSER_COOKIE}={known}"));
    sign_in(&browser, GRACE, PASSWORD).await.expect(200);
    app.clock.advance(Duration::from_mins(15));
    sign_in(&bot(101), GRACE, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn another_address_in_the_same_64_of_ipv6_is_the_same_network() {
    let app = start_with_grace().await;
    for n in 0..10 {
        assert!(app.count_wrong_guess(GRACE, &format!("2001:db8:1:2::{n:x}")).await);
    }
    assert!(!app.count_wrong_guess(GRACE, "2001:db8:1:2:ffff::1").await);
    assert!(app.count_wrong_guess(GRACE, "2001:db8:1:3::1").await);
    // A /48 has one limit for all of its networks.
    for n in 0..289 {
        let email = format!("n{n}@elsewhere.example");
        assert!(app.count_wrong_guess(&email, &format!("2001:db8:1:{n:x}::1")).await);
    }
    assert!(!app.count_wrong_guess("ada@clinic.example", "2001:db8:1:ffff::1").await);
    assert!(app.count_wrong_guess("ada@clinic.example", "2001:db8:2:2::1").await);
}

#[tokio::test]
async fn correct_passwords_that_the_database_fails_lock_nobody_out() {
    let app = App::start_with_faults().await;
    app.clock.advance_to_full_hour();
    app.invite_and_confirm(&dashboard_member(GRACE), Some(PASSWORD)).await;
    for operation in ["Query", "BatchGetItem"] {
        app.fail_database(operation, DatabaseFault::Internal);
        for _ in 0..10 {
            app.sign_in(GRACE, PASSWORD).await.expect_problem(503, "unavailable");
        }
        app.heal_database();
    }
    for _ in 0..10 {
        // The attempt is counted, and the three tries to write the session fail.
        app.fail_after("TransactWriteItems", 1, 3);
        app.sign_in(GRACE, PASSWORD).await.expect_problem(503, "unavailable");
    }
    assert_eq!(app.sum_attempts().await, (0, 0));
    app.sign_in(GRACE, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_correct_passwords_at_once_leave_nothing_counted() {
    let app = start_with_grace().await;
    let attempt = |_| {
        let client = app.as_invitee();
        async move { sign_in(&client, GRACE, PASSWORD).await }
    };
    let answers = (0..64).map(attempt).collect::<tokio::task::JoinSet<_>>().join_all().await;
    assert!(answers.iter().filter(|answer| answer.status == 200).count() >= 10);
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        refused.expect_problem(429, "too_many_attempts");
        assert_eq!(refused.headers["retry-after"], "1");
    }
    assert_eq!(app.sum_attempts().await, (0, 0));
}

#[tokio::test]
async fn attempts_whose_process_died_count_until_the_window_ends() {
    let app = start_with_grace().await;
    for _ in 0..10 {
        let reserved = app.reserve_attempt(GRACE, "127.0.0.1").await;
        assert!(matches!(reserved, AttemptDecision::Allow(_)));
    }
    let answer = app.sign_in(GRACE, PASSWORD).await;
    answer.expect_problem(429, "too_many_attempts");
    assert_eq!(answer.headers["retry-after"], "1");
    app.clock.advance(Duration::from_mins(1));
    app.sign_in(GRACE, PASSWORD).await.expect_problem(429, "too_many_attempts");
    app.clock.advance(Duration::from_mins(15));
    app.sign_in(GRACE, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_known_browser_of_the_last_password_is_not_known_any_more() {
    let app = start_with_grace().await;
    let known = browser_cookie_in(&app.sign_in(GRACE, PASSWORD).await).unwrap();
    let browser = with_cookie(&app, &format!("{BROWSER_COOKIE}={known}"));
    app.reset_password(GRACE, "violet-anchor-pumice").await;
    lock(&app.as_invitee(), GRACE).await;
    let answer = sign_in(&browser, GRACE, "violet-anchor-pumice").await;
    answer.expect_problem(429, "too_many_attempts");
}

#[tokio::test]
async fn a_lockout_is_audited_once_in_each_clinic_of_the_person() {
    let app = start_with_grace().await;
    let elsewhere = app.create_other_clinic().await;
    let invited = elsewhere.invite(&admin(GRACE)).await;
    let body = json!({"token": app.token_in(&elsewhere, &invited).await, "password": PASSWORD});
    app.as_invitee().accept(&body).await.expect(200);
    lock(&app.as_invitee().with_address("127.0.0.2"), GRACE).await;
    lock(&app.as_invitee(), "nobody@clinic.example").await;
    let records = app.list_audit_records("session.locked").await;
    assert_eq!(records.len(), 2, "none for an address without users, none for a refused attempt");
    for record in &records {
        assert_eq!(record["ac"].as_s().unwrap(), "system");
        assert!(record["ob"].as_s().unwrap().starts_with("usr_"));
        assert!(!record.contains_key("ip"), "the attempts belong to no clinic");
    }
    let partition = |n: usize| records[n]["PK"].as_s().unwrap();
    assert_ne!(partition(0), partition(1), "one in each clinic");
    app.clock.advance(Duration::from_mins(15));
    lock(&app.as_invitee().with_address("127.0.0.2"), GRACE).await;
    assert_eq!(app.list_audit_records("session.locked").await.len(), 4, "one in each window");
}
