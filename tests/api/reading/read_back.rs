//! An object that GET gave can be sent back, and answers leave out what a person does not have.

use serde_json::{Value, json};

use super::{INVITATIONS, USERS};
use crate::support::{App, admin, member, radiologist, with};

/// Names that only GET at the dashboard has.
const ONLY_READ: [&str; 4] = ["apiKeyDescription", "grantedByName", "inviterName", "lastViewAt"];

/// Reads an object and sends it back as it is.
async fn send_back(client: &crate::support::TestClient, path: &str) -> (Value, Value) {
    let mut read = client.get(path).await.expect(200);
    let answer = client.patch(path, &read).await.expect(200);
    for name in ONLY_READ {
        read.as_object_mut().unwrap().remove(name);
    }
    (read, answer)
}

#[tokio::test]
async fn an_object_can_be_sent_back_as_it_was_read() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let (pacs, dashboard) = (app.as_pacs(), &owner.client);
    let full = with(
        radiologist("ada@clinic.example"),
        json!({ "middleName": "M", "suffix1": "MD", "suffix2": "PhD", "phoneNumber": "5550109999" }),
    );
    let reader = app.invite_and_confirm(&full, None).await;
    let plain = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let by_key = pacs.invite(&member("i@clinic.example")).await.str("invitationId");
    let by_person = dashboard.invite(&admin("boss@clinic.example")).await.str("invitationId");
    for (client, path) in [
        (&pacs, format!("{USERS}/{}", reader["userId"].as_str().unwrap())),
        (&pacs, format!("{USERS}/{}", plain["userId"].as_str().unwrap())),
        (dashboard, format!("{USERS}/{}", owner.user_id)),
        (&pacs, format!("{INVITATIONS}/{by_key}")),
        (dashboard, format!("{INVITATIONS}/{by_person}")),
        (dashboard, "/v1/clinic".to_owned()),
    ] {
        app.wait_until_delivered().await;
        let (read, answer) = send_back(client, &path).await;
        assert_eq!(answer, read, "{path}");
    }
    let path = format!("{USERS}/{}", plain["userId"].as_str().unwrap());
    let mut changed = pacs.get(&path).await.expect(200);
    changed["lastName"] = json!("Hopper");
    assert_eq!(pacs.patch(&path, &changed).await.expect(200)["lastName"], "Hopper");
}

#[tokio::test]
async fn an_owner_stays_one_and_no_one_else_becomes_one() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let invited = app.as_pacs().invite(&member("i@clinic.example")).await.str("invitationId");
    let own = format!("{USERS}/{}", owner.user_id);
    let same = json!({ "level": "owner", "suffix1": "MD" });
    assert_eq!(owner.client.patch(&own, &same).await.expect(200)["suffix1"], "MD");
    for path in [format!("{USERS}/{}", boss.user_id), format!("{INVITATIONS}/{invited}")] {
        let answer = owner.client.patch(&path, &json!({ "level": "owner" })).await;
        answer.expect_problem(422, "owner_not_assignable");
    }
    boss.client.patch(&own, &same).await.expect(403);
    let wrong = json!({ "level": "superuser" });
    owner.client.patch(&own, &wrong).await.expect_problem(422, "level_unknown");
}

#[tokio::test]
async fn an_answer_leaves_out_what_a_person_does_not_have() {
    let app = App::start().await;
    let pacs = app.as_pacs();
    let invited = pacs.invite(&member("ada@clinic.example")).await.expect(201);
    let path = format!("{INVITATIONS}/{}", invited["invitationId"].as_str().unwrap());
    let token = app.token(invited["invitationId"].as_str().unwrap(), 1);
    let token = json!({ "token": token });
    let lookup = app.as_invitee().post("/v1/invitation/lookup", &token).await.expect(200);
    let invitation = pacs.get(&path).await.expect(200);
    let batch = json!({ "users": [member("eve@clinic.example")] });
    let batch = pacs.post(&format!("{USERS}/batch"), &batch).await.expect(207);
    let user = app.as_invitee().accept(&token).await.expect(200);
    let users = pacs.get(USERS).await.expect(200);
    let invitations = pacs.get(INVITATIONS).await.expect(200);
    for (case, object) in [
        ("an invite", &invited),
        ("a batch", &batch["results"][0]["user"]),
        ("an invitation", &invitation),
        ("invitations", &invitations["invitations"][0]),
        ("a lookup", &lookup),
        ("an accept", &user),
        ("users", &users["users"][0]),
    ] {
        for name in ["middleName", "suffix1", "suffix2", "phoneNumber", "npiNumber"] {
            assert_eq!(object.get(name), None, "{case}: {name}");
        }
    }
    for (object, name) in [
        (&invitation, "inviterId"),
        (&user, "lastLoginAt"),
        (&invited, "lastLoginAt"),
        (&users, "cursor"),
        (&invitations, "cursor"),
    ] {
        assert_eq!(object.get(name), Some(&Value::Null), "{name}");
    }
    let full = with(
        radiologist("hale@clinic.example"),
        json!({ "middleName": "M", "suffix1": "MD", "suffix2": "PhD", "phoneNumber": "5550109999" }),
    );
    let full = pacs.invite(&full).await.expect(201);
    for name in ["middleName", "suffix1", "suffix2", "phoneNumber", "npiNumber"] {
        assert!(full[name].is_string(), "{name}: {full}");
    }
}
