//! `POST /v1/autoScribe/studies/viewer-only-reroute-url`.

use serde_json::json;

use crate::support::{App, VIEWER_ONLY, ViewerLink, claims, member, radiologist, study};

#[tokio::test]
async fn a_link_without_a_user_can_only_read() {
    let app = App::start().await;
    let both = json!({ "studyId": study(1), "studyInstanceUid": "1.2.3" });
    let link = ViewerLink::from_response(&app.as_pacs().post(VIEWER_ONLY, &both).await);
    assert!(link.url.contains(&format!("/viewer/study/{}#token=", study(1))));
    let view = app.redeem(&link.token).await.expect(200);
    assert_eq!(view["scope"], "study:read");
    assert_eq!(view["study"], both);
    let claims = claims(view["viewToken"].as_str().unwrap());
    assert_eq!((&claims["sub"], claims.get("npi")), (&json!(link.access_id), None));
    assert_eq!(claims["study"], both);
    assert_eq!(
        app.list_audit_records("access.issued").await[0]["de"].as_s().unwrap(),
        "viewer_only"
    );
}

#[tokio::test]
async fn a_read_only_link_needs_no_permission_to_report_and_ends_with_its_user() {
    let app = App::start().await;
    let clerk = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let body = json!({ "studyId": study(1), "userId": clerk["userId"] });
    let link = ViewerLink::from_response(&app.as_pacs().post(VIEWER_ONLY, &body).await);
    let token = app.open_link(&link).await;
    assert_eq!(claims(&token)["sub"], clerk["userId"]);
    let gone = json!({ "userId": clerk["userId"] });
    let path = "/v1/autoScribe/users/revoke-access";
    app.as_pacs().post(path, &gone).await.expect(200);
    app.assert_view_ended(&token).await;
    let answer = app.as_pacs().post(VIEWER_ONLY, &body).await;
    answer.expect_problem(409, "user_deactivated");
}

#[tokio::test]
async fn a_read_only_link_is_refused_as_reroute_url_refuses() {
    let app = App::start().await;
    let answer = app.as_pacs().post(VIEWER_ONLY, &json!({})).await;
    answer.expect_problem(422, "study_required");
    let invalid = json!({ "studyInstanceUid": "x", "userId": "x", "assignedToUserId": "x" });
    let answer = app.as_pacs().post(VIEWER_ONLY, &invalid).await;
    let codes: Vec<_> = answer.field_errors().into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["study_instance_uid_invalid", "id_invalid", "unknown_field"]);
    let unknown = json!({ "studyId": study(1), "userId": format!("usr_{}", "0".repeat(32)) });
    let answer = app.as_pacs().post(VIEWER_ONLY, &unknown).await;
    answer.expect_problem(404, "user_not_found");
    let invited = app.as_pacs().invite(&radiologist("ada@clinic.example")).await;
    let waiting = json!({ "studyId": study(1), "userId": invited.str("userId") });
    let answer = app.as_pacs().post(VIEWER_ONLY, &waiting).await;
    answer.expect_problem(409, "invitation_not_confirmed");
}
