//! `POST /v1/access/introspect`.

use reqwest::Method;
use serde_json::json;

use crate::support::{App, INTROSPECT, TestResponse, claims, dashboard_member};

#[tokio::test]
async fn an_active_token_is_reported_with_its_claims() {
    let app = App::start().await;
    let token = app.open_view(&app.confirm_reader().await).await;
    let mut expected = claims(&token);
    expected["active"] = json!(true);
    expected["token_type"] = json!("Bearer");
    assert_eq!(app.introspect(&token).await, expected);
    let as_form = app.as_pacs().request(Method::POST, INTROSPECT);
    let form = format!("token={token}&token_type_hint=access_token");
    let as_form = as_form.header("content-type", "application/x-www-form-urlencoded").body(form);
    let answer = TestResponse::fetch(as_form).await;
    assert_eq!(answer.expect(200), expected);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let studies = app.confirm_and_sign_in(&dashboard_member("s@clinic.example")).await;
    let answer = studies.client.post(INTROSPECT, &json!({ "token": token })).await;
    assert_eq!(answer.expect(200), expected);
}

#[tokio::test]
async fn any_other_kind_of_token_is_reported_only_as_inactive() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let (link, boss) = (app.issue_link(&reader).await, app.confirm_and_sign_in_owner().await);
    for token in ["", "x", "a.b.c", &link.token, &app.key, &boss.cookie] {
        assert_eq!(app.introspect(token).await, json!({ "active": false }));
    }
}

#[tokio::test]
async fn a_malformed_introspection_is_refused() {
    let app = App::start().await;
    let send = async |kind: &str, body: &str| {
        let request = app.as_pacs().request(Method::POST, INTROSPECT);
        TestResponse::fetch(request.header("content-type", kind).body(body.to_owned())).await
    };
    let form = "application/x-www-form-urlencoded";
    send(form, "").await.expect_problem(422, "required");
    send(form, "token=a&token=b").await.expect_problem(400, "form_invalid");
    send(form, "token=a&scope=b").await.expect_problem(422, "unknown_field");
    send("text/plain", "token=a").await.expect_problem(415, "content_type_unsupported");
    send("application/json", "{").await.expect_problem(400, "json_invalid");
    let long = format!("token={}", "a".repeat(64 * 1024));
    send(form, &long).await.expect_problem(413, "body_too_large");
}
