//! The views that people had open.

use serde_json::{Value, json};

use super::{USERS, boss, find_person, pass_hours, person, review, start, today};
use crate::support::{App, VIEWER_ONLY, ViewerLink, study};

async fn open_reading_view(app: &App, user: &str, n: u32) -> ViewerLink {
    let body = json!({ "userId": user, "studyId": study(n) });
    let link = ViewerLink::from_response(&app.as_pacs().post(VIEWER_ONLY, &body).await);
    app.redeem(&link.token).await.expect(200);
    link
}

fn views(of: &Value) -> Vec<(&Value, &Value)> {
    let views = of["openViews"].as_array().unwrap().iter();
    views.map(|view| (&view["accessId"], &view["mode"])).collect()
}

#[tokio::test]
async fn views_that_were_open_on_the_day_are_listed_with_their_issuer() {
    let app = start().await;
    let reader = app.confirm_reader().await;
    let links = [app.issue_link(&reader).await, open_reading_view(&app, &reader, 2).await];
    app.open_link(&links[0]).await;
    // Neither a link that was never opened nor one that was revoked before is a view.
    app.issue_link(&reader).await;
    let unopened = app.issue_link(&reader).await;
    app.end_access(&json!({ "accessId": unopened.access_id })).await.expect(200);
    app.end_access(&json!({ "accessId": links[1].access_id })).await.expect(200);
    let found = review(&app, "").await;
    let ada = person(&found, &json!(reader));
    assert_eq!(ada["openViewCount"], 2);
    let (first, second) = (json!(links[0].access_id), json!(links[1].access_id));
    let (dictation, reading) = (json!("dictation"), json!("viewer_only"));
    assert_eq!(views(ada), [(&first, &dictation), (&second, &reading)], "the last opened first");
    let view = &ada["openViews"][0];
    assert_eq!(view["issuedBy"], format!("key:{}", app.api_key_id));
    assert_eq!(view["issuedByName"], "First key");
    assert_eq!(view.as_object().unwrap().len(), 6, "no study");
    let ended = |at: usize| ada["openViews"][at]["endsAt"].as_str().unwrap();
    assert!(ended(0) > found["until"].as_str().unwrap(), "it is still open");
    assert!(ended(1) <= found["until"].as_str().unwrap(), "it was revoked");
}

#[tokio::test]
async fn a_view_over_midnight_is_open_on_both_days() {
    let app = start().await;
    let reader = app.confirm_reader().await;
    pass_hours(&app, 23);
    app.clock.advance(std::time::Duration::from_mins(30));
    let first = today(&app);
    app.open_view(&reader).await;
    pass_hours(&app, 2);
    let count = |found: &Value| person(found, &json!(reader))["openViewCount"].clone();
    assert_eq!(count(&review(&app, &format!("?at={first}")).await), 1);
    let found = review(&app, "").await;
    assert_ne!(found["at"], first.as_str());
    assert_eq!(count(&found), 1);
    assert_eq!(person(&found, &json!(reader))["lastViewOn"], first.as_str());
    app.clock.advance_to_full_day();
    assert_eq!(count(&review(&app, "").await), 0);
}

#[tokio::test]
async fn a_deactivation_ends_the_views() {
    let app = start().await;
    let reader = app.confirm_reader().await;
    app.open_view(&reader).await;
    let body = json!({ "userId": reader });
    let revoke = format!("{USERS}/revoke-access");
    boss(&app).await.post(&revoke, &body).await.expect(200);
    let found = review(&app, "").await;
    let ada = person(&found, &json!(reader));
    assert_eq!(ada["openViews"][0]["endsAt"], ada["periods"][0]["until"]);
}

#[tokio::test]
async fn a_revoked_key_ends_the_views_that_it_issued() {
    let app = start().await;
    let reader = app.confirm_reader().await;
    app.open_view(&reader).await;
    app.clock.advance(std::time::Duration::from_mins(10));
    let revoke = format!("/v1/apiKeys/{}/revoke", app.api_key_id);
    boss(&app).await.post(&revoke, &json!({})).await.expect(200);
    let found = review(&app, "").await;
    let revoked_at = &found["apiKeys"][0]["revokedAt"];
    assert!(revoked_at.is_string());
    assert_eq!(&person(&found, &json!(reader))["openViews"][0]["endsAt"], revoked_at);
    // The page with the reader has no keys.
    let first = review(&app, "?limit=1").await;
    let cursor = first["cursor"].as_str().unwrap().to_owned();
    let second = review(&app, &format!("?limit=1&cursor={cursor}")).await;
    let pages = [first, second];
    let found = pages.iter().find_map(|page| find_person(page, &json!(reader)));
    assert_eq!(&found.unwrap()["openViews"][0]["endsAt"], revoked_at);
}

#[tokio::test]
async fn more_than_50_views_are_counted() {
    let app = start().await;
    let reader = app.confirm_reader().await;
    for n in 0..52 {
        open_reading_view(&app, &reader, n).await;
    }
    let found = review(&app, "").await;
    let ada = person(&found, &json!(reader));
    assert_eq!((views(ada).len(), &ada["openViewCount"]), (50, &json!(52)));
}
