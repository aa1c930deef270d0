//! A list of audit records reads its time range only, however many others the month has.

use std::time::Duration;

use domain::time::Timestamp;
use store::{AuditRange, PageRequest};

use crate::support::{App, PASSWORD, admin};

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// A clinic with an admin since March 1, on the last day of March.
async fn start() -> App {
    let app = App::start_with_faults_without_mailer().await;
    app.clock.advance_to("2040-03-01T00:00:00Z");
    app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    app.clock.advance_to("2040-03-31T00:00:00Z");
    app
}

/// How often a request queries the table, and the units of that.
async fn queries(app: &App, path: &str) -> (Option<u64>, String) {
    let boss = app.open_session("boss@clinic.example").await.client;
    app.append_events().await;
    app.reset_units();
    boss.get(path).await.expect(200);
    let calls = app.calls_made();
    let count = calls.iter().find(|(operation, _)| *operation == "Query").map(|(_, count)| *count);
    (count, app.units_of("Query"))
}

#[tokio::test]
async fn an_early_day_costs_the_same_in_a_busy_month() {
    let app = start().await;
    app.add_sign_ins(time("2040-03-02T09:00:00Z"), 3).await;
    let paths = [
        "/v1/accessReview?at=2040-03-02",
        "/v1/auditEvents?endDate=2040-03-02",
        "/v1/auditEvents?startDate=2040-03-02&endDate=2040-03-02",
    ];
    let mut before = Vec::new();
    for path in paths {
        before.push(queries(&app, path).await);
    }
    app.add_sign_ins(time("2040-03-20T09:00:00Z"), 300).await;
    for (path, before) in paths.iter().zip(before) {
        assert_eq!(queries(&app, path).await, before, "{path}");
    }
}

#[tokio::test]
async fn a_late_day_costs_the_same_in_a_busy_month() {
    let app = start().await;
    let path = "/v1/auditEvents?startDate=2040-03-25&endDate=2040-03-26";
    app.add_sign_ins(time("2040-03-25T09:00:00Z"), 3).await;
    let before = queries(&app, path).await;
    app.add_sign_ins(time("2040-03-20T09:00:00Z"), 300).await;
    assert_eq!(queries(&app, path).await, before);
}

#[tokio::test]
async fn a_range_has_both_of_its_ends_in_each_month() {
    let app = start().await;
    let first = time("2040-02-29T23:59:58Z");
    app.add_sign_ins(first, 4).await;
    let second = |n| first.plus(Duration::from_secs(n));
    for (from, to, expected) in [(0, 3, 4), (1, 2, 2), (2, 2, 1), (4, 9, 0), (3, 1, 0)] {
        let range = AuditRange { from: second(from), to: second(to) };
        let by_user =
            |record: &domain::audit::AuditRecord| record.actor.to_string().starts_with("usr_07");
        let request = PageRequest::new(10, None);
        let page = app.store().list_audit_records(app.clinic(), range, request, by_user).await;
        assert_eq!(page.unwrap().items.len(), expected, "{from} to {to}");
    }
}
