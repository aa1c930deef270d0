//! `GET /v1/events` while a query shows only a part of what a transaction has appended.

use std::time::Duration;

use emulator::DatabaseFault;
use serde_json::{Value, json};

use crate::support::{App, member};

/// A clinic with four events, whose numbers are one transaction's.
async fn start() -> App {
    let app = App::start_with_faults_without_mailer().await;
    append(&app, &["p1", "p2"]).await;
    app
}

async fn append(app: &App, names: &[&str]) {
    for name in names {
        app.as_pacs().invite(&member(&format!("{name}@clinic.example"))).await.expect(201);
    }
    app.append_events().await;
}

fn hide(app: &App, numbers: &[u32]) {
    let keys: Vec<_> = numbers.iter().map(|number| format!("{number:012}")).collect();
    app.hide_from_queries(&keys.iter().map(String::as_str).collect::<Vec<_>>());
}

/// A query for the events after this one.
async fn after(app: &App, number: u32) -> String {
    format!("?after={}", app.cursor_after(number).await)
}

async fn page(app: &App, query: &str) -> Value {
    app.as_pacs().get(&format!("/v1/events{query}")).await.expect(200)
}

fn empty(cursor: &str) -> Value {
    json!({ "events": [], "cursor": cursor, "hasMore": true })
}

#[tokio::test]
async fn a_reader_waits_for_an_event_that_is_not_shown_yet() {
    let app = start().await;
    let (second, after_second) = (app.cursor_after(2).await, after(&app, 2).await);
    for (hidden, query, cursor) in [
        (vec![1], "?after=0", "0"),
        (vec![1], "", "0"),
        (vec![3], &after_second, &second),
        (vec![1, 2, 3, 4], "?after=0", "0"),
        (vec![1, 2, 3, 4], "", "0"),
        (vec![3, 4], &after_second, &second),
    ] {
        hide(&app, &hidden);
        assert_eq!(page(&app, query).await, empty(cursor), "{hidden:?} {query}");
        app.fail_next("TransactGetItems", DatabaseFault::TransactionConflict);
        assert_eq!(page(&app, query).await, empty(cursor), "{hidden:?} {query}, being written");
        app.heal_database();
    }
    assert_eq!(page(&app, "?after=0").await["events"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_page_ends_before_an_event_that_is_not_shown_yet() {
    let app = start().await;
    let second = json!(app.cursor_after(2).await);
    for hidden in [vec![3], vec![3, 4]] {
        hide(&app, &hidden);
        for query in ["", "?after=0"] {
            let page = page(&app, query).await;
            assert_eq!(page["events"].as_array().unwrap().len(), 2, "{hidden:?} {query}");
            assert_eq!((&page["cursor"], &page["hasMore"]), (&second, &json!(true)));
        }
        app.heal_database();
    }
}

#[tokio::test]
async fn a_new_reader_does_not_skip_the_first_event_after_a_quiet_time() {
    let app = start().await;
    app.clock.advance(Duration::from_hours(36 * 24));
    append(&app, &["p3", "p4", "p5"]).await;
    let (fourth, after_fourth) = (app.cursor_after(4).await, after(&app, 4).await);
    for hidden in [vec![5], vec![5, 6]] {
        hide(&app, &hidden);
        assert_eq!(page(&app, "").await, empty(&fourth), "{hidden:?}");
        app.heal_database();
        let events = &page(&app, &after_fourth).await["events"];
        assert_eq!(events.as_array().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn an_expired_event_is_gone_also_if_later_ones_are_not_shown() {
    let app = start().await;
    app.clock.advance(Duration::from_hours(36 * 24));
    append(&app, &["p3"]).await;
    let mut queries = Vec::new();
    for number in 0..=2 {
        queries.push(after(&app, number).await);
    }
    let (after_fourth, fifth) = (after(&app, 4).await, app.cursor_after(5).await);
    hide(&app, &[1, 2, 5]);
    for query in queries {
        let answer = app.as_pacs().get(&format!("/v1/events{query}")).await;
        answer.expect_problem(410, "events_expired");
    }
    app.heal_database();
    assert_eq!(page(&app, &after_fourth).await["cursor"], fifth);
}
