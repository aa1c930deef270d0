//! `POST /v1/apiKeys/{apiKeyId}/revoke`.

use serde_json::json;

use crate::support::{App, admin};

#[tokio::test]
async fn a_revoked_key_stops_working_at_once_and_a_repeat_changes_nothing() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    app.as_pacs().get("/v1/autoScribe/users").await.expect(200);
    let path = format!("/v1/apiKeys/{}/revoke", app.api_key_id);
    for _ in 0..2 {
        let done = boss.client.post(&path, &json!({})).await.expect(200);
        assert_eq!(done["success"], true);
        app.as_pacs().get("/v1/autoScribe/users").await.expect_problem(401, "unauthenticated");
    }
    assert_eq!(app.list_audit_records("api_key.revoked").await.len(), 1);
    let page = boss.client.get("/v1/apiKeys").await.expect(200);
    assert_eq!(page["apiKeys"][0]["status"], "revoked");
}

#[tokio::test]
async fn an_unknown_key_or_another_clinics_key_is_404() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    for id in ["x", "01890a5d-ac96-774b-bcce-b302099a8057"] {
        let path = format!("/v1/apiKeys/{id}/revoke");
        boss.client.post(&path, &json!({})).await.expect_problem(404, "api_key_not_found");
    }
    let (_, other) = app.create_other_clinic_with_admin().await;
    let path = format!("/v1/apiKeys/{}/revoke", app.api_key_id);
    other.post(&path, &json!({})).await.expect_problem(404, "api_key_not_found");
    app.as_pacs().get("/v1/autoScribe/users").await.expect(200);
}

#[tokio::test]
async fn an_admin_invitation_from_a_revoked_key_cannot_be_accepted() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let token = app.invite_and_get_token(&admin("second@clinic.example")).await;
    let path = format!("/v1/apiKeys/{}/revoke", app.api_key_id);
    boss.client.post(&path, &json!({})).await.expect(200);
    let body = json!({"token": token, "password": "lantern-gravel-otter"});
    let accept = app.as_invitee().accept(&body).await;
    accept.expect_problem(409, "inviter_not_authorized");
}
