//! `GET /v1/autoScribe/users/invitations`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, member, radiologist, with};

fn emails(invitations: &[Value]) -> Vec<&str> {
    invitations.iter().map(|i| i["email"].as_str().unwrap()).collect()
}

/// Creates one invitation of each status, oldest first: accepted, rejected, revoked, sent.
async fn create_one_of_each(app: &App) {
    app.invite_and_confirm(&member("accepted@clinic.example"), None).await;
    let rejected =
        app.as_pacs().invite(&member("rejected@clinic.example")).await.str("invitationId");
    let token = app.token(&rejected, 1);
    app.as_invitee().post("/v1/invitation/reject", &json!({"token": token})).await.expect(200);
    let revoked = app.as_pacs().invite(&member("revoked@clinic.example")).await.str("invitationId");
    let revoke = json!({"invitationId": revoked});
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    app.as_pacs().invite(&radiologist("sent@clinic.example")).await.expect(201);
}

#[tokio::test]
async fn every_filter_narrows_the_list() {
    let app = App::start().await;
    create_one_of_each(&app).await;
    app.wait_for_emails("sent@clinic.example", 1).await;
    let sent = &app.list_invitations("?email=sent@clinic.example").await[0];
    let (user, day) =
        (sent["userId"].as_str().unwrap(), &sent["createdAt"].as_str().unwrap()[..10]);
    let all = ["sent", "revoked", "rejected", "accepted", "owner"];
    for (query, expected) in [
        (String::new(), &all[..]),
        ("?status=sent,accepted,rejected,revoked".into(), &all),
        ("?status=sent".into(), &["sent", "owner"]),
        ("?status=revoked,accepted".into(), &["revoked", "accepted"]),
        ("?status=rejected".into(), &["rejected"]),
        ("?expired=all".into(), &all),
        ("?expired=expired".into(), &[]),
        ("?expired=not-expired".into(), &all),
        (format!("?startDate={day}"), &all),
        (format!("?endDate={day}"), &all),
        ("?endDate=2020-01-01".into(), &[]),
        ("?startDate=2999-01-01".into(), &[]),
        (format!("?userId={user}"), &["sent"]),
        (format!("?userId={user}&status=revoked"), &[]),
        ("?email=REJECTED@clinic.example".into(), &["rejected"]),
        ("?email=nobody@clinic.example".into(), &[]),
        ("?delivery=bounced".into(), &[]),
        ("?delivery=bounced,failed".into(), &[]),
        ("?npiVerification=verified,%20pending".into(), &["sent"]),
        ("?npiVerification=verified,not_required&status=sent".into(), &["sent", "owner"]),
        ("?npiVerification=verified".into(), &["sent"]),
        ("?npiVerification=not_required&status=sent".into(), &["owner"]),
    ] {
        let found = app.list_invitations(&query).await;
        let names: Vec<_> = emails(&found).iter().map(|e| e.split('@').next().unwrap()).collect();
        assert_eq!(names, expected, "{query}");
    }
    assert!(emails(&app.list_invitations("?delivery=sent").await).contains(&"sent@clinic.example"));
}

#[tokio::test]
async fn expiry_does_not_change_the_status() {
    let app = App::start().await;
    create_one_of_each(&app).await;
    app.clock.advance(Duration::from_hours(7 * 24));
    let expired = app.list_invitations("?expired=expired").await;
    assert_eq!(emails(&expired), ["sent@clinic.example", "owner@riverside.example"]);
    assert!(expired.iter().all(|i| i["status"] == "sent"));
    let rest = app.list_invitations("?expired=not-expired").await;
    assert_eq!(rest.len(), 3, "an accepted, rejected or revoked invitation cannot expire");
}

#[tokio::test]
async fn dates_are_inclusive_utc_days() {
    let app = App::start().await;
    for n in 0..3 {
        app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
        app.clock.advance(Duration::from_hours(24));
    }
    let days: Vec<String> = app
        .list_invitations("")
        .await
        .iter()
        .map(|i| i["createdAt"].as_str().unwrap()[..10].into())
        .collect();
    let middle = &days[1];
    let found = app.list_invitations(&format!("?startDate={middle}&endDate={middle}")).await;
    assert_eq!(emails(&found), ["p1@clinic.example"]);
    let found = app.list_invitations(&format!("?status=sent&startDate={middle}")).await;
    assert_eq!(emails(&found), ["p2@clinic.example", "p1@clinic.example"]);
}

#[tokio::test]
async fn pages_list_every_invitation_once() {
    let app = App::start().await;
    for n in 0..30 {
        let invited = app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await;
        if n % 3 == 0 {
            let revoke = json!({"userId": invited.str("userId")});
            app.as_pacs()
                .post("/v1/autoScribe/users/invitations/revoke", &revoke)
                .await
                .expect(200);
        }
    }
    for (query, total) in
        [("", 31), ("status=sent", 21), ("status=revoked", 10), ("status=sent,revoked", 31)]
    {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/autoScribe/users/invitations?{query}&limit=4{cursor}");
            let page = app.as_pacs().get(&path).await.expect(200);
            let items = page["invitations"].as_array().unwrap();
            seen.extend(items.iter().map(|i| i["invitationId"].as_str().unwrap().to_owned()));
            assert!(
                items.len() == 4 || page["hasMore"] == false,
                "a page is full unless it is the last"
            );
            let Some(next) = page["cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        let mut sorted = seen.clone();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        sorted.dedup();
        assert_eq!((seen.len(), &seen), (total, &sorted), "{query}");
    }
}

#[tokio::test]
async fn an_invalid_parameter_is_refused() {
    let app = App::start().await;
    for (query, status, code) in [
        ("startDate=2026-13-01", 400, "date_invalid"),
        ("endDate=yesterday", 400, "date_invalid"),
        ("startDate=2026-11-24T00:00:00", 400, "date_invalid"),
        ("status=open", 422, "status_unknown"),
        ("status=sent,open", 422, "status_unknown"),
        ("expired=yes", 422, "expired_unknown"),
        ("userId=usr_1", 422, "id_invalid"),
        ("delivery=lost", 422, "delivery_unknown"),
        ("npiVerification=maybe", 422, "npi_verification_unknown"),
        ("stats=sent", 400, "unknown_parameter"),
        ("email=%00", 422, "email_invalid"),
        ("limit=1e9", 422, "limit_range"),
    ] {
        app.as_pacs()
            .get(&format!("/v1/autoScribe/users/invitations?{query}"))
            .await
            .expect_problem(status, code);
    }
}

#[tokio::test]
async fn the_email_filter_finds_every_invitation_of_an_address() {
    let app = App::start().await;
    for n in 0..5 {
        let person = with(member("grace@clinic.example"), json!({"suffix1": format!("No {n}")}));
        let id = app.as_pacs().invite(&person).await.str("invitationId");
        let revoke = json!({"invitationId": id});
        app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    }
    let page = app
        .as_pacs()
        .get("/v1/autoScribe/users/invitations?email=Grace@clinic.example&limit=3")
        .await
        .expect(200);
    let suffixes = |page: &Value| -> Vec<String> {
        page["invitations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| i["suffix1"].as_str().unwrap().into())
            .collect()
    };
    assert_eq!(suffixes(&page), ["No 4", "No 3", "No 2"]);
    let cursor = page["cursor"].as_str().unwrap();
    let path = format!(
        "/v1/autoScribe/users/invitations?email=Grace@clinic.example&limit=3&cursor={cursor}"
    );
    let rest = app.as_pacs().get(&path).await.expect(200);
    assert_eq!(
        (suffixes(&rest), &rest["hasMore"]),
        (vec!["No 1".to_owned(), "No 0".to_owned()], &json!(false))
    );
}
