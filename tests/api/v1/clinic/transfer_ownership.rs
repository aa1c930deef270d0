//! `POST /v1/clinic/transfer-ownership`, and the last owner of a clinic.

use serde_json::{Value, json};

use crate::support::{
    App, BrowserSession, PASSWORD, TestResponse, admin, dashboard_member, member,
};

async fn transfer(by: &BrowserSession, to: &Value) -> TestResponse {
    by.client.post("/v1/clinic/transfer-ownership", &json!({"userId": to})).await
}

async fn level(app: &App, user: &Value) -> String {
    let path = format!("/v1/autoScribe/users/{}", user.as_str().unwrap());
    app.as_pacs().get(&path).await.str("level")
}

#[tokio::test]
async fn the_next_owner_takes_the_callers_place_and_a_repeat_changes_nothing() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let ada = app.invite_and_confirm(&dashboard_member("ada@clinic.example"), Some(PASSWORD)).await;
    let (next, former) = (&ada["userId"], json!(owner.user_id));
    for message in
        ["The person is now an owner, and you are now an admin.", "The person is an owner."]
    {
        assert_eq!(transfer(&owner, next).await.expect(200)["message"], message);
        assert_eq!(
            (level(&app, next).await, level(&app, &former).await),
            ("owner".into(), "admin".into())
        );
    }
    assert_eq!(app.count_managers().await, 2);
    assert_eq!(app.list_audit_records("clinic.ownership_transferred").await.len(), 2);
    app.wait_until_delivered().await;
    for address in ["owner@riverside.example", "ada@clinic.example"] {
        let notified = app.sent_emails(address).iter().any(|email| {
            let subject = &email["Content"]["Simple"]["Subject"]["Data"];
            subject == "Grace Lind is now an owner of Riverside Imaging"
        });
        assert!(notified, "{address}");
    }
}

#[tokio::test]
async fn only_an_owner_transfers_and_only_to_an_active_person_with_the_dashboard() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let plain = app.invite_and_confirm(&member("plain@clinic.example"), None).await;
    let gone =
        app.invite_and_confirm(&dashboard_member("gone@clinic.example"), Some(PASSWORD)).await;
    let body = json!({"userId": gone["userId"]});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    transfer(&boss, &json!(boss.user_id)).await.expect_problem(403, "forbidden");
    transfer(&boss, &plain["userId"]).await.expect_problem(403, "forbidden");
    for refused in [&plain, &gone] {
        transfer(&owner, &refused["userId"]).await.expect_problem(409, "user_cannot_own");
    }
    let own = transfer(&owner, &json!(owner.user_id)).await;
    own.expect_problem(409, "cannot_transfer_to_self");
    let unknown = json!(format!("usr_{}", "0a".repeat(16)));
    transfer(&owner, &unknown).await.expect_problem(404, "user_not_found");
    let unconfirmed = app.open_unconfirmed_session("owner@riverside.example").await;
    let answer = transfer(&unconfirmed, &json!(boss.user_id)).await;
    answer.expect_problem(403, "password_needed");
}

#[tokio::test]
async fn the_last_owner_can_neither_step_down_nor_be_deactivated() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let path = format!("/v1/autoScribe/users/{}", owner.user_id);
    let step_down = json!({"level": "member"});
    owner.client.patch(&path, &step_down).await.expect_problem(409, "last_owner");
    owner.client.patch(&path, &json!({"level": "admin"})).await.expect_problem(409, "last_owner");
    let body = json!({"userId": owner.user_id});
    let refused = boss.client.post("/v1/autoScribe/users/revoke-access", &body).await;
    refused.expect_problem(403, "forbidden");
    transfer(&owner, &json!(boss.user_id)).await.expect(200);
    boss.client.post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
}

#[tokio::test]
async fn of_two_transfers_at_once_one_wins_and_one_owner_is_left() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let ada = app.invite_and_confirm(&dashboard_member("ada@clinic.example"), Some(PASSWORD)).await;
    let (to_boss, to_ada) = (json!(boss.user_id), &ada["userId"]);
    let answers = tokio::join!(transfer(&owner, &to_boss), transfer(&owner, to_ada));
    let statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    assert!(statuses.contains(&200) && statuses.contains(&403), "{statuses:?}");
    let mut owners = 0;
    for user in [&json!(owner.user_id), &to_boss, to_ada] {
        owners += u32::from(level(&app, user).await == "owner");
    }
    assert_eq!(owners, 1);
}
