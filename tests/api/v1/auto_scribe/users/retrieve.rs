//! `GET /v1/autoScribe/users/{userId}`.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, admin, dashboard_member, member};

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

#[tokio::test]
async fn managers_see_when_a_reader_last_opened_a_view() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let reader = app.confirm_reader().await;
    let path = format!("/v1/autoScribe/users/{reader}");
    let last_view = async || boss.get(&path).await.expect(200).get("lastViewAt").cloned();
    app.issue_link(&reader).await;
    assert_eq!(last_view().await, None, "a link that no one opened is no view");
    app.open_view(&reader).await;
    app.clock.advance(Duration::from_mins(1));
    app.open_view(&reader).await;
    // More links than one read has.
    app.write_links(&reader, 12).await;
    let listed =
        app.as_pacs().get(&format!("/v1/access?userId={reader}&limit=100")).await.expect(200);
    let opened =
        listed["access"].as_array().unwrap().iter().map(|access| access["openedAt"].clone());
    let newest = opened.filter(|at| !at.is_null()).max_by_key(ToString::to_string);
    assert_eq!(last_view().await, newest);
    assert!(newest.is_some());
    app.end_access(&json!({ "userId": reader })).await.expect(200);
    assert_eq!(last_view().await, newest, "a view that was ended counts");
    let seen_by_key = app.as_pacs().get(&path).await.expect(200);
    assert_eq!(seen_by_key.get("lastViewAt"), None, "only at the dashboard");
}

#[tokio::test]
async fn a_member_sees_no_view_of_another_reader() {
    let app = App::start().await;
    let studies = app.confirm_and_sign_in(&dashboard_member("desk@clinic.example")).await.client;
    let reader = app.confirm_reader().await;
    app.open_view(&reader).await;
    let user = studies.get(&format!("/v1/autoScribe/users/{reader}")).await.expect(200);
    assert_eq!(user.get("lastViewAt"), None);
}
