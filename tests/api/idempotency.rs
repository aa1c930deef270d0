//! `Idempotency-Key` on any POST.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, member, with};

const USERS: &str = "/v1/autoScribe/users";
const KEY: (&str, &str) = ("idempotency-key", "8e03978e-40d5-43dd-bc93-6894a57f9324");

#[tokio::test]
async fn a_repeat_gets_the_first_answer_for_24_hours() {
    let app = App::start().await;
    let body = member("grace@clinic.example");
    let first = app.as_pacs().post_with(USERS, &body, KEY).await.expect(201);
    app.clock.advance(Duration::from_hours(23));
    let again = app.as_pacs().post_with(USERS, &body, KEY).await;
    assert_eq!(again.expect(201), first);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.headers["content-type"], "application/json");
    app.clock.advance(Duration::from_hours(2));
    app.as_pacs().post_with(USERS, &body, KEY).await.expect_problem(409, "already_invited");
}

#[tokio::test]
async fn a_repeat_gets_the_first_refusal() {
    let app = App::start().await;
    let body = with(member("grace@clinic.example"), json!({"level": "owner"}));
    let first = app
        .as_pacs()
        .post_with(USERS, &body, KEY)
        .await
        .expect_problem(422, "owner_not_assignable");
    assert_eq!(
        app.as_pacs()
            .post_with(USERS, &body, KEY)
            .await
            .expect_problem(422, "owner_not_assignable"),
        first
    );
    app.as_pacs().invite(&member("eve@clinic.example")).await.expect(201);
    let taken = with(member("eve@clinic.example"), json!({"suffix1": "Jr."}));
    let key = ("idempotency-key", "another");
    app.as_pacs().post_with(USERS, &taken, key).await.expect_problem(409, "already_invited");
    app.as_pacs().post_with(USERS, &taken, key).await.expect_problem(409, "already_invited");
}

#[tokio::test]
async fn the_same_key_with_another_body_or_route_is_422() {
    let app = App::start().await;
    app.as_pacs().post_with(USERS, &member("a@clinic.example"), KEY).await.expect(201);
    app.as_pacs()
        .post_with(USERS, &member("b@clinic.example"), KEY)
        .await
        .expect_problem(422, "idempotency_key_reused");
    let path = "/v1/autoScribe/users/invitations/revoke";
    app.as_pacs()
        .post_with(path, &member("a@clinic.example"), KEY)
        .await
        .expect_problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn an_idempotency_key_belongs_to_one_caller() {
    let app = App::start().await;
    app.as_pacs().post_with(USERS, &member("a@clinic.example"), KEY).await.expect(201);
    app.create_other_clinic()
        .await
        .post_with(USERS, &member("b@clinic.example"), KEY)
        .await
        .expect(201);
    let colleague = app.create_pacs(&domain::credentials::api_key::Scope::ALL).await;
    colleague.post_with(USERS, &member("c@clinic.example"), KEY).await.expect(201);
}

#[tokio::test]
async fn a_repeat_while_the_first_is_running_is_409() {
    let app = App::start_with_faults().await;
    app.slow_database(Duration::from_millis(400));
    let (pacs, body) = (app.as_pacs(), member("grace@clinic.example"));
    let running = {
        let (pacs, body) = (pacs.clone(), body.clone());
        tokio::spawn(async move { pacs.post_with(USERS, &body, KEY).await })
    };
    tokio::time::sleep(Duration::from_millis(900)).await;
    let repeat = pacs.post_with(USERS, &body, KEY).await;
    repeat.expect_problem(409, "request_in_progress");
    assert_eq!(repeat.headers["retry-after"], "1", "the SDKs repeat it");
    running.await.unwrap().expect(201);
}

#[tokio::test]
async fn a_503_is_not_stored_as_the_answer() {
    let app = App::start_with_faults().await;
    let body = member("grace@clinic.example");
    app.fail_database("TransactWriteItems", emulator::DatabaseFault::Internal);
    app.as_pacs().post_with(USERS, &body, KEY).await.expect_problem(503, "unavailable");
    app.heal_database();
    app.as_pacs().post_with(USERS, &body, KEY).await.expect(201);
}

#[tokio::test]
async fn an_invitees_key_is_scoped_to_the_link() {
    let app = App::start().await;
    let path = "/v1/invitation/accept";
    for address in ["a@clinic.example", "b@clinic.example"] {
        let token = app.invite_and_get_token(&member(address)).await;
        let body = app.as_invitee().with_terms(&json!({"token": token})).await;
        let user = app.as_invitee().post_with(path, &body, KEY).await.expect(200);
        assert_eq!(user["email"], address);
        let again = app.as_invitee().post_with(path, &body, KEY).await;
        assert_eq!(
            (again.expect(200), again.headers.contains_key("idempotent-replayed")),
            (user, true)
        );
    }
}

#[tokio::test]
async fn a_request_without_a_valid_credential_stores_nothing() {
    let app = App::start().await;
    let before = app.count_items().await;
    let body = json!({"token": "x"});
    app.as_invitee()
        .post_with("/v1/invitation/accept", &with(body.clone(), json!({"terms": "x"})), KEY)
        .await
        .expect_problem(404, "token_invalid");
    app.as_invitee().post_with(USERS, &body, KEY).await.expect_problem(401, "unauthenticated");
    let stranger = app.as_holder_of(
        domain::credentials::api_key::ApiKeySecret::new(&runtime::OsEntropy).reveal(),
    );
    stranger.post_with(USERS, &body, KEY).await.expect_problem(401, "unauthenticated");
    stranger
        .post_with("/v1/invitation/lookup", &body, KEY)
        .await
        .expect_problem(404, "token_invalid");
    assert_eq!(app.count_items().await, before);
}

#[tokio::test]
async fn an_idempotency_key_has_1_to_255_visible_characters() {
    let app = App::start().await;
    for key in ["", &"k".repeat(256), "\u{e9}"] {
        let answer = app
            .as_pacs()
            .post_with(USERS, &member("a@clinic.example"), ("idempotency-key", key))
            .await;
        answer.expect_problem(400, "idempotency_key_invalid");
    }
    let longest = "k".repeat(255);
    app.as_pacs()
        .post_with(USERS, &member("a@clinic.example"), ("idempotency-key", &longest))
        .await
        .expect(201);
}
