//! An attacker plants something that should outlast them: an invitation, a key, or a right given to
//! either.

use std::time::Duration;

use domain::credentials::api_key::Scope;
use serde_json::{Value, json};

use crate::support::{App, BrowserSession, PASSWORD, TestClient, TestResponse, admin, member};

const INVITATIONS: &str = "/v1/autoScribe/users/invitations";

async fn accept(app: &App, id: &str, generation: u32) -> TestResponse {
    let body = json!({"token": app.token(id, generation)});
    app.as_invitee().accept(&body).await
}

async fn deactivate(app: &App, session: &BrowserSession) {
    let body = json!({"userId": session.user_id});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
}

/// Creates a key as this person. Returns its id and its client.
async fn create_key(app: &App, by: &BrowserSession, scopes: &[&str]) -> (String, TestClient) {
    let wanted = json!({"description": "planted", "scopes": scopes});
    let made = by.client.post("/v1/apiKeys", &wanted).await.expect(201);
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    (text("apiKeyId"), app.as_holder_of(&text("apiKey")))
}

#[tokio::test]
async fn a_key_without_the_rights_of_inviting_cannot_edit_or_resend_an_invitation() {
    let app = App::start().await;
    let pacs = app.as_pacs();
    let id = pacs.invite(&member("ada@clinic.example")).await.str("invitationId");
    let narrow = app.create_pacs(&[Scope::InvitationsWrite]).await;
    let path = format!("{INVITATIONS}/{id}");
    app.clock.advance(Duration::from_mins(2));
    for body in
        [json!({"level": "admin", "hasDashboardAccess": true}), json!({"canManageStudies": false})]
    {
        narrow.patch(&path, &body).await.expect_problem(403, "forbidden");
    }
    let resend = narrow.post(&format!("{path}/resend"), &json!({})).await;
    resend.expect_problem(403, "forbidden");
    assert_eq!(pacs.get(&path).await.str("level"), "member");
    accept(&app, &id, 1).await.expect(200);
}

#[tokio::test]
async fn a_key_without_admins_write_cannot_make_or_touch_an_admin() {
    let app = App::start().await;
    let pacs = app.as_pacs();
    let open = pacs.invite(&admin("open@clinic.example")).await.str("invitationId");
    let plain = pacs.invite(&member("plain@clinic.example")).await.str("invitationId");
    let boss = app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    let gone = app.invite_and_confirm(&admin("gone@clinic.example"), Some(PASSWORD)).await;
    let ada = app.invite_and_confirm(&member("ada@clinic.example"), None).await;
    let body = |user: &Value| json!({"userId": user["userId"]});
    pacs.post("/v1/autoScribe/users/revoke-access", &body(&gone)).await.expect(200);
    app.clock.advance(Duration::from_mins(2));
    let user = |user: &Value| format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    let all_but_admins: Vec<_> =
        Scope::ALL.into_iter().filter(|scope| *scope != Scope::AdminsWrite).collect();
    let key = app.create_pacs(&all_but_admins).await;
    let raise = json!({"level": "admin", "hasDashboardAccess": true});
    let answers = [
        key.invite(&admin("mine@clinic.example")).await,
        key.patch(&format!("{INVITATIONS}/{plain}"), &raise).await,
        key.patch(&format!("{INVITATIONS}/{open}"), &json!({"lastName": "Other"})).await,
        key.patch(&format!("{INVITATIONS}/{open}"), &json!({"level": "member"})).await,
        key.post(&format!("{INVITATIONS}/{open}/resend"), &json!({})).await,
        key.post(&format!("{INVITATIONS}/revoke"), &json!({"invitationId": open})).await,
        key.patch(&user(&ada), &raise).await,
        key.patch(&user(&boss), &json!({"level": "member"})).await,
        key.patch(&user(&boss), &json!({"lastName": "Other"})).await,
        key.post("/v1/autoScribe/users/revoke-access", &body(&boss)).await,
        key.post("/v1/autoScribe/users/reactivate", &body(&gone)).await,
    ];
    for answer in answers {
        answer.expect_problem(403, "forbidden");
    }
    let batch = json!({"users": [admin("mine@clinic.example"), member("m@clinic.example")]});
    let results = key.post("/v1/autoScribe/users/batch", &batch).await.expect(207);
    let status = |at: usize| results["results"][at]["status"].as_u64();
    assert_eq!((status(0), status(1)), (Some(403), Some(201)), "{results}");
    // The other rights of the key are what they were.
    key.patch(&user(&ada), &json!({"lastName": "Other"})).await.expect(200);
    key.patch(&format!("{INVITATIONS}/{plain}"), &json!({"lastName": "Other"})).await.expect(200);
}

#[tokio::test]
async fn an_invitation_is_accepted_only_while_its_last_editor_may_invite() {
    let app = App::start().await;
    app.confirm_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let id = app.as_pacs().invite(&member("ada@clinic.example")).await.str("invitationId");
    let path = format!("{INVITATIONS}/{id}");
    let renamed = boss.client.patch(&path, &json!({"lastName": "Other"})).await.expect(200);
    assert_eq!(renamed["grantedBy"], format!("key:{}", app.api_key_id), "a name grants nothing");
    let raised = boss.client.patch(&path, &json!({"canManageStudies": false})).await.expect(200);
    assert_eq!(raised["grantedBy"], boss.user_id);
    deactivate(&app, &boss).await;
    accept(&app, &id, 1).await.expect_problem(409, "inviter_not_authorized");
}

#[tokio::test]
async fn an_admins_invitation_by_a_key_needs_admins_write_to_the_end() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let rights = ["users:write", "invitations:read", "admins:write"];
    let (key_id, key) = create_key(&app, &owner, &rights).await;
    let id = key.invite(&admin("mine@clinic.example")).await.str("invitationId");
    let revoke = format!("/v1/apiKeys/{key_id}/revoke");
    owner.client.post(&revoke, &json!({})).await.expect(200);
    let body = json!({"token": app.token(&id, 1), "password": PASSWORD});
    let answer = app.as_invitee().accept(&body).await;
    answer.expect_problem(409, "inviter_not_authorized");
    // The next manager decides whether the person should come, and takes the place of the key.
    app.clock.advance(Duration::from_mins(2));
    let resend = format!("{INVITATIONS}/{id}/resend");
    app.as_pacs().post(&resend, &json!({})).await.expect_problem(409, "inviter_not_authorized");
    owner.confirm_password().await;
    let resent = owner.client.post(&resend, &json!({})).await.expect(200);
    assert_eq!(resent["grantedBy"], owner.user_id);
    let body = json!({"token": app.token(&id, 2), "password": PASSWORD});
    app.as_invitee().accept(&body).await.expect(200);
}

#[tokio::test]
async fn a_resend_leaves_a_granter_who_is_entitled_and_the_operator() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let by_key = app.as_pacs().invite(&member("ada@clinic.example")).await.str("invitationId");
    app.wait_until_delivered().await;
    let open = app.list_invitations("?status=sent").await;
    let owner = open.iter().find(|open| open["level"] == "owner").unwrap()["invitationId"].clone();
    app.clock.advance(Duration::from_mins(2));
    let resend = async |id: &str| {
        let answer = boss.client.post(&format!("{INVITATIONS}/{id}/resend"), &json!({})).await;
        answer.expect(200)["grantedBy"].clone()
    };
    assert_eq!(resend(&by_key).await, format!("key:{}", app.api_key_id));
    assert_eq!(resend(owner.as_str().unwrap()).await, "operator");
}

#[tokio::test]
async fn only_an_owner_makes_or_rotates_a_key_that_makes_admins_or_dictates() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let overlap = json!({"overlapHours": 1});
    for scope in ["admins:write", "access:dictate"] {
        let wanted = json!({"description": "planted", "scopes": ["users:read", scope]});
        boss.client.post("/v1/apiKeys", &wanted).await.expect_problem(403, "forbidden");
        let (id, _) = create_key(&app, &owner, &["users:read", scope]).await;
        let rotate = format!("/v1/apiKeys/{id}/rotate");
        boss.client.post(&rotate, &overlap).await.expect_problem(403, "forbidden");
        owner.client.post(&rotate, &overlap).await.expect(200);
    }
    let (id, _) = create_key(&app, &boss, &["users:read", "users:write", "access:issue"]).await;
    boss.client.post(&format!("/v1/apiKeys/{id}/rotate"), &overlap).await.expect(200);
}

#[tokio::test]
async fn a_key_that_issues_access_dictates_only_with_access_dictate() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let body = json!({"assignedToUserId": reader, "studyInstanceUid": "1.2"});
    let path = "/v1/autoScribe/studies/reroute-url";
    let viewer = app.create_pacs(&[Scope::AccessIssue]).await;
    viewer.post(path, &body).await.expect_problem(403, "forbidden");
    let both = app.create_pacs(&[Scope::AccessIssue, Scope::AccessDictate]).await;
    both.post(path, &body).await.expect(200);
}
