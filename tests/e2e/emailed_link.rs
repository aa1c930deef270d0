//! A person follows the link in the email.

use serde_json::{Value, json};

use crate::support::{App, link_in, member, radiologist, text_of, with};

#[tokio::test]
async fn an_invited_person_confirms_by_email_and_is_listed() {
    let app = App::start().await;
    let invited = app.as_pacs().invite(&radiologist("Ada@Clinic.example")).await;
    let email = &app.wait_for_emails("Ada@Clinic.example", 1).await[0];
    let token = link_in(email).split_once("#token=").expect("a token in the fragment").1.to_owned();

    let seen =
        app.as_invitee().post("/v1/invitation/lookup", &json!({"token": token})).await.expect(200);
    assert_eq!(
        (&seen["clinicName"], &seen["firstName"]),
        (&json!("Riverside Imaging"), &json!("Ada"))
    );
    let user = app.as_invitee().accept(&json!({"token": token})).await.expect(200);

    let page = app.as_pacs().get("/v1/autoScribe/users?assignable=true").await.expect(200);
    assert_eq!(page["users"], json!([user]));
    assert_eq!(user["userId"], invited.json()["userId"]);
    let invitation = app.read_invitation(&invited.str("invitationId")).await;
    assert_eq!(
        (&invitation["status"], &invitation["delivery"]),
        (&json!("accepted"), &json!("sent"))
    );
}

#[tokio::test]
async fn a_provisioned_owner_confirms_by_email() {
    let app = App::start().await;
    let email = &app.wait_for_emails("owner@riverside.example", 1).await[0];
    let token = link_in(email).split_once("#token=").unwrap().1.to_owned();
    let body = json!({"token": token, "password": "lantern-gravel-otter"});
    let owner = app.as_invitee().accept(&body).await.expect(200);
    assert_eq!((&owner["level"], &owner["hasDashboardAccess"]), (&json!("owner"), &json!(true)));
}

#[tokio::test]
async fn an_invitation_email_names_clinic_and_person_and_replies_to_the_clinic() {
    let app = App::start().await;
    let person = with(
        member("grace@clinic.example"),
        json!({"firstName": "Zoë", "level": "admin", "hasDashboardAccess": true}),
    );
    app.as_pacs().invite(&person).await.expect(201);
    let email = &app.wait_for_emails("grace@clinic.example", 1).await[0];
    let text = text_of(email);
    for words in ["Riverside Imaging", "Zoë", "dashboard", "UTC"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let simple = &email["Content"]["Simple"];
    let html = simple["Body"]["Html"]["Data"].as_str().unwrap();
    assert!(html.contains(&link_in(email)), "html and text must have the same link");
    assert_eq!(email["ReplyToAddresses"], json!(["front-desk@riverside.example"]));
    assert!(!email.to_string().contains("List-Unsubscribe"));
    assert!(simple["Subject"]["Data"].as_str().unwrap().contains("Riverside Imaging"));
}

#[tokio::test]
async fn names_are_escaped_in_the_email() {
    let app = App::start().await;
    let person = with(
        member("grace@clinic.example"),
        json!({"firstName": "G&\"'`{{7*7}}", "lastName": "%0d%0aBcc; x"}),
    );
    app.as_pacs().invite(&person).await.expect(201);
    let email = &app.wait_for_emails("grace@clinic.example", 1).await[0];
    let html = email["Content"]["Simple"]["Body"]["Html"]["Data"].as_str().unwrap();
    assert!(
        !html.contains("G&\"") && html.contains("{{7*7}}"),
        "names must be escaped and not evaluated"
    );
    assert_eq!(email["Destination"], json!({"ToAddresses": ["grace@clinic.example"]}));
}

#[tokio::test]
async fn an_email_to_an_idn_address_uses_its_a_label() {
    let app = App::start().await;
    app.as_pacs().invite(&member("Grace@Praxis-Süd.example")).await.expect(201);
    let emails: Vec<Value> = app.wait_for_emails("Grace@xn--praxis-sd-x9a.example", 1).await;
    assert_eq!(emails.len(), 1);
}

#[tokio::test]
async fn an_email_has_the_trace_of_the_request_that_queued_it() {
    let app = App::start().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let header = format!("00-{trace}-00f067aa0ba902b7-01");
    let traced = app.as_pacs().with_header("traceparent", &header);
    let batch = json!({ "users": [member("ada@clinic.example")] });
    traced.post("/v1/autoScribe/users/batch", &batch).await.expect(207);
    traced.invite(&member("grace@clinic.example")).await.expect(201);
    app.as_pacs().invite(&member("ida@clinic.example")).await.expect(201);
    let traced = Some(json!({ "Name": "trace", "Value": trace }));
    for (address, expected) in [("ada", &traced), ("grace", &traced), ("ida", &None)] {
        let address = format!("{address}@clinic.example");
        let email = &app.wait_for_emails(&address, 1).await[0];
        let tags = email["EmailTags"].as_array().unwrap();
        assert_eq!(tags.iter().find(|tag| tag["Name"] == "trace"), expected.as_ref(), "{address}");
    }
}
