//! The names of inviters, granters and API keys in invitations.

use serde_json::{Value, json};

use crate::support::{App, admin, member, with};

const INVITATIONS: &str = "/v1/autoScribe/users/invitations";

/// The three names that an invitation can have.
fn names(invitation: &Value) -> [Option<&str>; 3] {
    ["inviterName", "apiKeyDescription", "grantedByName"]
        .map(|field| invitation.get(field).map(|name| name.as_str().unwrap()))
}

#[tokio::test]
async fn managers_see_who_invited_and_who_granted_by_name() {
    let app = App::start().await;
    let boss =
        with(admin("boss@clinic.example"), json!({ "firstName": "Beth", "lastName": "Boss" }));
    let boss = app.confirm_and_sign_in(&boss).await.client;
    boss.invite(&member("by-boss@clinic.example")).await.expect(201);
    let by_key = app.as_pacs().invite(&member("by-key@clinic.example")).await.str("invitationId");
    app.as_pacs().invite(&member("edited@clinic.example")).await.expect(201);
    let edited = app.list_invitations("?email=edited@clinic.example").await.remove(0);
    let edited = format!("{INVITATIONS}/{}", edited["invitationId"].as_str().unwrap());
    let changed = boss.patch(&edited, &json!({ "canManageStudies": false })).await.expect(200);
    assert_eq!(names(&changed), [None; 3], "a write reads no names");

    let key = Some("First key");
    for (email, expected) in [
        ("by-boss@clinic.example", [Some("Beth Boss"), None, Some("Beth Boss")]),
        ("by-key@clinic.example", [None, key, key]),
        ("edited@clinic.example", [None, key, Some("Beth Boss")]),
        ("owner@riverside.example", [None; 3]),
    ] {
        let page = boss.get(&format!("{INVITATIONS}?email={email}")).await.expect(200);
        let listed = &page["invitations"][0];
        assert_eq!(names(listed), expected, "{email}");
        let path = format!("{INVITATIONS}/{}", listed["invitationId"].as_str().unwrap());
        assert_eq!(names(&boss.get(&path).await.expect(200)), expected, "{email}");
    }
    let seen_by_key = app.as_pacs().get(&format!("{INVITATIONS}/{by_key}")).await.expect(200);
    assert_eq!(names(&seen_by_key), [None; 3], "only at the dashboard");
}

#[tokio::test]
async fn the_names_of_a_page_are_read_together() {
    let app = App::start_with_faults().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    for n in 0..10 {
        boss.invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
        app.as_pacs().invite(&member(&format!("q{n}@clinic.example"))).await.expect(201);
    }
    app.wait_until_delivered().await;
    app.reset_units();
    let page = boss.get(&format!("{INVITATIONS}?limit=20")).await.expect(200);
    assert_eq!(page["invitations"].as_array().unwrap().len(), 20);
    // One batch identifies the caller, and one reads the admin and the key.
    assert_eq!(app.calls_made(), [("BatchGetItem", 2), ("Query", 1)]);
    app.reset_units();
    app.as_pacs().get(&format!("{INVITATIONS}?limit=20")).await.expect(200);
    assert_eq!(app.calls_made(), [("GetItem", 1), ("Query", 1)], "a PACS reads no names");
}

#[tokio::test]
async fn a_name_that_cannot_be_read_is_absent() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let other = app.confirm_and_sign_in(&admin("other@clinic.example")).await;
    other.client.invite(&member("ada@clinic.example")).await.expect(201);
    app.corrupt_item(&app.find_item(&format!("USER#{}", other.user_id)).await).await;
    let path = format!("{INVITATIONS}?email=ada@clinic.example");
    let page = boss.client.get(&path).await.expect(200);
    assert_eq!(names(&page["invitations"][0]), [None; 3]);
    assert_eq!(page["invitations"][0]["inviterId"], other.user_id);
}
