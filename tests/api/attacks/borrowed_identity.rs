//! A signed-in person tries to act as another person.

use serde_json::json;

use crate::support::{App, REROUTE, VIEWER_ONLY, admin, dashboard_member, study};

#[tokio::test]
async fn a_member_neither_sees_nor_ends_the_views_of_others() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let scheduler = app.confirm_and_sign_in(&dashboard_member("s@clinic.example")).await;
    let theirs = app.issue_link(&reader).await;
    let body = json!({ "studyId": study(1), "userId": scheduler.user_id });
    let own = scheduler.client.post(VIEWER_ONLY, &body).await.expect(200);
    let in_their_name = app.as_pacs().post(VIEWER_ONLY, &body).await.expect(200);
    let page = scheduler.client.get("/v1/access").await.expect(200);
    let seen: Vec<_> = page["access"].as_array().unwrap().iter().map(|a| &a["accessId"]).collect();
    assert_eq!(seen, [&in_their_name["accessId"], &own["accessId"]]);
    let end = json!({ "accessId": theirs.access_id });
    let refused = scheduler.client.post("/v1/access/revoke", &end).await;
    refused.expect_problem(404, "access_not_found");
    let all = json!({ "userId": reader });
    scheduler.client.post("/v1/access/revoke", &all).await.expect(200);
    app.redeem(&theirs.token).await.expect(200);
}

#[tokio::test]
async fn nobody_gets_a_dictation_link_for_another_person_from_a_session() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let scheduler = app.confirm_and_sign_in(&dashboard_member("s@clinic.example")).await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let owner = app.confirm_and_sign_in_owner().await;
    let dictate = json!({ "assignedToUserId": reader, "studyId": study(1) });
    let view = json!({ "userId": reader, "studyId": study(1) });
    for session in [&scheduler, &boss, &owner] {
        let answer = session.client.post(REROUTE, &dictate).await;
        answer.expect_problem(403, "dictation_only_for_yourself");
        let answer = session.client.post(VIEWER_ONLY, &view).await;
        answer.expect_problem(403, "view_only_for_yourself");
        // For nobody in particular, and for themselves, they can read.
        for body in [
            json!({ "studyId": study(1) }),
            json!({ "studyId": study(1), "userId": session.user_id }),
        ] {
            session.client.post(VIEWER_ONLY, &body).await.expect(200);
        }
        let own = json!({ "assignedToUserId": session.user_id, "studyId": study(1) });
        let answer = session.client.post(REROUTE, &own).await;
        answer.expect_problem(403, "cannot_create_reports");
    }
    assert!(app.list_audit_records("access.issued").await.len() == 6);
    // A PACS has its own sign-in.
    app.as_pacs().post(REROUTE, &dictate).await.expect(200);
}
