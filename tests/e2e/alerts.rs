//! Emails about new owners and admins, API keys, passwords and dashboard access.

use serde_json::{Value, json};

use crate::support::{App, PASSWORD, admin, link_in, member};

fn subjects(emails: &[Value]) -> Vec<String> {
    let subject = |email: &Value| email["Content"]["Simple"]["Subject"]["Data"].clone();
    emails.iter().map(|email| subject(email).as_str().unwrap().to_owned()).collect()
}

/// The subjects of the emails to this address, except invitations and links to set a password.
async fn alerts(app: &App, address: &str) -> Vec<String> {
    app.wait_until_delivered().await;
    let mut subjects = subjects(&app.sent_emails(address));
    subjects.retain(|subject| {
        !["invit", "Reset your AutoScribe", "You can sign in"]
            .iter()
            .any(|text| subject.contains(text))
    });
    subjects
}

#[tokio::test]
async fn owners_and_the_person_are_emailed_about_new_managers_and_keys() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let ada = app.invite_and_confirm(&member("ada@clinic.example"), None).await;
    let wanted = json!({"description": "Harbor PACS", "scopes": ["users:read"]});
    let key = boss.client.post("/v1/apiKeys", &wanted).await.expect(201);
    let rotate = format!("/v1/apiKeys/{}/rotate", key["apiKeyId"].as_str().unwrap());
    boss.client.post(&rotate, &json!({"overlapHours": 1})).await.expect(200);
    let path = format!("/v1/autoScribe/users/{}", ada["userId"].as_str().unwrap());
    let promote = json!({"level": "admin", "hasDashboardAccess": true});
    boss.client.patch(&path, &promote).await.expect(200);
    let expected = [
        "Grace Lind now manages Riverside Imaging",
        "New API key for Riverside Imaging",
        "New secret for an API key of Riverside Imaging",
    ];
    assert_eq!(alerts(&app, "boss@clinic.example").await, expected);
    let to_owner = alerts(&app, "owner@riverside.example").await;
    assert_eq!(to_owner.len(), 4, "{to_owner:?}");
    assert_eq!(alerts(&app, "ada@clinic.example").await, expected[..1]);
    let all = app.sent_emails("owner@riverside.example");
    let about_key = all.iter().find(|email| subjects(&[(*email).clone()])[0] == expected[1]);
    let text = about_key.unwrap()["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().unwrap();
    assert!(text.contains("Grace Lind created the API key \u{201c}Harbor PACS\u{201d}"), "{text}");
    assert_eq!(owner.user_id.len(), 36);
}

#[tokio::test]
async fn a_person_is_emailed_when_their_password_changes_and_owners_if_they_manage_the_clinic() {
    let app = App::start().await;
    app.confirm_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let change = json!({"currentPassword": PASSWORD, "newPassword": "violet-anchor-pumice"});
    boss.client.post("/v1/password/change", &change).await.expect(200);
    app.reset_password("boss@clinic.example", "copper-lattice-fjord").await;
    let to_boss = alerts(&app, "boss@clinic.example").await;
    let mine = to_boss.iter().filter(|subject| *subject == "Your AutoScribe password was changed");
    assert_eq!(mine.count(), 2, "{to_boss:?}");
    let to_owner = alerts(&app, "owner@riverside.example").await;
    let theirs = "The AutoScribe password of Grace Lind was changed";
    assert_eq!(to_owner.iter().filter(|subject| *subject == theirs).count(), 2, "{to_owner:?}");
}

#[tokio::test]
async fn a_person_who_gets_the_dashboard_later_is_emailed_a_link_to_set_a_password() {
    let app = App::start().await;
    let ada = app.invite_and_confirm(&member("ada@clinic.example"), None).await;
    app.wait_until_delivered().await;
    let path = format!("/v1/autoScribe/users/{}", ada["userId"].as_str().unwrap());
    let grant = json!({"hasDashboardAccess": true});
    app.as_pacs().patch(&path, &grant).await.expect(200);
    app.wait_until_delivered().await;
    let emails = app.sent_emails("ada@clinic.example");
    assert_eq!(
        subjects(&emails).last().unwrap(),
        "You can sign in to AutoScribe for Riverside Imaging"
    );
    let link = link_in(emails.last().unwrap());
    let token = link.split_once("#token=").unwrap().1;
    let reset = json!({"token": token, "password": PASSWORD});
    app.as_invitee().post("/v1/password/reset", &reset).await.expect(200);
    let again = json!({"token": token, "password": "copper-lattice-fjord"});
    app.as_invitee().post("/v1/password/reset", &again).await.expect_problem(404, "token_invalid");
    app.sign_in("ada@clinic.example", PASSWORD).await.expect(200);
    // A person with a password only learns about the access.
    let back = json!({"hasDashboardAccess": false});
    app.as_pacs().patch(&path, &back).await.expect(200);
    app.as_pacs().patch(&path, &grant).await.expect(200);
    app.wait_until_delivered().await;
    let last = app.sent_emails("ada@clinic.example").pop().unwrap();
    assert_eq!(
        subjects(std::slice::from_ref(&last))[0],
        "You can sign in to AutoScribe for Riverside Imaging"
    );
    let text = last["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().unwrap();
    assert!(!text.contains("#token="), "{text}");
}
