//! `GET /v1/autoScribe/users`.

use serde_json::{Value, json};

use crate::support::{App, member, radiologist, with};

async fn list_emails(app: &App, query: &str) -> Vec<String> {
    let page = app.as_pacs().get(&format!("/v1/autoScribe/users{query}")).await.expect(200);
    page["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| u["email"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_filter_narrows_the_list() {
    let app = App::start().await;
    let password = Some("lantern-gravel-otter");
    let admin = with(
        member("boss@clinic.example"),
        json!({
            "firstName": "Émile", "lastName": "Boss", "level": "admin", "hasDashboardAccess": true,
        }),
    );
    app.invite_and_confirm(&admin, password).await;
    app.invite_and_confirm(&member("Grace@clinic.example"), None).await;
    app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    app.as_pacs().invite(&member("pending@clinic.example")).await.expect(201);

    let (boss, grace, ada) = ("boss@clinic.example", "Grace@clinic.example", "ada@clinic.example");
    for (query, expected) in [
        ("", &[ada, grace, boss][..]),
        ("?canCreateReports=true", &[ada]),
        ("?canCreateReports=false", &[grace, boss]),
        ("?email=GRACE@clinic.example", &[grace]),
        ("?email=pending@clinic.example", &[]),
        ("?email=nobody@clinic.example", &[]),
        ("?firstName=RAC", &[grace]),
        ("?firstName=%C3%89MI", &[boss]),
        ("?lastName=al", &[ada]),
        ("?invitedSource=api", &[ada, grace, boss]),
        ("?invitedSource=dashboard", &[]),
        ("?level=admin", &[boss]),
        ("?level=owner", &[]),
        ("?status=active", &[ada, grace, boss]),
        ("?status=deactivated", &[]),
        ("?assignable=true", &[ada]),
        ("?assignable=false&level=member", &[grace]),
        ("?email=GRACE@clinic.example&level=admin", &[]),
        ("?level=", &[ada, grace, boss]),
    ] {
        assert_eq!(list_emails(&app, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn pages_are_full_newest_first_and_follow_the_cursor() {
    let app = App::start().await;
    for n in 0..7 {
        app.invite_and_confirm(&member(&format!("p{n}@clinic.example")), None).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for size in [3, 3, 1] {
        let page =
            app.as_pacs().get(&format!("/v1/autoScribe/users?limit=3{cursor}")).await.expect(200);
        let users = page["users"].as_array().unwrap();
        assert_eq!(users.len(), size);
        seen.extend(users.iter().map(|u| u["email"].as_str().unwrap().to_owned()));
        assert_eq!(page["hasMore"], size == 3);
        cursor = format!("&cursor={}", page["cursor"].as_str().unwrap_or_default());
    }
    let expected: Vec<_> = (0..7).rev().map(|n| format!("p{n}@clinic.example")).collect();
    assert_eq!((seen, cursor), (expected, "&cursor=".to_owned()));
}

#[tokio::test]
async fn a_cursor_of_another_clinic_route_or_filter_is_refused() {
    let app = App::start().await;
    for n in 0..3 {
        app.invite_and_confirm(&member(&format!("p{n}@clinic.example")), None).await;
    }
    let page = app.as_pacs().get("/v1/autoScribe/users?limit=1&level=member").await.expect(200);
    let cursor = page["cursor"].as_str().unwrap();
    app.as_pacs()
        .get(&format!("/v1/autoScribe/users?limit=2&level=member&cursor={cursor}"))
        .await
        .expect(200);
    for path in [
        format!("/v1/autoScribe/users?cursor={cursor}"),
        format!("/v1/autoScribe/users?level=admin&cursor={cursor}"),
        format!("/v1/autoScribe/users/invitations?cursor={cursor}"),
        "/v1/autoScribe/users?cursor=nonsense".to_owned(),
    ] {
        app.as_pacs().get(&path).await.expect_problem(400, "cursor_invalid");
    }
    let path = format!("/v1/autoScribe/users?level=member&cursor={cursor}");
    app.create_other_clinic().await.get(&path).await.expect_problem(400, "cursor_invalid");
}

#[tokio::test]
async fn an_invalid_or_unknown_parameter_lists_no_users() {
    let app = App::start().await;
    for (query, status, code) in [
        ("limit=0", 422, "limit_range"),
        ("limit=101", 422, "limit_range"),
        ("limit=x", 422, "limit_range"),
        ("level=boss", 422, "level_unknown"),
        ("status=gone", 422, "status_unknown"),
        ("canCreateReports=yes", 422, "wrong_type"),
        ("email=nobody", 422, "email_invalid"),
        ("invitedSource=mail", 422, "invited_source_unknown"),
        ("lvl=admin", 400, "unknown_parameter"),
        ("level=admin&level=member", 400, "repeated_parameter"),
    ] {
        app.as_pacs()
            .get(&format!("/v1/autoScribe/users?{query}"))
            .await
            .expect_problem(status, code);
    }
    let answer = app.as_pacs().get("/v1/autoScribe/users?limit=0&level=boss&x=1").await;
    assert_eq!(
        answer.expect(400)["errors"].as_array().map(Vec::len),
        Some(3),
        "all errors at once"
    );
    let page = app.as_pacs().get("/v1/autoScribe/users?limit=50.0").await.expect(200);
    assert_eq!(page, json!({"users": Value::Array(vec![]), "cursor": null, "hasMore": false}));
}
