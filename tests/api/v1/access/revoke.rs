//! `POST /v1/access/revoke`.

use serde_json::json;

use crate::support::{App, REVOKE, admin, member};

#[tokio::test]
async fn an_opened_or_unopened_access_ends_and_a_repeat_succeeds() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let other = app.open_view(&reader).await;
    let open = app.issue_link(&reader).await;
    let token = app.open_link(&open).await;
    let link = app.issue_link(&reader).await;
    for one in [&link, &open, &open] {
        let done = app.end_access(&json!({ "accessId": one.access_id })).await.expect(200);
        assert_eq!(done["success"], true);
    }
    app.redeem(&link.token).await.expect_problem(404, "token_invalid");
    app.assert_view_ended(&token).await;
    app.renew(&other).await.expect(200);
    let records = app.list_audit_records("access.revoked").await;
    assert_eq!(records.len(), 2, "the repeat changed nothing");
    assert!(records.iter().all(|one| *one["us"].as_s().unwrap() == reader));
}

#[tokio::test]
async fn revoking_by_user_ends_only_their_accesses() {
    let app = App::start().await;
    let (ada, ken) = (app.confirm_reader().await, app.confirm_second_reader().await);
    let view = app.open_view(&ada).await;
    let link = app.issue_link(&ada).await;
    let of_ken = app.open_view(&ken).await;
    let studies = app.confirm_and_sign_in(&admin("s@clinic.example")).await;
    let body = json!({ "userId": ada });
    studies.client.post(REVOKE, &body).await.expect(200);
    app.redeem(&link.token).await.expect_problem(404, "token_invalid");
    app.assert_view_ended(&view).await;
    app.renew(&of_ken).await.expect(200);
    app.open_view(&ada).await;
    let records = app.list_audit_records("access.revoked").await;
    assert!(records.iter().all(|one| *one["ac"].as_s().unwrap() == studies.user_id));
    let clerk = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let none = json!({ "userId": clerk["userId"] });
    app.end_access(&none).await.expect(200);
}

#[tokio::test]
async fn exactly_one_known_id_is_required() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let link = app.issue_link(&reader).await;
    let both = json!({ "accessId": link.access_id, "userId": reader });
    app.end_access(&both).await.expect_problem(422, "one_only");
    app.end_access(&json!({})).await.expect_problem(422, "required");
    let wrong = json!({ "accessId": "acc_1" });
    app.end_access(&wrong).await.expect_problem(422, "id_invalid");
    let no_such = json!({ "accessId": format!("acc_{}", "0".repeat(32)) });
    app.end_access(&no_such).await.expect_problem(404, "access_not_found");
    let nobody = json!({ "userId": format!("usr_{}", "0".repeat(32)) });
    app.end_access(&nobody).await.expect_problem(404, "user_not_found");
    let elsewhere = app.create_other_clinic().await;
    let foreign = json!({ "accessId": link.access_id });
    elsewhere.post(REVOKE, &foreign).await.expect_problem(404, "access_not_found");
    let foreign = json!({ "userId": reader });
    elsewhere.post(REVOKE, &foreign).await.expect_problem(404, "user_not_found");
    app.open_link(&link).await;
}
