//! `GET /v1/accessReview`.

mod complete;
mod csv;
mod days;
mod kept;
mod keys;
mod lost;
mod paging;
mod people;
mod periods;
mod views;

use std::time::Duration;

use domain::time::Clock as _;
use serde_json::Value;

use crate::support::{App, PASSWORD, TestClient, admin};

const REVIEW: &str = "/v1/accessReview";
const USERS: &str = "/v1/autoScribe/users";
const BOSS: &str = "boss@clinic.example";

/// Starts the service at the begin of a UTC day. The clinic has an admin.
async fn start() -> App {
    let app = App::start_without_mailer().await;
    app.clock.advance_to_full_day();
    app.invite_and_confirm(&admin(BOSS), Some(PASSWORD)).await;
    app
}

/// Moves the clock ahead.
fn pass_hours(app: &App, hours: u64) {
    app.clock.advance(Duration::from_hours(hours));
}

/// The admin of the clinic, who has just signed in.
async fn boss(app: &App) -> TestClient {
    app.open_session(BOSS).await.client
}

/// Reads a review after all records were kept.
async fn review(app: &App, query: &str) -> Value {
    app.append_events().await;
    boss(app).await.get(&format!("{REVIEW}{query}")).await.expect(200)
}

/// The day of the clock, in UTC.
fn today(app: &App) -> String {
    app.clock.now().day().to_string()
}

/// A person of a review.
fn find_person<'a>(review: &'a Value, user: &Value) -> Option<&'a Value> {
    let mut people = review["people"].as_array().unwrap().iter();
    people.find(|person| person["userId"] == *user)
}

/// A person of a review, who must be there.
#[track_caller]
fn person<'a>(review: &'a Value, user: &Value) -> &'a Value {
    find_person(review, user).unwrap_or_else(|| panic!("no {user} in {review}"))
}

/// The hours of the periods of a person.
fn hours(person: &Value) -> Vec<(&str, &str)> {
    let periods = person["periods"].as_array().unwrap().iter();
    periods
        .map(|period| {
            let hour = |time: &str| &period[time].as_str().unwrap()[11..13];
            (hour("from"), hour("until"))
        })
        .collect()
}

/// A member of the periods of a person.
fn each<'a>(person: &'a Value, member: &str) -> Vec<&'a Value> {
    person["periods"].as_array().unwrap().iter().map(|period| &period[member]).collect()
}
