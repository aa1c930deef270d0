//! `POST /v1/access/introspect`.

use domain::credentials::api_key::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    App, EPHEMERAL, INTROSPECT, REROUTE, REVOKE, TestResponse, ViewerLink, admin, claims,
    dashboard_member, study,
};

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
}

#[tokio::test]
async fn no_session_introspects() {
    let app = App::start().await;
    let body = json!({ "token": app.open_view(&app.confirm_reader().await).await });
    let studies = app.confirm_and_sign_in(&dashboard_member("s@clinic.example")).await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let owner = app.confirm_and_sign_in_owner().await;
    for session in [&studies, &boss, &owner] {
        session.client.post(INTROSPECT, &body).await.expect_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn a_key_that_only_introspects_opens_lists_and_ends_nothing() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let link = app.issue_link(&reader).await;
    let token = app.open_link(&link).await;
    let service = app.create_pacs(&[Scope::AccessIntrospect]).await;
    let answer = service.post(INTROSPECT, &json!({ "token": token })).await;
    assert_eq!(answer.expect(200)["active"], true);
    let issue = json!({ "assignedToUserId": reader, "studyId": study(1) });
    let end = json!({ "accessId": link.access_id });
    service.post(REROUTE, &issue).await.expect_problem(403, "forbidden");
    service.post(REVOKE, &end).await.expect_problem(403, "forbidden");
    service.get("/v1/access").await.expect_problem(403, "forbidden");
    app.renew(&token).await.expect(200);
}

#[tokio::test]
async fn an_ephemeral_view_is_reported_with_what_it_shows() {
    let app = App::start().await;
    let body = r#"{"retrievalId":"order-7","options":{"z":1.50,"a":[12345678901234567890123]},
        "hangingProtocol":{"layout":"1x2","viewportAssignments":["Axial T1",null]}}"#;
    let request = app.as_pacs().request(Method::POST, EPHEMERAL);
    let request = request.header("content-type", "application/json").body(body);
    let link = ViewerLink::from_response(&TestResponse::fetch(request).await);
    let token = app.open_link(&link).await;
    let answer = app.as_pacs().post(INTROSPECT, &json!({ "token": token })).await;
    let mut expected = claims(&token);
    expected["active"] = json!(true);
    expected["token_type"] = json!("Bearer");
    for name in ["retrievalId", "hangingProtocol", "options"] {
        expected[name] = serde_json::from_str::<Value>(body).unwrap()[name].clone();
    }
    assert_eq!(answer.expect(200), expected);
    let options = r#""options":{"z":1.50,"a":[12345678901234567890123]}"#;
    assert!(answer.text.contains(options), "{}", answer.text);
    app.end_access(&json!({ "accessId": link.access_id })).await.expect(200);
    assert_eq!(app.introspect(&token).await, json!({ "active": false }));
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
