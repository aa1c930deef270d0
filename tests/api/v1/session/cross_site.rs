//! Requests that another site makes with the browser's cookie, and tabs that show another clinic.

use reqwest::Method;
use serde_json::json;

use crate::support::{App, PASSWORD, TestResponse, admin, dashboard_member, member};

#[tokio::test]
async fn a_change_from_another_site_is_403() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let person = member("ada@clinic.example");
    let elsewhere = boss.client.clone().without_header("origin");
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("referer", &app.base),
    ] {
        let foreign = elsewhere.clone().with_header(name, value);
        foreign.invite(&person).await.expect_problem(403, "cross_site_request");
        let out = TestResponse::fetch(foreign.request(Method::DELETE, "/v1/session")).await;
        out.expect_problem(403, "cross_site_request");
        // Reading changes nothing, and CORS keeps the answer from the other site.
        foreign.get("/v1/session").await.expect(200);
    }
    elsewhere.with_header("sec-fetch-site", "same-origin").invite(&person).await.expect(201);
}

#[tokio::test]
async fn a_form_of_the_same_site_is_403() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let request = boss.client.request(Method::POST, "/v1/autoScribe/users");
        let request = request.header("content-type", media_type).body("{}");
        TestResponse::fetch(request).await.expect_problem(403, "cross_site_request");
    }
}

#[tokio::test]
async fn another_site_cannot_sign_a_browser_in() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&dashboard_member("grace@clinic.example")).await;
    let foreign = app.as_invitee().with_header("origin", "https://evil.example");
    let accept = json!({"token": token, "password": PASSWORD});
    let answer = foreign.accept(&accept).await;
    answer.expect_problem(403, "cross_site_request");
    app.as_invitee().accept(&accept).await.expect(200);
    let sign_in = json!({"email": "grace@clinic.example", "password": PASSWORD});
    foreign.post("/v1/session", &sign_in).await.expect_problem(403, "cross_site_request");
    // Without a session to set, accepting needs only the token.
    let token = app.invite_and_get_token(&member("ada@clinic.example")).await;
    foreign.accept(&json!({"token": token})).await.expect(200);
}

#[tokio::test]
async fn a_tab_that_shows_another_clinic_cannot_write() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let person = member("ada@clinic.example");
    let other = "01890a5d-ac96-774b-bcce-b302099a8057";
    for named in [other, "riverside", ""] {
        let tab = boss.client.clone().with_header("autoscribe-clinic", named);
        let problem = tab.invite(&person).await.expect_problem(409, "clinic_changed");
        assert_eq!(problem["clinicId"], app.clinic_id);
        tab.get("/v1/session").await.expect(200);
    }
    let unnamed = boss.client.clone().without_header("autoscribe-clinic");
    unnamed.invite(&person).await.expect_problem(400, "clinic_header_required");
    boss.client.invite(&person).await.expect(201);
}
