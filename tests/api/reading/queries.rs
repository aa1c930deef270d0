//! Query strings: cursors bound to what the filters mean, days and instants, and bytes of any kind.

use std::time::Duration;

use serde_json::{Value, json};

use super::{INVITATIONS, USERS, check};
use crate::support::{App, VIEWER_ONLY, member};

#[tokio::test]
async fn a_cursor_continues_under_filters_with_the_same_meaning() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await.client;
    for n in 0..4 {
        app.invite_and_confirm(&member(&format!("p{n}@clinic.example")), None).await;
        app.as_pacs().invite(&member(&format!("i{n}@clinic.example"))).await.expect(201);
    }
    let pacs = app.as_pacs();
    for study in [1, 2] {
        let link = json!({ "studyId": crate::support::study(study) });
        pacs.post(VIEWER_ONLY, &link).await.expect(200);
    }
    let someone = app.list_invitations("?email=i1@clinic.example").await[0]["userId"].clone();
    let user = someone.as_str().unwrap();
    for (client, path, first, next) in [
        (&pacs, USERS, "", "email=&firstName=&level=&status=&assignable="),
        (&pacs, USERS, "limit=1", "limit=2.0"),
        (&pacs, USERS, "lastName=LIND", "lastName=lind&level="),
        (&pacs, USERS, "level=member", "level=+member+"),
        (&pacs, USERS, "invitedSource=api&level=member", "level=member&invitedSource=api"),
        (&pacs, INVITATIONS, "", "expired=all&status=&email="),
        (&pacs, INVITATIONS, "expired=all", ""),
        (&pacs, INVITATIONS, "status=sent,accepted", "status=accepted,+sent,sent"),
        (&pacs, INVITATIONS, "startDate=2020-01-01", "startDate=2020-01-01T00:00:00Z"),
        (
            &pacs,
            INVITATIONS,
            "startDate=2020-01-01T00:00:00Z",
            "startDate=2020-01-01T01:00:00%2B01:00",
        ),
        (&pacs, "/v1/access", "", "userId=&active="),
        (&owner, "/v1/auditEvents", "", "actor=&object=&action=&startDate=&endDate="),
        (&owner, "/v1/auditEvents", "actor=operator", "actor=OPERATOR"),
    ] {
        let page = client.get(&format!("{path}?limit=1&{first}")).await;
        let page = if first.contains("limit") {
            client.get(&format!("{path}?{first}")).await
        } else {
            page
        };
        let cursor = page.expect(200)["cursor"].clone();
        let cursor = cursor.as_str().expect(path);
        let answer = client.get(&format!("{path}?cursor={cursor}&{next}")).await;
        check(&format!("{path}?{first} then {next}"), &answer, (200, ""));
    }
    let first = pacs.get(&format!("{INVITATIONS}?limit=1")).await.expect(200);
    let cursor = first["cursor"].as_str().unwrap();
    for other in [
        "status=sent".to_owned(),
        "expired=expired".to_owned(),
        format!("userId={user}"),
        "endDate=2020-01-01".to_owned(),
    ] {
        let answer = pacs.get(&format!("{INVITATIONS}?cursor={cursor}&{other}")).await;
        check(&other, &answer, (400, "cursor_invalid"));
    }
}

/// Finds the people by the local part of their address, oldest first.
fn found(page: &Value) -> Vec<String> {
    let items = page["invitations"].as_array().unwrap().iter().rev();
    items.map(|i| i["email"].as_str().unwrap().split('@').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_range_may_start_and_end_at_an_instant() {
    let app = App::start().await;
    app.confirm_owner().await;
    let mut at = Vec::new();
    for n in 0..3 {
        let person = member(&format!("p{n}@clinic.example"));
        let id = app.as_pacs().invite(&person).await.str("invitationId");
        at.push(app.read_invitation(&id).await["createdAt"].as_str().unwrap().to_owned());
        app.clock.advance(Duration::from_hours(3));
    }
    let in_offset = |text: &str, hours: i8, sign: &str| {
        let time: domain::time::Timestamp = domain::time::Timestamp::parse(text).unwrap();
        let by = Duration::from_hours(hours.unsigned_abs().into());
        let local = if hours < 0 { time.minus(by) } else { time.plus(by) };
        format!("{}{sign}{:02}:00", local.to_string().trim_end_matches('Z'), hours.unsigned_abs())
    };
    let day = &at[0][..10];
    for (query, expected) in [
        (format!("startDate={}", at[1]), &["p1", "p2"][..]),
        (format!("startDate={day}&endDate={}", at[1]), &["owner", "p0", "p1"][..]),
        (format!("startDate={}&endDate={}", at[1], at[1]), &["p1"]),
        (format!("startDate={}", in_offset(&at[1], 2, "%2B")), &["p1", "p2"]),
        // A client that does not encode `+` sends a space.
        (format!("startDate={}", in_offset(&at[1], 2, "+")), &["p1", "p2"]),
        (format!("startDate={}", in_offset(&at[1], -6, "-")), &["p1", "p2"]),
        (format!("startDate={}", at[1].to_lowercase()), &["p1", "p2"]),
        (format!("startDate={}", at[1].replace(".000Z", "Z")), &["p1", "p2"]),
        (format!("startDate={}&endDate={}", at[2], at[1]), &[]),
    ] {
        let page = app.as_pacs().get(&format!("{INVITATIONS}?{query}")).await.expect(200);
        assert_eq!(found(&page), expected, "{query}");
    }
    for wrong in [
        "2026-11-24T09:30:00",
        "2026-11-24T09:30",
        "20261124",
        "2026-13-01",
        "1795512600",
        "today",
        "2026-11-24T25:00:00Z",
    ] {
        let answer = app.as_pacs().get(&format!("{INVITATIONS}?startDate={wrong}")).await;
        check(wrong, &answer, (400, "date_invalid"));
    }
    let owner = app.open_session("owner@riverside.example").await.client;
    for (query, any) in [
        (format!("action=invitation.created&startDate={}&endDate={}", at[1], at[1]), 1),
        (format!("action=invitation.created&endDate={}", in_offset(&at[1], -6, "-")), 3),
    ] {
        let page = owner.get(&format!("/v1/auditEvents?{query}")).await.expect(200);
        assert_eq!(page["auditEvents"].as_array().unwrap().len(), any, "{query}");
    }
}
