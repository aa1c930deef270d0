//! What emails say of the clinic that they are sent for: its name as the sender, and its local time.

use std::time::Duration;

use domain::clinic::TimeZone;
use domain::time::Timestamp;
use serde_json::json;

use crate::support::{App, PASSWORD, admin, dashboard_member, member, text_of};

#[tokio::test]
async fn an_email_for_a_clinic_comes_from_it_via_autoscribe() {
    let app = App::start().await;
    app.as_pacs().invite(&member("grace@clinic.example")).await.expect(201);
    let invited = app.wait_for_emails("grace@clinic.example", 1).await;
    let address = "<no-reply@autoscribe.example>";
    let from_clinic = json!(format!("\"Riverside Imaging via AutoScribe\" {address}"));
    assert_eq!(invited[0]["FromEmailAddress"], from_clinic);

    app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    app.as_invitee()
        .post("/v1/password/forgot", &json!({ "email": "boss@clinic.example" }))
        .await
        .expect(202);
    let emails = app.wait_for_emails("boss@clinic.example", 2).await;
    let reset = emails.iter().find(|email| text_of(email).contains("/reset#token=")).unwrap();
    let from_autoscribe = json!(format!("\"AutoScribe\" {address}"));
    assert_eq!(reset["FromEmailAddress"], from_autoscribe, "an account belongs to no clinic");
    let invited = emails.iter().find(|email| text_of(email).contains("/accept#token=")).unwrap();
    assert_eq!(invited["FromEmailAddress"], from_clinic);
}

#[tokio::test]
async fn times_in_emails_are_in_the_time_zone_of_the_clinic() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let zone = json!({ "timeZone": "America/Los_Angeles" });
    owner.client.patch("/v1/clinic", &zone).await.expect(200);
    let zone = TimeZone::parse("America/Los_Angeles").unwrap();
    let invited = app.as_pacs().invite(&member("grace@clinic.example")).await;
    let invitation = app.read_invitation(&invited.str("invitationId")).await;
    let expiry = Timestamp::parse(invitation["expiry"].as_str().unwrap()).unwrap();
    let words = expiry.in_words(&zone);
    assert!(words.ends_with(" PST") || words.ends_with(" PDT"), "{words}");
    let email = app.wait_for_emails("grace@clinic.example", 1).await.remove(0);
    assert!(text_of(&email).contains(&words), "{words} in {}", text_of(&email));

    // The owner is alerted about a key, and a person gets a link to set a password.
    owner.confirm_password().await;
    let key = json!({ "description": "another", "scopes": ["users:read"] });
    owner.client.post("/v1/apiKeys", &key).await.expect(201);
    let desk = app.invite_and_confirm(&member("desk@clinic.example"), None).await;
    let path = format!("/v1/autoScribe/users/{}", desk["userId"].as_str().unwrap());
    let access = dashboard_member("desk@clinic.example")["hasDashboardAccess"].clone();
    app.as_pacs().patch(&path, &json!({ "hasDashboardAccess": access })).await.expect(200);
    app.clock.advance(Duration::from_secs(1));
    for (address, said) in
        [("owner@riverside.example", "This happened on"), ("desk@clinic.example", "works once")]
    {
        let emails = app.wait_for_emails(address, 2).await;
        let texts: Vec<_> = emails.iter().map(text_of).filter(|text| text.contains(said)).collect();
        assert_eq!(texts.len(), 1, "{address}");
        assert!(texts[0].contains(" PST") || texts[0].contains(" PDT"), "{}", texts[0]);
    }
}
