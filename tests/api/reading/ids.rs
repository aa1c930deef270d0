//! Identifiers are read in either case, wherever one is read.

use serde_json::{Value, json};

use super::{INVITATIONS, USERS, check};
use crate::support::{App, REROUTE, REVOKE, VIEWER_ONLY, WEBHOOKS, WebhookReceiver, member, study};

fn upper(value: &Value) -> String {
    value.as_str().unwrap().to_uppercase()
}

#[tokio::test]
async fn an_id_in_a_path_is_read_in_either_case() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await.client;
    let pacs = app.as_pacs();
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let invited = pacs.invite(&member("ada@clinic.example")).await.expect(201);
    let created = json!({ "description": "d", "scopes": ["users:read"] });
    let key = upper(&owner.post("/v1/apiKeys", &created).await.expect(201)["apiKeyId"]);
    let (user, invitation) = (upper(&user["userId"]), upper(&invited["invitationId"]));
    for path in [format!("{USERS}/{user}"), format!("{INVITATIONS}/{invitation}")] {
        check(&path, &pacs.get(&path).await, (200, ""));
        check(&path, &pacs.patch(&path, &json!({ "suffix1": "MD" })).await, (200, ""));
        let mixed = path.replace("USR_", "usr_").replace("INV_", "inv_");
        check(&mixed, &pacs.get(&mixed).await, (200, ""));
    }
    for (path, body) in [
        (format!("/v1/apiKeys/{key}/rotate"), json!({ "overlapHours": 1 })),
        (format!("/v1/apiKeys/{key}/revoke"), json!({})),
    ] {
        check(&path, &owner.post(&path, &body).await, (200, ""));
    }
    let keys = owner.get("/v1/apiKeys").await.expect(200);
    let keys = keys["apiKeys"].as_array().unwrap();
    let revoked = keys.iter().find(|found| upper(&found["apiKeyId"]) == key).unwrap();
    assert_eq!(revoked["status"], "revoked", "a key that leaked must not look gone");
    let receiver = WebhookReceiver::start().await;
    let webhook = app.create_webhook(&owner, &receiver).await["webhookEndpointId"].clone();
    let webhook = format!("{WEBHOOKS}/{}", upper(&webhook));
    app.emit("user.updated").await;
    let deliveries = format!("{webhook}/deliveries");
    let list = owner.get(&deliveries).await;
    check(&deliveries, &list, (200, ""));
    let delivery = list.expect(200)["deliveries"][0]["deliveryId"].clone();
    let edit = json!({ "description": "Harbor" });
    check(&webhook, &owner.patch(&webhook, &edit).await, (200, ""));
    for (end, body) in [
        ("rotate", json!({ "overlapHours": 1 })),
        ("test", json!({})),
        ("redeliver", json!({ "deliveryId": upper(&delivery) })),
        ("end", json!({})),
    ] {
        let path = format!("{webhook}/{end}");
        check(&path, &owner.post(&path, &body).await, (200, ""));
    }
    let sessions = owner.get("/v1/sessions").await.expect(200);
    let session = format!("/v1/sessions/{}", upper(&sessions["sessions"][0]["sessionId"]));
    let ended = owner.request(reqwest::Method::DELETE, &session);
    assert!(crate::support::TestResponse::fetch(ended).await.status.is_success(), "{session}");
}

#[tokio::test]
async fn an_id_in_a_body_is_read_in_either_case() {
    let app = App::start().await;
    let (pacs, reader) = (app.as_pacs(), app.confirm_reader().await.to_uppercase());
    let invited = pacs.invite(&member("eve@clinic.example")).await.expect(201);
    let study = study(0xab).to_uppercase();
    let dictation = json!({ "assignedToUserId": reader, "studyId": study });
    let link = pacs.post(REROUTE, &dictation).await.expect(200);
    assert!(link["url"].as_str().unwrap().contains(&study.to_lowercase()), "{link}");
    for (path, body) in [
        (VIEWER_ONLY, json!({ "studyId": study, "userId": reader })),
        (REVOKE, json!({ "accessId": upper(&link["accessId"]) })),
        (REVOKE, json!({ "userId": reader })),
        (
            "/v1/autoScribe/users/invitations/revoke",
            json!({ "invitationId": upper(&invited["invitationId"]) }),
        ),
        ("/v1/autoScribe/users/invitations/revoke", json!({ "userId": upper(&invited["userId"]) })),
        ("/v1/autoScribe/users/revoke-access", json!({ "userId": reader })),
        ("/v1/autoScribe/users/reactivate", json!({ "userId": reader })),
    ] {
        check(path, &pacs.post(path, &body).await, (200, ""));
    }
}

#[tokio::test]
async fn a_clinic_id_and_a_filter_are_read_in_either_case() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let (pacs, clinic) = (app.as_pacs(), app.clinic_id.to_uppercase());
    let invited = pacs.invite(&member("ada@clinic.example")).await.expect(201);
    let dashboard = owner.client.clone().with_header("autoscribe-clinic", &clinic);
    check("a header", &dashboard.patch("/v1/clinic", &json!({})).await, (200, ""));
    let body = json!({
        "email": "owner@riverside.example", "password": crate::support::PASSWORD, "clinicId": clinic,
    });
    check("a sign-in", &app.as_invitee().post("/v1/session", &body).await, (200, ""));
    let key = app.api_key_id.to_uppercase();
    let (invitation, user) = (upper(&invited["invitationId"]), upper(&invited["userId"]));
    for (query, found) in [
        (format!("actor=key:{key}"), true),
        (format!("actor=KEY:{key}"), true),
        (format!("actor={}", owner.user_id.to_uppercase()), true),
        ("actor=Operator".to_owned(), true),
        (format!("object={invitation}"), true),
        (format!("object=clinic:{clinic}"), true),
        (format!("object={user}"), true),
    ] {
        let page = owner.client.get(&format!("/v1/auditEvents?{query}")).await.expect(200);
        assert_eq!(!page["auditEvents"].as_array().unwrap().is_empty(), found, "{query}");
    }
    let page = pacs.get(&format!("{INVITATIONS}?userId={user}")).await.expect(200);
    assert_eq!(page["invitations"].as_array().unwrap().len(), 1);
    check("a list of access", &pacs.get(&format!("/v1/access?userId={user}")).await, (200, ""));
}
