//! `GET /v1/autoScribe/users/invitations/{invitationId}`.

use serde_json::{Value, json};

use crate::support::{App, radiologist};

#[tokio::test]
async fn an_invitation_shows_all_its_fields() {
    let app = App::start().await;
    let invited = app.as_pacs().invite(&radiologist("ada@clinic.example")).await;
    let id = invited.str("invitationId");
    app.wait_for_emails("ada@clinic.example", 1).await;
    let invitation = app.read_invitation(&id).await;
    for (field, value) in [
        ("invitationId", json!(id)),
        ("userId", invited.json()["userId"].clone()),
        ("clinicId", json!(app.clinic_id)),
        ("status", json!("sent")),
        ("invitedSource", json!("api")),
        ("inviterId", Value::Null),
        ("invitedByApiKeyId", json!(app.api_key_id)),
        ("delivery", json!("sent")),
        ("deliveryDetail", Value::Null),
        ("npiVerification", json!("verified")),
        ("npiNumber", json!("1234567893")),
        ("sendCount", json!(1)),
        ("email", json!("ada@clinic.example")),
        ("level", json!("member")),
    ] {
        assert_eq!(invitation[field], value, "{field}");
    }
    assert_eq!(
        invitation["createdAt"], invitation["updatedAt"],
        "delivery must not change updatedAt"
    );
}

#[tokio::test]
async fn another_clinics_invitation_is_404() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.str("invitationId");
    let path = format!("/v1/autoScribe/users/invitations/{id}");
    let elsewhere = app.create_other_clinic().await;
    elsewhere.get(&path).await.expect_problem(404, "invitation_not_found");
    elsewhere
        .patch(&path, &json!({"firstName": "Eve"}))
        .await
        .expect_problem(404, "invitation_not_found");
    elsewhere
        .post(&format!("{path}/resend"), &json!({}))
        .await
        .expect_problem(404, "invitation_not_found");
    let revoke = json!({"invitationId": id});
    elsewhere
        .post("/v1/autoScribe/users/invitations/revoke", &revoke)
        .await
        .expect_problem(404, "invitation_not_found");
    app.as_pacs()
        .get("/v1/autoScribe/users/invitations/inv_x")
        .await
        .expect_problem(404, "invitation_not_found");
}
