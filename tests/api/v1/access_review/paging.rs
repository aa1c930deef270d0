//! The pages of a review.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{REVIEW, USERS, boss, pass_hours, start, today};
use crate::support::{TestClient, member};

/// Reads all pages. Returns the number of people on each, and their ids.
async fn walk(reader: &TestClient, query: &str) -> (Vec<usize>, BTreeSet<String>) {
    let (mut sizes, mut ids, mut cursor) = (Vec::new(), BTreeSet::new(), String::new());
    loop {
        let page = reader.get(&format!("{REVIEW}?{query}{cursor}")).await.expect(200);
        let first = cursor.is_empty();
        assert_eq!(page.get("apiKeys").is_some(), first, "only the first page has the API keys");
        let people = page["people"].as_array().unwrap();
        let before = ids.len();
        ids.extend(people.iter().map(|one| one["userId"].as_str().unwrap().to_owned()));
        assert_eq!(ids.len(), before + people.len(), "no one comes twice");
        sizes.push(people.len());
        assert_eq!(page["hasMore"], !page["cursor"].is_null());
        let Some(next) = page["cursor"].as_str() else { return (sizes, ids) };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn pages_hold_each_person_once() {
    let app = start().await;
    let mut users = Vec::new();
    for n in 0..6 {
        let user = app.invite_and_confirm(&member(&format!("p{n}@clinic.example")), None).await;
        users.push(user["userId"].clone());
    }
    let day = today(&app);
    app.clock.advance_to_full_day();
    // These could do nothing on the second day.
    for gone in &users[2..5] {
        let body = json!({ "userId": gone });
        app.as_pacs().post(&format!("{USERS}/revoke-access"), &body).await.expect(200);
    }
    app.clock.advance_to_full_day();
    pass_hours(&app, 1);
    app.append_events().await;
    let reader = boss(&app).await;
    let (sizes, ids) = walk(&reader, &format!("at={day}&limit=2")).await;
    assert_eq!((sizes, ids.len()), (vec![2, 2, 2, 1], 7), "six people and the admin");
    let (sizes, ids) = walk(&reader, "limit=2").await;
    assert_eq!((sizes, ids.len()), (vec![2, 2], 4), "a page is filled with people who count");
    assert_eq!(walk(&reader, "limit=1000").await, (vec![4], ids));
}

#[tokio::test]
async fn a_cursor_continues_only_the_same_day_in_the_same_time_zone() {
    let app = start().await;
    app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    app.append_events().await;
    let (day, reader) = (today(&app), boss(&app).await);
    let first: Value = reader.get(&format!("{REVIEW}?limit=1")).await.expect(200);
    let cursor = first["cursor"].as_str().unwrap();
    let next = format!("{REVIEW}?cursor={cursor}");
    reader.get(&next).await.expect(200);
    reader.get(&format!("{next}&at={day}")).await.expect(200);
    app.clock.advance_to_full_day();
    let reader = boss(&app).await;
    reader.get(&next).await.expect_problem(400, "cursor_invalid");
    reader.get(&format!("{next}&at={day}&limit=5")).await.expect(200);
    let zone = json!({ "timeZone": "America/Chicago" });
    reader.patch("/v1/clinic", &zone).await.expect(200);
    let refused = reader.get(&format!("{next}&at={day}")).await;
    refused.expect_problem(400, "cursor_invalid");
}
