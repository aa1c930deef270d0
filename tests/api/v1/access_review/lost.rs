//! Records that the stream did not bring: a review has them, or it is refused.

use std::time::Duration;

use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject, AuditRecord};
use domain::ids::{AuditId, SessionId, UserId};
use domain::time::{Clock as _, Timestamp};
use runtime::OsEntropy;
use serde_json::{Value, json};
use store::CommitOutcome;

use super::{BOSS, REVIEW, boss, person};
use crate::support::{App, PASSWORD, TestClient, admin, member};

const QUARTER: Duration = Duration::from_mins(15);

/// A clinic since March 1 with an admin and a reader. Every record is kept.
async fn start() -> (App, String) {
    let app = App::start_without_mailer().await;
    app.clock.advance_to("2040-03-01T00:00:00Z");
    app.invite_and_confirm(&admin(BOSS), Some(PASSWORD)).await;
    let reader = app.confirm_reader().await;
    app.append_events().await;
    (app, reader)
}

/// Brings the records of the stream from this place on, as if those before it were done or given up.
async fn append_from(app: &App, first: usize) {
    let records = app.changes_for_events().split_off(first);
    assert_eq!(app.call_events(&records).await["batchItemFailures"], json!([]));
}

/// How many records the stream has had.
fn count(app: &App) -> usize {
    app.changes_for_events().len()
}

async fn read(boss: &TestClient, day: &str) -> Value {
    boss.get(&format!("{REVIEW}?at={day}")).await.expect(200)
}

async fn refused(boss: &TestClient, day: &str) {
    let answer = boss.get(&format!("{REVIEW}?at={day}")).await;
    answer.expect_problem(503, "review_not_ready");
}

async fn keep_again(app: &App) {
    let range = json!({ "clinicId": app.clinic_id, "from": "2040-01-01T00:00:00Z", "to": "2040-02-01T00:00:00Z" });
    let kept = app.try_events(&json!({ "keepReview": range })).await.unwrap();
    assert_eq!(kept, json!({ "kept": 0 }));
}

#[tokio::test]
async fn a_lost_view_refuses_the_review_until_the_next_record_brings_it() {
    let (app, reader) = start().await;
    app.clock.advance_to("2040-03-10T08:00:00Z");
    app.open_view(&reader).await;
    app.clock.advance_to("2040-03-12T08:00:00Z");
    let lost = count(&app);
    let boss = boss(&app).await;
    app.clock.advance(QUARTER);
    for day in ["2040-03-10", "2040-03-11", "2040-03-12"] {
        refused(&boss, day).await;
    }
    read(&boss, "2040-03-09").await;
    append_from(&app, lost).await;
    for (day, views) in [("2040-03-10", 1), ("2040-03-11", 0)] {
        let found = read(&boss, day).await;
        let reader = person(&found, &json!(reader));
        assert_eq!(reader["openViewCount"], views, "{day}");
        assert_eq!(reader["lastViewOn"], "2040-03-10", "{day}");
    }
}

#[tokio::test]
async fn lost_records_of_months_come_with_the_next_one() {
    let (app, reader) = start().await;
    app.clock.advance_to("2040-03-31T22:00:00Z");
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    app.clock.advance_to("2040-05-31T22:00:00Z");
    app.open_view(&reader).await;
    let lost = count(&app);
    app.clock.advance_to("2040-07-20T00:00:00Z");
    let boss = boss(&app).await;
    append_from(&app, lost).await;
    person(&read(&boss, "2040-03-31").await, &user["userId"]);
    let found = read(&boss, "2040-06-15").await;
    assert_eq!(person(&found, &json!(reader))["lastViewOn"], "2040-05-31");
}

#[tokio::test]
async fn the_operator_heals_reviews_of_the_end_of_a_month() {
    let (app, reader) = start().await;
    app.clock.advance_to("2040-03-31T20:00:00Z");
    app.open_view(&reader).await;
    app.clock.advance_to("2040-04-20T00:00:00Z");
    let boss = boss(&app).await;
    app.clock.advance(QUARTER);
    refused(&boss, "2040-03-31").await;
    keep_again(&app).await;
    for (day, views) in [("2040-03-31", 1), ("2040-04-20", 0)] {
        let found = read(&boss, day).await;
        assert_eq!(person(&found, &json!(reader))["openViewCount"], views);
    }
}

/// A record of a sign-in that was made before another one and committed after it.
#[tokio::test]
async fn a_record_that_was_committed_late_and_lost_refuses_the_review() {
    let (app, reader) = start().await;
    app.clock.advance_to("2040-03-10T08:00:00Z");
    let late = app.clock.now();
    app.clock.advance(Duration::from_secs(5));
    let boss = boss(&app).await;
    app.append_events().await;
    app.clock.advance(QUARTER);
    read(&boss, "2040-03-10").await;
    let actor = Actor::User(UserId::parse(&reader).unwrap());
    let session = AuditObject::Session(SessionId::new(late, &OsEntropy));
    let record = app.operator_record(AuditAction::SessionStarted, session);
    let record = AuditRecord { id: AuditId::new(late, &OsEntropy), at: late, actor, ..record };
    let committed = app.store().transaction(&record).unwrap().commit().await;
    assert_eq!(committed.unwrap(), CommitOutcome::Committed);
    refused(&boss, "2040-03-10").await;
    read(&boss, "2040-03-09").await;
    keep_again(&app).await;
    let found = read(&boss, "2040-03-10").await;
    assert_eq!(person(&found, &json!(reader))["lastSignInOn"], "2040-03-10");
}

#[tokio::test]
async fn thousands_of_lost_records_come_in_parts() {
    let (app, _) = start().await;
    app.clock.advance_to("2040-03-12T08:00:00Z");
    let first = Timestamp::parse("2040-03-10T08:00:00Z").unwrap();
    app.add_sign_ins(first, 1100).await;
    let lost = count(&app);
    let other = boss(&app).await;
    append_from(&app, lost).await;
    app.clock.advance(QUARTER);
    refused(&other, "2040-03-12").await;
    let lost = count(&app);
    let boss = boss(&app).await;
    append_from(&app, lost).await;
    for day in ["2040-03-10", "2040-03-12"] {
        read(&boss, day).await;
    }
}
