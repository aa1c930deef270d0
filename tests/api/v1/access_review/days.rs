//! The day of a review.

use serde_json::json;

use super::{REVIEW, USERS, boss, each, find_person, person, review, start, today};
use crate::support::{App, member};

/// The clinic is in Chicago, where 2040-03-11 has 23 hours.
async fn start_in_chicago() -> App {
    let app = Box::pin(start()).await;
    let zone = json!({ "timeZone": "America/Chicago" });
    boss(&app).await.patch("/v1/clinic", &zone).await.expect(200);
    app
}

#[tokio::test]
async fn a_day_follows_the_clinics_time_zone_when_clocks_change() {
    let app = start_in_chicago().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let path = format!("{USERS}/{}", user["userId"].as_str().unwrap());
    for (time, manages) in [
        ("2040-03-11T05:59:00Z", false),
        ("2040-03-11T06:01:00Z", true),
        ("2040-03-12T04:59:00Z", false),
        ("2040-03-12T05:01:00Z", true),
    ] {
        app.clock.advance_to(time);
        let change = json!({ "canManageStudies": manages });
        app.as_pacs().patch(&path, &change).await.expect(200);
    }
    app.clock.advance_to("2040-03-12T06:30:00Z");
    let found = review(&app, "?at=2040-03-11").await;
    assert_eq!(
        [&found["from"], &found["until"], &found["timeZone"]],
        ["2040-03-11T06:00:00.000Z", "2040-03-12T05:00:00.000Z", "America/Chicago"]
    );
    let grace = person(&found, &user["userId"]);
    assert_eq!(each(grace, "canManageStudies"), [false, true, false]);
    assert_eq!(
        (each(grace, "from")[0], each(grace, "until")[2]),
        (&found["from"], &found["until"])
    );
    let today = review(&app, "").await;
    assert_eq!((&today["at"], &today["from"]), (&json!("2040-03-12"), &found["until"]));
    assert_eq!(each(person(&today, &user["userId"]), "canManageStudies"), [false, true]);
    let before = review(&app, "?at=2040-03-10").await;
    assert_eq!(before["until"], found["from"]);
    assert_eq!(each(person(&before, &user["userId"]), "canManageStudies"), [true, false]);
}

#[tokio::test]
async fn uses_count_on_the_days_of_the_time_zone() {
    let app = start_in_chicago().await;
    app.clock.advance_to("2040-03-11T05:30:00Z");
    let reader = app.confirm_reader().await;
    app.open_view(&reader).await;
    app.clock.advance_to("2040-03-11T07:00:00Z");
    let seen = |of: &serde_json::Value| person(of, &json!(reader))["lastViewOn"].clone();
    assert_eq!(seen(&review(&app, "").await), "2040-03-10");
    app.open_view(&reader).await;
    assert_eq!(seen(&review(&app, "").await), "2040-03-11");
    assert_eq!(seen(&review(&app, "?at=2040-03-10").await), "2040-03-10");
}

#[tokio::test]
async fn a_day_of_an_earlier_year_is_found() {
    let app = start().await;
    app.clock.advance_to("2040-03-11T07:00:00Z");
    let reader = app.confirm_reader().await;
    app.open_view(&reader).await;
    app.clock.advance_to("2043-01-02T07:00:00Z");
    let found = review(&app, "").await;
    assert_eq!(person(&found, &json!(reader))["lastViewOn"], "2040-03-11");
    let other = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let found = review(&app, "?at=2043-01-01").await;
    assert_eq!(find_person(&found, &other["userId"]), None);
}

#[tokio::test]
async fn a_day_that_cannot_be_reviewed_is_a_400() {
    let app = start().await;
    app.append_events().await;
    let reader = boss(&app).await;
    let day = today(&app);
    for (query, status, code) in [
        ("at=yesterday", 400, "date_invalid"),
        ("at=2040-02-30", 400, "date_invalid"),
        ("at=2026-11-24T00:00:00Z", 400, "date_invalid"),
        ("at=2020-01-01", 400, "date_out_of_range"),
        ("at=9999-12-31", 400, "date_out_of_range"),
        ("at=0000-01-01", 400, "date_out_of_range"),
        ("format=xlsx", 422, "format_unknown"),
        ("limit=0", 422, "limit_range"),
        ("limit=1001", 422, "limit_range"),
        ("cursor=x", 400, "cursor_invalid"),
        ("at=&at=", 400, "repeated_parameter"),
        ("day=2026-11-24", 400, "unknown_parameter"),
    ] {
        let refused = reader.get(&format!("{REVIEW}?{query}")).await;
        let problem = refused.expect_problem(status, code);
        if code == "date_out_of_range" {
            assert!(problem["detail"].as_str().unwrap().contains(&day), "{problem}");
        }
    }
    assert_eq!(reader.get(&format!("{REVIEW}?at=&limit=")).await.expect(200)["at"], day.as_str());
}
