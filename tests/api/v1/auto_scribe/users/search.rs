//! `q` of `GET /v1/autoScribe/users`.

use serde_json::{Value, json};

use crate::support::{App, member, radiologist, with};

fn emails(page: &Value) -> Vec<&str> {
    page["users"].as_array().unwrap().iter().map(|u| u["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_search_finds_the_start_of_any_name_and_of_the_address() {
    let app = App::start().await;
    let emile = with(
        member("boss@clinic.example"),
        json!({ "firstName": "Émile Luc", "middleName": "Ångström", "lastName": "O’Brien" }),
    );
    app.invite_and_confirm(&emile, None).await;
    app.invite_and_confirm(&member("Grace@clinic.example"), None).await;
    app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;

    let (boss, grace, ada) = ("boss@clinic.example", "Grace@clinic.example", "ada@clinic.example");
    for (query, expected) in [
        ("q=EMI", &[boss][..]),
        ("q=luc", &[boss]),
        ("q=angs", &[boss]),
        ("q=obr", &[boss]),
        ("q=emile+luc+o'b", &[boss]),
        ("q=lin", &[grace]),
        ("q=grace@CLINIC", &[grace]),
        ("q=ada+hale", &[ada]),
        ("q=ace", &[]),
        ("q=clinic.example", &[]),
        ("q=ada&level=admin", &[]),
        ("q=ada&canCreateReports=true", &[ada]),
        ("q=ada&email=grace@clinic.example", &[]),
        ("q=", &[ada, grace, boss]),
        ("q=+", &[ada, grace, boss]),
    ] {
        let page = app.as_pacs().get(&format!("/v1/autoScribe/users?{query}")).await.expect(200);
        assert_eq!(emails(&page), expected, "{query}");
    }
}

#[tokio::test]
async fn a_search_continues_under_any_spelling_that_finds_the_same() {
    let app = App::start().await;
    for n in 0..3 {
        app.invite_and_confirm(&member(&format!("p{n}@clinic.example")), None).await;
    }
    let users = "/v1/autoScribe/users?limit=2&q=";
    let page = app.as_pacs().get(&format!("{users}grace")).await.expect(200);
    let cursor = page["cursor"].as_str().unwrap();
    let rest = app.as_pacs().get(&format!("{users}GRACE&cursor={cursor}")).await.expect(200);
    assert_eq!(emails(&rest), ["p0@clinic.example"]);
    let other = format!("{users}lind&cursor={cursor}");
    app.as_pacs().get(&other).await.expect_problem(400, "cursor_invalid");
}

#[tokio::test]
async fn a_page_of_a_search_ends_after_4_mb_even_when_nothing_was_found() {
    let app = App::start().await;
    app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    for n in 0..13 {
        let user = app.invite_and_confirm(&member(&format!("p{n}@clinic.example")), None).await;
        app.enlarge_item(&format!("USER#{}", user["userId"].as_str().unwrap())).await;
    }
    let mut path = "/v1/autoScribe/users?q=ada".to_owned();
    let page = app.as_pacs().get(&path).await.expect(200);
    assert_eq!((emails(&page), &page["hasMore"]), (vec![], &json!(true)), "13 users of 390 KB");
    path = format!("{path}&cursor={}", page["cursor"].as_str().unwrap());
    let page = app.as_pacs().get(&path).await.expect(200);
    assert_eq!((emails(&page), &page["hasMore"]), (vec!["ada@clinic.example"], &json!(false)));

    let filtered = "/v1/autoScribe/users?firstName=ada";
    let page = app.as_pacs().get(filtered).await.expect(200);
    assert_eq!(emails(&page), ["ada@clinic.example"], "other filters have one item at least");
}
