//! `GET /v1/autoScribe/users/invitations/summary`.

use std::time::Duration;

use domain::invitation::{Invitation, InvitationStatus};
use serde_json::{Value, json};
use store::{InvitationCount, InvitationRange, ReadBudget};

use crate::support::{App, admin, member, radiologist, with};

const SUMMARY: &str = "/v1/autoScribe/users/invitations/summary";
/// The lists that the counts stand for.
const LISTS: [(&str, &str); 4] = [
    ("open", "?status=sent&expired=not-expired"),
    ("notDelivered", "?status=sent&delivery=delayed,bounced,complained,failed"),
    ("expired", "?status=sent&expired=expired"),
    ("npiTrouble", "?status=sent&npiVerification=pending,name_mismatch,not_found,deactivated"),
];

/// The four counts of a summary, in the order of [`LISTS`].
fn counts(summary: &Value) -> [u64; 4] {
    LISTS.map(|(name, _)| summary[name]["count"].as_u64().unwrap())
}

async fn invite_many(app: &App, from: usize, count: usize) {
    let people = (from..from + count).map(|n| member(&format!("p{n}@clinic.example")));
    let batch = json!({ "users": people.collect::<Vec<_>>() });
    app.as_pacs().post("/v1/autoScribe/users/batch", &batch).await.expect(207);
}

#[tokio::test]
async fn a_summary_counts_what_waits() {
    let app = App::start().await;
    app.confirm_owner().await;
    app.as_pacs().invite(&member("old@clinic.example")).await.expect(201);
    app.wait_until_delivered().await;
    app.clock.advance(Duration::from_hours(7 * 24));
    let revoked = app.as_pacs().invite(&member("revoked@clinic.example")).await;
    let revoke = json!({ "userId": revoked.str("userId") });
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    app.invite_and_confirm(&member("accepted@clinic.example"), None).await;
    app.as_pacs().invite(&radiologist("ada@clinic.example")).await.expect(201);
    let other = with(
        radiologist("eve@clinic.example"),
        json!({ "npiNumber": "2000000051", "lastName": "Other" }),
    );
    app.as_pacs().invite(&other).await.expect(201);
    app.wait_until_delivered().await;
    app.refuse_emails(1);
    app.as_pacs().invite(&member("refused@clinic.example")).await.expect(201);
    app.wait_until_delivered().await;

    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    for caller in [&app.as_pacs(), &boss] {
        let summary = caller.get(SUMMARY).await.expect(200);
        assert_eq!(counts(&summary), [3, 1, 1, 1], "{summary}");
        assert!(LISTS.iter().all(|(name, _)| summary[name]["more"] == false), "{summary}");
    }
    for (at, (name, query)) in LISTS.iter().enumerate() {
        let listed = app.list_invitations(query).await.len();
        assert_eq!(listed as u64, [3, 1, 1, 1][at], "{name}");
    }
    let elsewhere = app.create_other_clinic().await.get(SUMMARY).await.expect(200);
    assert_eq!(counts(&elsewhere), [1, 0, 0, 0], "the invitation of its owner");
}

#[tokio::test]
async fn an_ended_invitation_with_a_problem_is_not_counted() {
    let app = App::start().await;
    app.wait_until_delivered().await;
    app.refuse_emails(1);
    let refused = app.as_pacs().invite(&member("refused@clinic.example")).await;
    app.wait_until_delivered().await;
    let summary = app.as_pacs().get(SUMMARY).await.expect(200);
    assert_eq!(counts(&summary), [2, 1, 0, 0]);
    let revoke = json!({ "userId": refused.str("userId") });
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    let summary = app.as_pacs().get(SUMMARY).await.expect(200);
    assert_eq!(counts(&summary), [1, 0, 0, 0]);
}

#[tokio::test]
async fn a_count_ends_at_100_and_says_that_there_are_more() {
    let app = App::start_without_mailer().await;
    // With the owner's invitation.
    invite_many(&app, 0, 50).await;
    invite_many(&app, 50, 49).await;
    let summary = app.as_pacs().get(SUMMARY).await.expect(200);
    assert_eq!(summary["open"], json!({ "count": 100, "more": false }));
    invite_many(&app, 99, 1).await;
    let summary = app.as_pacs().get(SUMMARY).await.expect(200);
    assert_eq!(summary["open"], json!({ "count": 100, "more": true }));
    assert_eq!(summary["expired"], json!({ "count": 0, "more": false }), "all were read");
    app.clock.advance(Duration::from_hours(7 * 24));
    invite_many(&app, 100, 3).await;
    let summary = app.as_pacs().get(SUMMARY).await.expect(200);
    assert_eq!(summary["open"], json!({ "count": 3, "more": false }));
    assert_eq!(summary["expired"], json!({ "count": 100, "more": true }));
}

#[tokio::test]
async fn a_count_that_may_not_read_all_says_that_there_may_be_more() {
    let app = App::start_without_mailer().await;
    for n in 0..3 {
        invite_many(&app, n * 50, 50).await;
    }
    let range =
        InvitationRange { statuses: [InvitationStatus::Sent].into(), ..InvitationRange::default() };
    let first = |i: &Invitation| i.details().email.normalized() == "p0@clinic.example";
    let count = async |mut budget: ReadBudget| {
        let [count] = app
            .store()
            .count_invitations(app.clinic(), &range, [&first], &mut budget)
            .await
            .unwrap();
        (count, budget)
    };
    let (all, left) = count(ReadBudget::default()).await;
    assert_eq!(all, InvitationCount { count: 1, more: false });
    assert!(left < ReadBudget::default(), "{left:?}");
    // One read has the newest 100, and the first one is older.
    let (some, left) = count(ReadBudget::of(1)).await;
    assert_eq!((some, left), (InvitationCount { count: 0, more: true }, ReadBudget::of(0)));
    let (none, _) = count(ReadBudget::of(0)).await;
    assert_eq!(none, InvitationCount { count: 0, more: true });
}
