//! `POST /v1/autoScribe/users/reactivate`.

use serde_json::json;

use crate::support::{App, member, radiologist, with};

#[tokio::test]
async fn a_reactivation_restores_the_original_permissions() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    let target = json!({"userId": user["userId"]});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &target).await.expect(200);
    for _ in 0..2 {
        app.as_pacs().post("/v1/autoScribe/users/reactivate", &target).await.expect(200);
    }
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    assert_eq!(app.as_pacs().get(&path).await.expect(200), user);
    assert_eq!(app.list_audit_records("user.reactivated").await.len(), 1);
}

#[tokio::test]
async fn a_reactivated_admin_is_counted_again() {
    let app = App::start().await;
    let admin =
        |email: &str| with(member(email), json!({"level": "admin", "hasDashboardAccess": true}));
    let password = Some("lantern-gravel-otter");
    let user = app.invite_and_confirm(&admin("a@clinic.example"), password).await;
    app.invite_and_confirm(&admin("b@clinic.example"), password).await;
    let target = json!({"userId": user["userId"]});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &target).await.expect(200);
    assert_eq!(app.count_managers().await, 1);
    app.as_pacs().post("/v1/autoScribe/users/reactivate", &target).await.expect(200);
    assert_eq!(app.count_managers().await, 2);
}
