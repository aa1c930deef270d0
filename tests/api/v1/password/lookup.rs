//! `POST /v1/password/lookup`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, PASSWORD, TestResponse, dashboard_member, member};

const NEW: &str = "violet-anchor-pumice";

async fn look_up(app: &App, token: &str) -> TestResponse {
    app.as_invitee().post("/v1/password/lookup", &json!({ "token": token })).await
}

/// Sets another person's dashboard access, as the PACS.
async fn set_dashboard_access(app: &App, user: &str, allowed: bool) -> Value {
    let path = format!("/v1/autoScribe/users/{user}");
    app.as_pacs().patch(&path, &json!({ "hasDashboardAccess": allowed })).await.expect(200)
}

#[tokio::test]
async fn a_link_shows_whose_password_it_sets_and_changes_nothing() {
    let app = App::start().await;
    let person = dashboard_member("grace@clinic.example");
    let user = app.invite_and_confirm(&person, Some(PASSWORD)).await;
    let user = user["userId"].as_str().unwrap();
    let token = app.request_reset_token("grace@clinic.example").await;
    app.wait_until_delivered().await;
    let before = app.count_items().await;
    for _ in 0..2 {
        let shown = look_up(&app, &token).await.expect(200);
        assert_eq!(shown, json!({"email": "grace@clinic.example", "hasDashboardAccess": true}));
    }
    assert_eq!(app.count_items().await, before);
    set_dashboard_access(&app, user, false).await;
    assert_eq!(look_up(&app, &token).await.expect(200)["hasDashboardAccess"], false);
}

#[tokio::test]
async fn a_link_that_no_longer_works_is_404_before_a_password_is_chosen() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    let old = app.request_reset_token("grace@clinic.example").await;
    let used = app.request_reset_token("grace@clinic.example").await;
    let body = json!({ "token": used, "password": NEW });
    app.as_invitee().post("/v1/password/reset", &body).await.expect(200);
    let invitation = app.invite_and_get_token(&member("ada@clinic.example")).await;
    for token in [old, used, invitation, "x".to_owned()] {
        look_up(&app, &token).await.expect_problem(404, "token_invalid");
    }
    let late = app.request_reset_token("grace@clinic.example").await;
    look_up(&app, &late).await.expect(200);
    app.clock.advance(Duration::from_mins(30));
    look_up(&app, &late).await.expect_problem(404, "token_invalid");
}
