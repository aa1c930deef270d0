//! `GET` and `PATCH /v1/clinic`.

use serde_json::{Value, json};

use crate::support::{App, admin, member};

const CLINIC: &str = "/v1/clinic";

#[tokio::test]
async fn an_admin_reads_and_changes_the_settings_and_only_an_owner_the_name() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let first = boss.client.get(CLINIC).await.expect(200);
    let expected = json!({
        "clinicId": app.clinic_id, "name": "Riverside Imaging", "replyTo": "front-desk@riverside.example",
        "invitationDays": 7, "timeZone": "UTC", "sessionIdleMinutes": 30,
        "invitationsPerDay": 500,
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&first[field], value, "{field}");
    }
    let changes = json!({
        "replyTo": null, "invitationDays": 3, "timeZone": "america/chicago", "sessionIdleMinutes": 5,
    });
    let changed = boss.client.patch(CLINIC, &changes).await.expect(200);
    assert_eq!(changed["timeZone"], "America/Chicago");
    assert_eq!(changed["replyTo"], Value::Null);
    assert_eq!(boss.client.get(CLINIC).await.expect(200), changed);
    boss.client.patch(CLINIC, &changed).await.expect(200);
    let rename = json!({"name": "Riverside Radiology"});
    boss.client.patch(CLINIC, &rename).await.expect_problem(403, "forbidden");
    let renamed = owner.client.patch(CLINIC, &rename).await.expect(200);
    assert_eq!(renamed["name"], "Riverside Radiology");
    assert_eq!(renamed["invitationDays"], 3, "the rest stays");
    assert_eq!(app.count_managers().await, 2);
    // The second change was what the settings were already.
    assert_eq!(app.list_audit_records("clinic.edited").await.len(), 2);
}

#[tokio::test]
async fn new_settings_apply_to_new_invitations_and_sessions() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let changes = json!({"invitationDays": 3, "sessionIdleMinutes": 5});
    boss.client.patch(CLINIC, &changes).await.expect(200);
    app.clock.advance(std::time::Duration::from_mins(6));
    let invited = app.as_pacs().invite(&member("ada@clinic.example")).await;
    let invitation = app.read_invitation(&invited.str("invitationId")).await;
    let day = |field: &str| invitation[field].as_str().unwrap()[..10].to_owned();
    let days = |text: String| domain::time::Day::parse(&text).unwrap().start();
    let open_for = days(day("expiry")).since(days(day("createdAt")));
    assert_eq!(open_for.as_secs(), 3 * 24 * 60 * 60);
    let next = app.open_session("boss@clinic.example").await;
    app.clock.advance(std::time::Duration::from_mins(5));
    next.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
    boss.client.get("/v1/session").await.expect(200);
}

#[tokio::test]
async fn invalid_settings_are_refused_together() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let wrong = json!({
        "name": "", "replyTo": "x", "invitationDays": 31, "timeZone": "Chicago", "sessionIdleMinutes": 61,
        "plan": "large",
    });
    let answer = owner.client.patch(CLINIC, &wrong).await;
    let fields: Vec<_> = answer.field_errors().into_iter().map(|(field, _)| field).collect();
    let expected = ["name", "replyTo", "invitationDays", "timeZone", "sessionIdleMinutes", "plan"];
    assert_eq!(fields, expected, "{}", answer.text);
    for empty in ["name", "invitationDays", "timeZone", "sessionIdleMinutes"] {
        let answer = owner.client.patch(CLINIC, &json!({empty: null})).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
    }
}

#[tokio::test]
async fn two_changes_at_once_both_stay() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let (days, minutes) = (json!({"invitationDays": 9}), json!({"sessionIdleMinutes": 15}));
    let (one, other) =
        tokio::join!(owner.client.patch(CLINIC, &days), boss.client.patch(CLINIC, &minutes));
    one.expect(200);
    other.expect(200);
    let settings = owner.client.get(CLINIC).await.expect(200);
    assert_eq!(
        (&settings["invitationDays"], &settings["sessionIdleMinutes"]),
        (&json!(9), &json!(15))
    );
}
