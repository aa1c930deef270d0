//! `POST /v1/autoScribe/users/invitations/{invitationId}/resend`.

use std::time::Duration;

use domain::credentials::api_key::Scope;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{App, TestClient, TestResponse, admin, link_in, member, radiologist, with};

async fn resend(app: &App, id: &str) -> TestResponse {
    resend_as(&app.as_pacs(), id).await
}

async fn resend_as(caller: &TestClient, id: &str) -> TestResponse {
    caller.post(&format!("/v1/autoScribe/users/invitations/{id}/resend"), &json!({})).await
}

#[tokio::test]
async fn a_resend_emails_a_new_link_ends_the_old_one_and_restarts_the_expiry() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.wait_for_emails("grace@clinic.example", 1).await;
    let before = app.read_invitation(&id).await;
    app.clock.advance(Duration::from_hours(1));
    let after = resend(&app, &id).await.expect(200);
    assert_eq!((&after["sendCount"], &after["delivery"]), (&json!(2), &json!("queued")));
    assert!(after["expiry"].as_str() > before["expiry"].as_str());
    app.wait_for_emails("grace@clinic.example", 2).await;
    let old = json!({"token": app.token(&id, 1)});
    app.as_invitee().accept(&old).await.expect_problem(404, "token_invalid");
    app.as_invitee().accept(&json!({"token": app.token(&id, 2)})).await.expect(200);
}

#[tokio::test]
async fn an_invitation_is_resent_at_most_once_a_minute() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    let answer = resend(&app, &id).await;
    answer.expect_problem(429, "resend_too_soon");
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    app.clock.advance(Duration::from_secs(wait));
    resend(&app, &id).await.expect(200);
    let other = app.create_pacs(&[Scope::InvitationsWrite, Scope::UsersWrite]).await;
    resend_as(&other, &id).await.expect_problem(429, "resend_too_soon");
}

#[tokio::test]
async fn a_resend_whose_answer_was_lost_repeats_for_its_caller_and_emails_once() {
    let app = App::start_with_faults().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.wait_for_delivery(&id, "sent").await;
    for (generation, caller, other) in
        [(2, app.as_pacs(), owner.client.clone()), (3, owner.client.clone(), app.as_pacs())]
    {
        app.clock.advance(Duration::from_mins(1));
        app.lose_answers_from_transaction();
        resend_as(&caller, &id).await.expect_problem(503, "unavailable");
        app.heal_database();
        app.wait_for_delivery(&id, "sent").await;
        for _ in 0..2 {
            let again = resend_as(&caller, &id).await.expect(200);
            assert_eq!(
                (&again["sendCount"], &again["delivery"]),
                (&json!(generation), &json!("sent"))
            );
        }
        resend_as(&other, &id).await.expect_problem(429, "resend_too_soon");
        let emails = app.sent_emails("grace@clinic.example");
        assert_eq!(emails.len(), generation as usize);
        assert_eq!(link_in(emails.last().unwrap()), app.link(&id, generation));
        let lookup = json!({"token": app.token(&id, generation)});
        app.as_invitee().post("/v1/invitation/lookup", &lookup).await.expect(200);
    }
    assert_eq!(app.list_audit_records("invitation.resent").await.len(), 2);
    app.clock.advance(Duration::from_mins(1));
    assert_eq!(resend_as(&owner.client, &id).await.expect(200)["sendCount"], 4);
}

#[tokio::test]
async fn a_repeated_resend_needs_the_rights_of_the_moment() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let admin = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.clock.advance(Duration::from_mins(1));
    resend_as(&admin.client, &id).await.expect(200);
    let level = json!({"level": "member"});
    let path = format!("/v1/autoScribe/users/{}", admin.user_id);
    owner.client.patch(&path, &level).await.expect(200);
    resend_as(&admin.client, &id).await.expect_problem(403, "forbidden");
    let revoke = json!({"invitationId": id});
    let path = "/v1/autoScribe/users/invitations/revoke";
    resend(&app, &id).await.expect_problem(429, "resend_too_soon");
    app.as_pacs().post(path, &revoke).await.expect(200);
    resend(&app, &id).await.expect_problem(409, "invitation_revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_resends_by_one_caller_email_once() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.wait_for_delivery(&id, "sent").await;
    app.clock.advance(Duration::from_mins(1));
    let send = |_| {
        let (pacs, id) = (app.as_pacs(), id.clone());
        async move { resend_as(&pacs, &id).await.expect(200)["sendCount"].clone() }
    };
    let counts = (0..8).map(send).collect::<JoinSet<_>>().join_all().await;
    assert_eq!(counts, vec![json!(2); 8]);
    app.wait_for_delivery(&id, "sent").await;
    assert_eq!(app.sent_emails("grace@clinic.example").len(), 2);
}

#[tokio::test]
async fn a_resend_reopens_an_expired_invitation() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.str("invitationId");
    app.clock.advance(Duration::from_hours(8 * 24));
    let old = json!({"token": app.token(&id, 1)});
    app.as_invitee().accept(&old).await.expect_problem(410, "invitation_expired");
    resend(&app, &id).await.expect(200);
    app.as_pacs()
        .invite(&member("ada@clinic.example"))
        .await
        .expect_problem(409, "already_invited");
    app.as_invitee().accept(&json!({"token": app.token(&id, 2)})).await.expect(200);
}

#[tokio::test]
async fn an_expired_invitation_cannot_be_resent_after_a_newer_one() {
    let app = App::start().await;
    let old = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.clock.advance(Duration::from_hours(8 * 24));
    let new = app
        .as_pacs()
        .invite(&with(member("grace@clinic.example"), json!({"suffix1": "Jr."})))
        .await;
    let problem = resend(&app, &old).await.expect_problem(409, "already_invited");
    assert_eq!(problem["invitationId"], new.json()["invitationId"]);
}

#[tokio::test]
async fn only_a_pending_invitation_can_be_resent() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("a@clinic.example"), None).await;
    let id = user["userId"].as_str().unwrap().replace("usr_", "inv_");
    app.clock.advance(Duration::from_mins(2));
    resend(&app, &id).await.expect_problem(409, "invitation_accepted");
    resend(&app, "inv_x").await.expect_problem(404, "invitation_not_found");
}
