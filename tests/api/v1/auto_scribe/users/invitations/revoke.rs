//! `POST /v1/autoScribe/users/invitations/revoke`.

use serde_json::{Value, json};

use crate::support::{App, TestResponse, member, radiologist};

async fn revoke(app: &App, body: Value) -> TestResponse {
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &body).await
}

#[tokio::test]
async fn a_revoke_by_either_id_ends_the_link_and_frees_the_claims() {
    let app = App::start().await;
    for by in ["invitationId", "userId"] {
        let invited = app.as_pacs().invite(&radiologist("ada@clinic.example")).await;
        let done = revoke(&app, json!({by: invited.str(by)})).await.expect(200);
        assert_eq!((&done["success"], done["message"].is_string()), (&json!(true), true));
        assert_eq!(app.read_invitation(&invited.str("invitationId")).await["status"], "revoked");
        let token = json!({"token": app.token(&invited.str("invitationId"), 1)});
        for route in ["lookup", "accept", "reject"] {
            app.as_invitee().present(route, &token).await.expect_problem(404, "token_invalid");
        }
        app.clock.advance(domain::invitation::REPEAT_WINDOW);
    }
    app.as_pacs().invite(&radiologist("eve@clinic.example")).await.expect(201);
}

#[tokio::test]
async fn a_repeated_revoke_changes_nothing() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    revoke(&app, json!({"invitationId": id})).await.expect(200);
    let once = app.read_invitation(&id).await;
    revoke(&app, json!({"invitationId": id})).await.expect(200);
    assert_eq!(app.read_invitation(&id).await, once);
}

#[tokio::test]
async fn an_accepted_or_rejected_invitation_cannot_be_revoked() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("a@clinic.example"), None).await;
    revoke(&app, json!({"userId": user["userId"]}))
        .await
        .expect_problem(409, "invitation_accepted");
    let id = app.as_pacs().invite(&member("b@clinic.example")).await.str("invitationId");
    let token = app.token(&id, 1);
    app.as_invitee().post("/v1/invitation/reject", &json!({"token": token})).await.expect(200);
    revoke(&app, json!({"invitationId": id})).await.expect_problem(409, "invitation_rejected");
}

#[tokio::test]
async fn an_id_is_required_and_two_ids_must_match() {
    let app = App::start().await;
    let a = app.as_pacs().invite(&member("a@clinic.example")).await;
    let b = app.as_pacs().invite(&member("b@clinic.example")).await;
    revoke(&app, json!({})).await.expect_problem(422, "required");
    revoke(&app, json!({"invitationId": "x"})).await.expect_problem(422, "id_invalid");
    revoke(&app, json!({"invitationId": a.str("userId")})).await.expect_problem(422, "id_invalid");
    revoke(&app, json!({"invitationId": a.str("invitationId"), "userId": b.str("userId")}))
        .await
        .expect_problem(422, "ids_differ");
    revoke(&app, json!({"invitationId": a.str("invitationId"), "userId": a.str("userId")}))
        .await
        .expect(200);
    let none = format!("inv_{}", "0".repeat(32));
    revoke(&app, json!({"invitationId": none})).await.expect_problem(404, "invitation_not_found");
}
