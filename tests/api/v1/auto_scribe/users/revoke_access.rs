//! `POST /v1/autoScribe/users/revoke-access`.

use serde_json::{Value, json};

use crate::support::{App, TestResponse, admin, member, radiologist, with};

async fn revoke(app: &App, user: &Value) -> TestResponse {
    let body = json!({"userId": user["userId"]});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await
}

#[tokio::test]
async fn access_ends_at_once_and_permissions_are_kept() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    assert_eq!(revoke(&app, &user).await.expect(200)["success"], true);
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    let after = app.as_pacs().get(&path).await.expect(200);
    assert_eq!((&after["status"], &after["assignable"]), (&json!("deactivated"), &json!(false)));
    assert_eq!(
        (&after["canCreateReports"], &after["npiNumber"]),
        (&json!(true), &json!("1234567893"))
    );
    app.as_pacs()
        .patch(&path, &json!({"firstName": "Eve"}))
        .await
        .expect_problem(409, "user_deactivated");
    let page = app.as_pacs().get("/v1/autoScribe/users?status=deactivated").await.expect(200);
    assert_eq!(page["users"], json!([after]));
}

#[tokio::test]
async fn an_invite_of_a_deactivated_user_is_409() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    revoke(&app, &user).await.expect(200);
    let problem = app
        .as_pacs()
        .invite(&member("grace@clinic.example"))
        .await
        .expect_problem(409, "user_deactivated");
    assert_eq!(problem["userId"], user["userId"]);
}

#[tokio::test]
async fn a_repeated_revoke_changes_nothing() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    for _ in 0..3 {
        revoke(&app, &user).await.expect(200);
    }
    assert_eq!(app.list_audit_records("user.deactivated").await.len(), 1);
}

#[tokio::test]
async fn the_last_active_admin_cannot_be_revoked() {
    let app = App::start().await;
    let admin =
        with(member("boss@clinic.example"), json!({"level": "admin", "hasDashboardAccess": true}));
    let user = app.invite_and_confirm(&admin, Some("lantern-gravel-otter")).await;
    revoke(&app, &user).await.expect_problem(409, "last_admin");
    assert_eq!(app.count_managers().await, 1);
}

#[tokio::test]
async fn the_body_must_name_one_user() {
    let app = App::start().await;
    let path = "/v1/autoScribe/users/revoke-access";
    app.as_pacs().post(path, &json!({})).await.expect_problem(422, "required");
    app.as_pacs().post(path, &json!({"userId": "x"})).await.expect_problem(422, "id_invalid");
    app.as_pacs()
        .post(path, &json!({"userID": "x", "userId": "x"}))
        .await
        .expect_problem(422, "fields_invalid");
    let none = format!("usr_{}", "0".repeat(32));
    app.as_pacs().post(path, &json!({"userId": none})).await.expect_problem(404, "user_not_found");
}

#[tokio::test]
async fn a_user_cannot_revoke_themselves() {
    let app = App::start().await;
    app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let path = "/v1/autoScribe/users/revoke-access";
    let own = json!({"userId": boss.user_id});
    boss.client.post(path, &own).await.expect_problem(409, "cannot_revoke_self");
    app.as_pacs().post(path, &own).await.expect(200);
}
