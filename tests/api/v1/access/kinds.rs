//! Each kind of token works only for its own purpose.

use serde_json::json;

use crate::support::{App, INTROSPECT, RENEW, REROUTE, admin, member, study};

#[tokio::test]
async fn a_token_works_only_for_its_own_purpose() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let invitation = app.invite_and_get_token(&member("new@clinic.example")).await;
    let session = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let view = app.open_view(&reader).await;
    let link = app.issue_link(&reader).await.token;
    let reset = &app.keyrings().password_links;
    let reset = reset.password_reset_token(domain::ids::NoticeId::from_bytes([7; 16]));
    let reset = reset.reveal().to_owned();
    let tokens = [
        ("invitation", &invitation),
        ("session", &session.cookie),
        ("link", &link),
        ("view", &view),
        ("reset", &reset),
        ("key", &app.key),
    ];
    for (kind, token) in tokens {
        let body = json!({ "token": token });
        if kind != "invitation" {
            for path in ["lookup", "accept", "reject"] {
                let answer = app.as_invitee().present(path, &body).await;
                answer.expect_problem(404, "token_invalid");
            }
        }
        if kind != "link" {
            app.redeem(token).await.expect_problem(404, "token_invalid");
        }
        if kind != "view" {
            let answer = app.as_holder_of(token).post(RENEW, &json!({})).await;
            answer.expect_problem(401, "view_ended");
            assert_eq!(app.introspect(token).await, json!({ "active": false }));
        }
        if kind != "session" {
            let caller = app.as_person(token, &app.clinic_id);
            caller.get("/v1/session").await.expect_problem(401, "unauthenticated");
        }
        let reset = json!({ "token": token, "password": "lantern-gravel-otter" });
        let answer = app.as_invitee().post("/v1/password/reset", &reset).await;
        answer.expect_problem(404, "token_invalid");
        if kind != "key" {
            let caller = app.as_holder_of(token);
            let users = caller.get("/v1/autoScribe/users").await;
            users.expect_problem(401, "unauthenticated");
            let issue = json!({ "assignedToUserId": reader, "studyId": study(1) });
            caller.post(REROUTE, &issue).await.expect_problem(401, "unauthenticated");
            caller.post(INTROSPECT, &body).await.expect_problem(401, "unauthenticated");
            caller.get("/v1/session").await.expect_problem(401, "unauthenticated");
        }
    }
    // Each token still works for its own purpose.
    app.redeem(&link).await.expect(200);
    app.renew(&view).await.expect(200);
    session.client.get("/v1/session").await.expect(200);
    let accept = json!({ "token": invitation });
    app.as_invitee().accept(&accept).await.expect(200);
}
