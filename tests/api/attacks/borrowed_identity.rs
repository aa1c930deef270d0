//! A signed-in person tries to act as another person.

use serde_json::json;

use crate::support::{App, REROUTE, VIEWER_ONLY, admin, dashboard_member, study};

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
