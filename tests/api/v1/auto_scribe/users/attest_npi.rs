//! `POST /v1/autoScribe/users/{userId}/attest-npi` and `.../invitations/{invitationId}/attest-npi`.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, PASSWORD, admin, radiologist, with};

/// A radiologist that the registry lists under another surname.
fn mismatched_radiologist(email: &str) -> serde_json::Value {
    with(radiologist(email), json!({"lastName": "Doyle", "npiNumber": "2000000051"}))
}

#[tokio::test]
async fn a_person_can_report_after_an_admin_attests_their_npi() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let user = app.invite_and_confirm(&mismatched_radiologist("pat@clinic.example"), None).await;
    assert_eq!(
        (&user["npiVerification"], &user["assignable"]),
        (&json!("name_mismatch"), &json!(false))
    );
    let path = format!("/v1/autoScribe/users/{}/attest-npi", user["userId"].as_str().unwrap());
    let attested = boss.client.post(&path, &json!({})).await.expect(200);
    assert_eq!(
        (&attested["npiVerification"], &attested["assignable"]),
        (&json!("verified"), &json!(true))
    );
    assert_eq!(boss.client.post(&path, &json!({})).await.expect(200), attested, "a repeat");
    let other = app.confirm_and_sign_in(&admin("other@clinic.example")).await;
    other.client.post(&path, &json!({})).await.expect_problem(409, "npi_not_attestable");
    let query =
        format!("/v1/auditEvents?object={}&action=npi.attested", user["userId"].as_str().unwrap());
    let page = boss.client.get(&query).await.expect(200);
    assert_eq!(page["auditEvents"].as_array().unwrap().len(), 1);
    let event = &page["auditEvents"][0];
    assert_eq!(event["actor"], boss.user_id, "the record must name the admin");
    assert_eq!(event["after"]["npiAttestedBy"], boss.user_id);
    // The record is written a moment after the decision.
    let attested_at =
        event["after"]["npiAttestedAt"].as_str().expect("the time of the attestation");
    assert!(attested_at <= event["at"].as_str().unwrap());
    assert_eq!(event["before"]["npiVerification"], "name_mismatch");
    let body = json!({"userId": user["userId"]});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    boss.client.post(&path, &json!({})).await.expect_problem(409, "user_deactivated");
}

#[tokio::test]
async fn an_attested_invitation_creates_a_verified_user() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let id = app
        .as_pacs()
        .invite(&mismatched_radiologist("pat@clinic.example"))
        .await
        .str("invitationId");
    let path = format!("/v1/autoScribe/users/invitations/{id}/attest-npi");
    let attested = boss.client.post(&path, &json!({})).await.expect(200);
    assert_eq!(attested["npiVerification"], "verified");
    let body = json!({"token": app.token(&id, 1)});
    let user = app.as_invitee().accept(&body).await.expect(200);
    assert_eq!(user["assignable"], true);
    boss.client.post(&path, &json!({})).await.expect_problem(409, "invitation_accepted");
}

#[tokio::test]
async fn a_new_surname_ends_the_attestation() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let user = app.invite_and_confirm(&mismatched_radiologist("pat@clinic.example"), None).await;
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    boss.client.post(&format!("{path}/attest-npi"), &json!({})).await.expect(200);
    let renamed = boss.client.patch(&path, &json!({"lastName": "Doyle-Smith"})).await.expect(200);
    assert_eq!(renamed["npiVerification"], "name_mismatch");
}

#[tokio::test]
async fn only_a_name_mismatch_can_be_attested() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let verified = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    for user in [verified["userId"].as_str().unwrap()] {
        let path = format!("/v1/autoScribe/users/{user}/attest-npi");
        boss.client.post(&path, &json!({})).await.expect_problem(409, "npi_not_attestable");
    }
    let pacs = app.as_pacs().invite(&crate::support::member("g@clinic.example")).await;
    let path = format!("/v1/autoScribe/users/invitations/{}/attest-npi", pacs.str("invitationId"));
    boss.client.post(&path, &json!({})).await.expect_problem(409, "npi_not_attestable");
    app.clock.advance(Duration::from_hours(8 * 24));
    let boss = app.open_session("boss@clinic.example").await;
    boss.client.post(&path, &json!({})).await.expect_problem(410, "invitation_expired");
}

#[tokio::test]
async fn an_npi_cannot_be_attested_by_its_holder_or_an_api_key() {
    let app = App::start().await;
    let person = with(
        mismatched_radiologist("pat@clinic.example"),
        json!({"level": "admin", "hasDashboardAccess": true}),
    );
    let pat = app.confirm_and_sign_in(&person).await;
    let path = format!("/v1/autoScribe/users/{}/attest-npi", pat.user_id);
    pat.client.post(&path, &json!({})).await.expect_problem(409, "cannot_attest_self");
    app.as_pacs().post(&path, &json!({})).await.expect_problem(403, "forbidden");
    let user = app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    assert_eq!(user["level"], "admin");
    let boss = app.open_session("boss@clinic.example").await;
    boss.client.post(&path, &json!({})).await.expect(200);
}

#[tokio::test]
async fn the_operator_attests_where_no_other_manager_exists() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let path = format!("/v1/autoScribe/users/{}", owner.user_id);
    let npi = json!({ "npiNumber": "2000000051", "canCreateReports": true });
    let added = owner.client.patch(&path, &npi).await.expect(200);
    assert_eq!(added["npiVerification"], "name_mismatch");
    let own = owner.client.post(&format!("{path}/attest-npi"), &json!({})).await;
    own.expect_problem(409, "cannot_attest_self");
    let command = json!({ "attestNpi": { "clinicId": app.clinic_id, "userId": owner.user_id } });
    let attested = app.provision(&command).await.unwrap();
    assert_eq!(attested, json!({ "userId": owner.user_id, "npiVerification": "verified" }));
    assert_eq!(owner.client.get(&path).await.expect(200)["assignable"], true);
    let query = format!("/v1/auditEvents?object={}&action=npi.attested", owner.user_id);
    let page = owner.client.get(&query).await.expect(200);
    let event = &page["auditEvents"][0];
    assert_eq!(event["actor"], "operator");
    assert_eq!(event["after"]["npiAttestedBy"], "operator");
    assert!(app.load_npi_claim("2000000051").await.due.is_some(), "checked again every month");
}

#[tokio::test]
async fn the_operators_attestation_is_refused_with_a_reason() {
    let app = App::start().await;
    let verified = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    let none = app.invite_and_confirm(&crate::support::member("g@clinic.example"), None).await;
    let stranger = format!("usr_{}", "0".repeat(32));
    for (user, why) in [
        (verified["userId"].as_str().unwrap(), "the NPI is verified"),
        (none["userId"].as_str().unwrap(), "the user has no NPI"),
        (stranger.as_str(), "no user with this id"),
        ("ada@clinic.example", "userId"),
    ] {
        let command = json!({ "attestNpi": { "clinicId": app.clinic_id, "userId": user } });
        let refused = app.provision(&command).await.unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
    }
    assert!(app.list_audit_records("npi.attested").await.is_empty());
}
