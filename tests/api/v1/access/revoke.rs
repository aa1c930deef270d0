//! `POST /v1/access/revoke`.

use serde_json::json;

use crate::support::{App, END, dashboard_member, member};

#[tokio::test]
async fn an_opened_or_unopened_access_ends_and_a_repeat_succeeds() {
    let app = App::start().await;
    let reader = app.reader().await;
    let (link, open) = (app.access_link(&reader).await, app.access_link(&reader).await);
    let other = app.view(&reader).await;
    let token = app.opened(&open).await;
    for one in [&link, &open, &open] {
        let done = app.end_access(&json!({ "accessId": one.access_id })).await.expect(200);
        assert_eq!(done["success"], true);
    }
    app.redeem(&link.token).await.problem(404, "token_invalid");
    app.over(&token).await;
    app.renew(&other).await.expect(200);
    let records = app.audited("access.revoked").await;
    assert_eq!(records.len(), 2, "the repeat changed nothing");
    assert!(records.iter().all(|one| *one["us"].as_s().unwrap() == reader));
}

#[tokio::test]
async fn revoking_by_user_ends_only_their_accesses() {
    let app = App::start().await;
    let (ada, ken) = (app.reader().await, app.second_reader().await);
    let (link, view) = (app.access_link(&ada).await, app.view(&ada).await);
    let of_ken = app.view(&ken).await;
    let studies = app.signed_in(&dashboard_member("s@clinic.example")).await;
    let body = json!({ "userId": ada });
    studies.actor.post(END, &body).await.expect(200);
    app.redeem(&link.token).await.problem(404, "token_invalid");
    app.over(&view).await;
    app.renew(&of_ken).await.expect(200);
    app.view(&ada).await;
    let records = app.audited("access.revoked").await;
    assert!(records.iter().all(|one| *one["ac"].as_s().unwrap() == studies.user_id));
    let clerk = app.confirmed(&member("grace@clinic.example"), None).await;
    let none = json!({ "userId": clerk["userId"] });
    app.end_access(&none).await.expect(200);
}

#[tokio::test]
async fn exactly_one_known_id_is_required() {
    let app = App::start().await;
    let reader = app.reader().await;
    let link = app.access_link(&reader).await;
    let both = json!({ "accessId": link.access_id, "userId": reader });
    app.end_access(&both).await.problem(422, "one_only");
    app.end_access(&json!({})).await.problem(422, "required");
    let wrong = json!({ "accessId": "acc_1" });
    app.end_access(&wrong).await.problem(422, "id_invalid");
    let no_such = json!({ "accessId": format!("acc_{}", "0".repeat(32)) });
    app.end_access(&no_such).await.problem(404, "access_not_found");
    let nobody = json!({ "userId": format!("usr_{}", "0".repeat(32)) });
    app.end_access(&nobody).await.problem(404, "user_not_found");
    let elsewhere = app.other_clinic().await;
    let foreign = json!({ "accessId": link.access_id });
    elsewhere.post(END, &foreign).await.problem(404, "access_not_found");
    let foreign = json!({ "userId": reader });
    elsewhere.post(END, &foreign).await.problem(404, "user_not_found");
    app.opened(&link).await;
}
