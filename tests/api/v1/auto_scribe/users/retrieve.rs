//! `GET /v1/autoScribe/users/{userId}`.

use serde_json::json;

use crate::support::{App, member};

#[tokio::test]
async fn a_confirmed_user_can_be_read() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    assert_eq!(app.as_pacs().get(&path).await.expect(200), user);
    assert_eq!((&user["status"], &user["assignable"]), (&json!("active"), &json!(false)));
}

#[tokio::test]
async fn another_clinics_user_is_404() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    app.create_other_clinic().await.get(&path).await.expect_problem(404, "user_not_found");
    let none = format!("usr_{}", "0".repeat(32));
    for id in ["usr_x", "x", &none, "usr_%00", "%F0%9F%98%80", "usr_/../x"] {
        let answer = app.as_pacs().get(&format!("/v1/autoScribe/users/{id}")).await;
        assert_eq!(answer.status.as_u16(), 404, "{id}");
    }
}
