//! `GET /v1/access`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, EPHEMERAL, study};

const PATH: &str = "/v1/access";

async fn list_ids(app: &App, query: &str) -> Vec<String> {
    let page = app.as_pacs().get(&format!("{PATH}{query}")).await.expect(200);
    let ids = page["access"].as_array().unwrap().iter();
    ids.map(|one| one["accessId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_access_shows_its_user_study_and_status() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let link = app.issue_link(&reader).await;
    let page = app.as_pacs().get(PATH).await.expect(200);
    let one = &page["access"][0];
    let expected = json!({
        "accessId": link.access_id, "status": "issued", "mode": "dictation", "userId": reader,
        "study": { "studyId": study(1) }, "retrievalId": null, "issuedByUserId": null,
        "issuedByApiKeyId": app.api_key_id, "openedAt": null, "viewExpiresAt": null, "revokedAt": null,
        "createdAt": one["createdAt"], "linkExpiresAt": one["linkExpiresAt"],
    });
    assert_eq!(*one, expected);
    assert!(!page.to_string().contains(&link.token));
    app.open_link(&link).await;
    let one = app.as_pacs().get(PATH).await.expect(200)["access"][0].clone();
    assert_eq!(one["status"], "open");
    assert!(one["openedAt"].is_string() && one["viewExpiresAt"].is_string());
    app.end_access(&json!({ "accessId": link.access_id })).await.expect(200);
    let one = app.as_pacs().get(PATH).await.expect(200)["access"][0].clone();
    assert_eq!((&one["status"], one["revokedAt"].is_string()), (&json!("revoked"), true));
}

#[tokio::test]
async fn accesses_are_filtered_and_listed_newest_first_in_pages() {
    let app = App::start().await;
    let (ada, ken) = (app.confirm_reader().await, app.confirm_second_reader().await);
    let mut of_ada = Vec::new();
    for _ in 0..5 {
        app.clock.advance(Duration::from_millis(5));
        of_ada.insert(0, app.issue_link(&ada).await.access_id);
    }
    let of_ken = app.issue_link(&ken).await;
    let nobody = app.as_pacs().post(EPHEMERAL, &json!({ "retrievalId": "x" })).await;
    assert_eq!(list_ids(&app, "").await.len(), 7);
    assert_eq!(list_ids(&app, &format!("?userId={ada}")).await, of_ada);
    let of_user = list_ids(&app, &format!("?userId={ken}")).await;
    assert_eq!((of_user.len(), &of_user[0]), (1, &of_ken.access_id));
    let mut paged = Vec::new();
    let mut query = format!("?userId={ada}&limit=2");
    loop {
        let page = app.as_pacs().get(&format!("{PATH}{query}")).await.expect(200);
        let items = page["access"].as_array().unwrap();
        paged.extend(items.iter().map(|one| one["accessId"].as_str().unwrap().to_owned()));
        let Value::String(cursor) = &page["cursor"] else {
            break;
        };
        assert_eq!(page["hasMore"], true);
        query = format!("?userId={ada}&limit=2&cursor={cursor}");
    }
    assert_eq!(paged, of_ada);
    app.open_link(&of_ken).await;
    app.clock.advance(Duration::from_mins(1));
    assert_eq!(list_ids(&app, "?active=true").await, [of_ken.access_id]);
    let mut over = of_ada;
    over.insert(0, nobody.str("accessId"));
    assert_eq!(list_ids(&app, "?active=false").await, over);
}

#[tokio::test]
async fn another_clinics_accesses_are_not_listed_and_invalid_parameters_are_refused() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    app.issue_link(&reader).await;
    let elsewhere = app.create_other_clinic().await;
    for query in ["", &format!("?userId={reader}")] {
        let page = elsewhere.get(&format!("{PATH}{query}")).await.expect(200);
        assert_eq!(page, json!({ "access": [], "cursor": null, "hasMore": false }));
    }
    for (query, status, code) in [
        ("?active=maybe", 422, "wrong_type"),
        ("?userId=x", 422, "id_invalid"),
        ("?status=open", 400, "unknown_parameter"),
        ("?cursor=x", 400, "cursor_invalid"),
        ("?limit=0", 422, "limit_range"),
    ] {
        let answer = app.as_pacs().get(&format!("{PATH}{query}")).await;
        answer.expect_problem(status, code);
    }
}
