//! Emails to the other managers when a signed-in person makes someone able to create reports.

use serde_json::{Value, json};

use crate::support::{App, BrowserSession, admin, member, radiologist, text_of, with};

const OWNER: &str = "owner@riverside.example";
const NPI: &str = "1234567893";

/// A clinic with an owner and an admin, who is signed in.
async fn start() -> (App, BrowserSession) {
    let app = App::start().await;
    app.confirm_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    (app, boss)
}

/// The texts of the emails to this address about a permission to create reports.
async fn emails(app: &App, address: &str) -> Vec<String> {
    app.wait_until_delivered().await;
    let subject = |email: &Value| email["Content"]["Simple"]["Subject"]["Data"].clone();
    let about =
        |email: &Value| subject(email).as_str().unwrap().ends_with("permission to create reports");
    app.sent_emails(address).iter().filter(|email| about(email)).map(text_of).collect()
}

#[tokio::test]
async fn the_other_managers_are_emailed_the_registrys_name_the_address_and_the_granter() {
    let (app, boss) = start().await;
    let person = with(radiologist("ada@clinic.example"), json!({ "canCreateReports": false }));
    let ada = app.invite_and_confirm(&person, None).await;
    let path = format!("/v1/autoScribe/users/{}", ada["userId"].as_str().unwrap());
    let grant = json!({ "canCreateReports": true });
    boss.client.patch(&path, &grant).await.expect(200);
    let found = emails(&app, OWNER).await;
    assert_eq!(found.len(), 1);
    for part in [
        "Grace Lind gave Ada Hale (ada@clinic.example) permission to create reports at Riverside Imaging.",
        "lists this NPI under the name ANNA HALE",
    ] {
        assert!(found[0].contains(part), "{}", found[0]);
    }
    assert!(!found[0].contains(NPI), "the email must not contain the NPI");
    for address in ["boss@clinic.example", "ada@clinic.example"] {
        assert_eq!(emails(&app, address).await, Vec::<String>::new(), "{address}");
    }
    // A change that gives nothing new is not emailed.
    boss.client.patch(&path, &json!({ "firstName": "Adah" })).await.expect(200);
    boss.client.patch(&path, &json!({ "canCreateReports": false })).await.expect(200);
    assert_eq!(emails(&app, OWNER).await.len(), 1);
    boss.client.patch(&path, &grant).await.expect(200);
    assert_eq!(emails(&app, OWNER).await.len(), 2, "given again");
}

#[tokio::test]
async fn invitations_attestations_and_another_npi_are_emailed_too() {
    let (app, boss) = start().await;
    let pat = with(radiologist("pat@clinic.example"), json!({ "npiNumber": "2000000051" }));
    let invited = boss.client.invite(&pat).await;
    invited.expect(201);
    let path = format!("/v1/autoScribe/users/invitations/{}", invited.str("invitationId"));
    let found = emails(&app, OWNER).await;
    assert_eq!(found.len(), 1, "invited");
    assert!(found[0].contains("RUTH WINTERBOTTOM"), "{}", found[0]);
    boss.client.post(&format!("{path}/attest-npi"), &json!({})).await.expect(200);
    assert_eq!(emails(&app, OWNER).await.len(), 2, "attested");
    app.set_registry_down(true);
    let other = json!({ "npiNumber": NPI });
    boss.client.patch(&path, &other).await.expect(200);
    let found = emails(&app, OWNER).await;
    assert_eq!(found.len(), 3, "another NPI");
    assert!(found[2].contains("hasn't said yet who this NPI belongs to"), "{}", found[2]);
}

#[tokio::test]
async fn what_an_api_key_grants_is_in_the_audit_and_not_emailed() {
    let (app, _boss) = start().await;
    let ada = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    let path = format!("/v1/autoScribe/users/{}", ada["userId"].as_str().unwrap());
    for granted in [false, true] {
        let change = json!({ "canCreateReports": granted });
        app.as_pacs().patch(&path, &change).await.expect(200);
    }
    let grace = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let path = format!("/v1/autoScribe/users/{}", grace["userId"].as_str().unwrap());
    let grant = json!({ "canCreateReports": true, "npiNumber": "2000000051" });
    app.as_pacs().patch(&path, &grant).await.expect(200);
    assert_eq!(emails(&app, OWNER).await, Vec::<String>::new());
    assert_eq!(app.list_audit_records("user.edited").await.len(), 3);
}
