//! `POST /v1/invitation/reject`.

use serde_json::json;

use crate::support::{App, member, radiologist};

const PATH: &str = "/v1/invitation/reject";

#[tokio::test]
async fn rejecting_ends_the_invitation_and_frees_its_claims() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.str("invitationId");
    let body = json!({"token": app.token(&id, 1), "reason": "I work elsewhere now."});
    assert_eq!(app.as_invitee().post(PATH, &body).await.expect(200)["success"], true);
    let rejected = app.read_invitation(&id).await;
    assert_eq!(rejected["status"], "rejected");
    assert_eq!(rejected["rejectReason"], "I work elsewhere now.");
    app.as_invitee().post(PATH, &body).await.expect(200);
    for route in ["lookup", "accept"] {
        let token = json!({"token": app.token(&id, 1)});
        app.as_invitee().present(route, &token).await.expect_problem(404, "token_invalid");
    }
    app.as_pacs().invite(&radiologist("eve@clinic.example")).await.expect(201);
}

#[tokio::test]
async fn an_accepted_invitation_cannot_be_rejected() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let id = user["userId"].as_str().unwrap().replace("usr_", "inv_");
    app.as_invitee()
        .post(PATH, &json!({"token": app.token(&id, 1)}))
        .await
        .expect_problem(409, "invitation_accepted");
}

#[tokio::test]
async fn a_reason_must_be_one_line_of_at_most_500_characters() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&member("grace@clinic.example")).await;
    for reason in ["a\r\nb", &"x".repeat(501)] {
        app.as_invitee()
            .post(PATH, &json!({"token": token, "reason": reason}))
            .await
            .expect_problem(422, "reason_invalid");
    }
    app.as_invitee()
        .post(PATH, &json!({"token": token, "reason": 7}))
        .await
        .expect_problem(422, "wrong_type");
    app.as_invitee().post(PATH, &json!({"reason": "x"})).await.expect_problem(422, "required");
}
