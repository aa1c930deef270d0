//! `POST /v1/access/redeem` again, after its answer was lost.

use std::time::Duration;

use domain::time::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{App, ProofKey, REDEEM, TestResponse, ViewerLink, claims, proof_claims};

const GONE: &str = "/v1/autoScribe/users/revoke-access";

/// What a viewer sends besides the link's token.
#[derive(Clone, Default)]
struct Sender {
    key: Option<ProofKey>,
    idempotency_key: Option<&'static str>,
}

fn with_key(name: &str) -> Sender {
    Sender { key: Some(ProofKey::es256(name)), idempotency_key: None }
}

fn with_idempotency_key(key: &'static str) -> Sender {
    Sender { key: None, idempotency_key: Some(key) }
}

/// Redeems a link with a proof of this id.
async fn redeem(app: &App, link: &ViewerLink, by: &Sender, proof: &str) -> TestResponse {
    let request = app.as_invitee().request(Method::POST, REDEEM);
    let mut request = request.json(&json!({ "token": link.token }));
    if let Some(key) = &by.key {
        let url = format!("{}{REDEEM}", app.base);
        let claims = proof_claims(proof, &url, app.clock.now().seconds());
        request = request.header("dpop", key.sign(&claims));
    }
    if let Some(key) = by.idempotency_key {
        request = request.header("idempotency-key", key);
    }
    TestResponse::fetch(request).await
}

/// Redeems a link so that every answer of the database about it is lost.
async fn redeem_and_lose_the_answer(app: &App, link: &ViewerLink, by: &Sender) {
    app.lose_answers_from_transaction();
    redeem(app, link, by, "lost").await.expect_problem(503, "unavailable");
    app.heal_database();
}

/// A view as its first answer shows it, without the token, which is signed for each answer.
fn without_token(answer: &TestResponse) -> Value {
    let mut view = answer.expect(200);
    view.as_object_mut().unwrap().remove("viewToken");
    view
}

#[tokio::test]
async fn a_redeem_whose_answer_was_lost_repeats_with_its_key_and_not_with_the_link() {
    for (by, others) in [
        (with_key("viewer"), [with_key("thief"), with_idempotency_key("guess")]),
        (with_idempotency_key("a"), [with_key("thief"), with_idempotency_key("b")]),
    ] {
        let app = App::start_with_faults().await;
        let link = app.issue_link(&app.confirm_reader().await).await;
        redeem_and_lose_the_answer(&app, &link, &by).await;
        app.clock.advance(Duration::from_secs(10));
        for thief in others.iter().chain([&Sender::default()]) {
            redeem(&app, &link, thief, "theft").await.expect_problem(404, "token_invalid");
        }
        let first = redeem(&app, &link, &by, "again").await;
        let second = redeem(&app, &link, &by, "and again").await;
        assert_eq!(without_token(&first), without_token(&second));
        assert_eq!(first.str("accessId"), link.access_id);
        let bound = |answer: &TestResponse| claims(&answer.str("viewToken"))["cnf"].clone();
        assert_eq!(
            (bound(&first), first.expect(200)["tokenType"] == "DPoP"),
            (bound(&second), by.key.is_some())
        );
        let opened = app.list_audit_records("access.redeemed").await;
        assert_eq!(opened.len(), 1, "the view opened once");
        app.clock.advance(Duration::from_secs(20));
        redeem(&app, &link, &by, "late").await.expect_problem(404, "token_invalid");
        assert!(app.list_refusals().await.contains("used"));
    }
}

#[tokio::test]
async fn a_repeat_keeps_the_end_and_the_key_of_the_view() {
    let app = App::start().await;
    let link = app.issue_link(&app.confirm_reader().await).await;
    let by = Sender { idempotency_key: Some("a"), ..with_key("viewer") };
    let first = redeem(&app, &link, &by, "1").await;
    app.clock.advance(Duration::from_secs(29));
    // The view stays bound to its key, so the token is useless without it.
    let again = redeem(&app, &link, &with_idempotency_key("a"), "").await;
    assert_eq!(without_token(&first), without_token(&again));
    let bound = |answer: &TestResponse| claims(&answer.str("viewToken"))["cnf"].clone();
    assert_eq!(bound(&first), bound(&again));
    let other = Sender { idempotency_key: Some("a"), ..with_key("thief") };
    redeem(&app, &link, &other, "2").await.expect_problem(404, "token_invalid");
    redeem(&app, &link, &by, "1").await.expect_problem(400, "dpop_proof_invalid");
}

#[tokio::test]
async fn a_repeat_needs_the_authority_of_the_moment() {
    let by = with_idempotency_key("a");
    let ended = |access: &str, user: &str| {
        [(crate::support::REVOKE, json!({ "accessId": access })), (GONE, json!({ "userId": user }))]
    };
    for way in 0..2 {
        let app = App::start().await;
        let reader = app.confirm_reader().await;
        let link = app.issue_link(&reader).await;
        redeem(&app, &link, &by, "").await.expect(200);
        let (path, body) = &ended(&link.access_id, &reader)[way];
        app.as_pacs().post(path, body).await.expect(200);
        redeem(&app, &link, &by, "").await.expect_problem(404, "token_invalid");
        let why = ["revoked", "user_not_allowed"][way];
        assert_eq!(app.list_refusals().await, [why.to_owned()].into());
    }
}

#[tokio::test]
async fn an_idempotency_key_is_stored_as_a_digest_of_its_link() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let by = with_idempotency_key("3f0c7c0e-viewer-request");
    let mut digests = Vec::new();
    for _ in 0..2 {
        let link = app.issue_link(&reader).await;
        redeem(&app, &link, &by, "").await.expect(200);
        let of_link = |item: &store::RawItem| {
            item.contains_key("oa") && item["id"].as_s().is_ok_and(|id| *id == link.access_id)
        };
        let item = app.load_items().await.into_iter().find(of_link).unwrap();
        digests.push(item["ik"].as_s().unwrap().clone());
    }
    assert_ne!(digests[0], digests[1]);
    assert!(!app.dump_table().await.contains("viewer-request"));
    let long = "x".repeat(256);
    let body = json!({ "token": "x" });
    let answer = app.as_invitee().post_with(REDEEM, &body, ("idempotency-key", &long)).await;
    answer.expect_problem(400, "idempotency_key_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_redeems_with_one_key_open_one_view() {
    for by in [with_key("viewer"), with_idempotency_key("a")] {
        let app = std::sync::Arc::new(App::start().await);
        let link = app.issue_link(&app.confirm_reader().await).await;
        let redeem = |n: usize| {
            let (app, link, by) = (app.clone(), link.clone(), by.clone());
            async move { redeem(&app, &link, &by, &n.to_string()).await }
        };
        let answers = (0..16).map(redeem).collect::<JoinSet<_>>().join_all().await;
        let views: Vec<Value> = answers.iter().map(without_token).collect();
        assert!(views.windows(2).all(|two| two[0] == two[1]), "{views:?}");
        assert_eq!(app.list_audit_records("access.redeemed").await.len(), 1);
    }
}
