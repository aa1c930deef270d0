//! Someone with a clinic's API key uses its invitations to send email to strangers.

use std::time::Duration;

use domain::time::Clock as _;
use serde_json::json;

use crate::support::{App, PASSWORD, dashboard_member, member, with};

/// Counts invitation emails of the clinic, as `mailer` does, and lets the remembered count expire.
async fn count_sent(app: &App, emails: usize) {
    for _ in 0..emails {
        let counted = app.store().count_sent_invitation(app.clinic(), app.clock.now().day());
        counted.await.unwrap();
    }
    app.clock.advance(Duration::from_mins(1));
}

#[tokio::test]
async fn a_clinic_sends_500_invitation_emails_a_day_at_most() {
    let app = App::start().await;
    // The owner's invitation counts for the day before.
    app.wait_until_delivered().await;
    app.clock.advance_to_full_day();
    let first = app.as_pacs().invite(&member("first@clinic.example")).await;
    first.expect(201);
    app.wait_until_delivered().await;
    // The one above is the first of the day.
    count_sent(&app, 498).await;
    app.as_pacs().invite(&member("grace@clinic.example")).await.expect(201);
    app.wait_until_delivered().await;
    // The count may be a minute old.
    app.as_pacs().invite(&member("late@clinic.example")).await.expect(201);
    app.clock.advance(Duration::from_mins(1));
    let refused = app.as_pacs().invite(&member("ada@clinic.example")).await;
    refused.expect_problem(429, "invitation_quota");
    let id = first.str("invitationId");
    let resend = format!("/v1/autoScribe/users/invitations/{id}/resend");
    let refused = app.as_pacs().post(&resend, &json!({})).await;
    refused.expect_problem(429, "invitation_quota");
    let batch = json!({"users": [member("b1@clinic.example"), {"email": "b2"}]});
    let results = app.as_pacs().post("/v1/autoScribe/users/batch", &batch).await.expect(207);
    assert_eq!(results["results"][0]["status"], 429);
    assert_eq!(results["results"][0]["error"]["code"], "invitation_quota");
    assert_eq!(results["results"][1]["status"], 422);
    // A repeat sends nothing, and neither does the conflict of an address.
    let repeat = app.as_pacs().invite(&member("late@clinic.example")).await.expect(201);
    assert_eq!(repeat["email"], "late@clinic.example");
    let other = with(member("late@clinic.example"), json!({"lastName": "Other"}));
    app.as_pacs().invite(&other).await.expect_problem(409, "already_invited");
    // Another clinic has a quota of its own, and the next day a new one.
    let elsewhere = app.create_other_clinic().await;
    elsewhere.invite(&member("ada@clinic.example")).await.expect(201);
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    app.clock.advance(Duration::from_secs(wait));
    app.as_pacs().invite(&member("ada@clinic.example")).await.expect(201);
}

#[tokio::test]
async fn other_emails_do_not_use_up_the_quota() {
    let app = App::start().await;
    // The owner's invitation counts for the day before.
    app.wait_until_delivered().await;
    app.clock.advance_to_full_day();
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    app.request_reset_token("grace@clinic.example").await;
    let day = app.clock.now().day();
    let found = app.store().load_clinic_and_sent_count(app.clinic(), day).await.unwrap();
    let sent = found.unwrap().1;
    // An invitation that is accepted before its email goes out sends none.
    assert!(sent <= 1, "{sent}");
}

#[tokio::test]
async fn a_phone_number_does_not_fit_into_a_name() {
    let app = App::start().await;
    for name in ["Call 415 555 0132", "Win 10000 USD"] {
        let person = with(member("ada@clinic.example"), json!({"firstName": name}));
        app.as_pacs().invite(&person).await.expect_problem(422, "name_digits");
    }
    let third = with(member("ada@clinic.example"), json!({"firstName": "Ada 3rd"}));
    app.as_pacs().invite(&third).await.expect(201);
}
