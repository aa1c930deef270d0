//! A review as CSV.

use serde_json::json;

use super::{REVIEW, USERS, boss, pass_hours, start, today};
use crate::support::{TestResponse, dashboard_member, member, with};

/// The cells of a line without quotes.
fn cells(line: &str) -> Vec<&str> {
    line.split(',').collect()
}

fn lines(page: &TestResponse) -> Vec<&str> {
    assert!(page.text.is_empty() || page.text.ends_with("\r\n"));
    page.text.split_terminator("\r\n").collect()
}

/// The cell of a named column.
fn cell<'a>(head: &str, line: &'a str, column: &str) -> &'a str {
    let at = cells(head).iter().position(|name| *name == column).unwrap();
    cells(line)[at]
}

#[tokio::test]
async fn a_line_is_a_person_and_a_period() {
    let app = start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    pass_hours(&app, 3);
    let id = user["userId"].as_str().unwrap();
    let off = json!({ "canManageStudies": false });
    app.as_pacs().patch(&format!("{USERS}/{id}"), &off).await.expect(200);
    pass_hours(&app, 1);
    app.append_events().await;
    let page = boss(&app).await.get(&format!("{REVIEW}?format=csv")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let day = today(&app);
    assert_eq!(page.headers["content-type"], "text/csv; charset=utf-8; header=present");
    let name = format!("attachment; filename=\"access-review-{day}.csv\"");
    assert_eq!(page.headers["content-disposition"], name.as_str());
    assert_eq!(page.headers["cache-control"], "no-store");
    assert!(!page.headers.contains_key("link"));
    let lines = lines(&page);
    let (head, rest) = lines.split_first().unwrap();
    assert!(head.starts_with("kind,id,lastName,firstName,"), "{head}");
    let of: Vec<_> = rest.iter().filter(|line| cell(head, line, "id") == id).collect();
    assert_eq!(of.len(), 2, "{}", page.text);
    for (line, manages) in of.iter().zip(["true", "false"]) {
        assert_eq!(cell(head, line, "kind"), "person");
        assert_eq!(cell(head, line, "canManageStudies"), manages);
        assert_eq!(cell(head, line, "grantedBy"), format!("key:{}", app.api_key_id));
        assert_eq!(cell(head, line, "openViewCount"), "0");
    }
    assert_eq!(cell(head, of[0], "until"), cell(head, of[1], "from"));
    let keys: Vec<_> = rest.iter().filter(|line| cell(head, line, "kind") == "apiKey").collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(cell(head, keys[0], "id"), app.api_key_id);
    assert!(cell(head, keys[0], "lastUsedAt").starts_with(&day));
    assert_eq!(["revokedAt", "revokedBy"].map(|column| cell(head, keys[0], column)), ["", ""]);
    assert!(cell(head, keys[0], "scopes").split(' ').any(|scope| scope == "users:read"));
    assert!(rest.iter().all(|line| cells(line).len() == cells(head).len()));
}

#[tokio::test]
async fn the_next_page_is_in_the_header_link_and_has_no_names_of_columns() {
    let app = start().await;
    for n in 0..3 {
        app.invite_and_confirm(&member(&format!("p{n}@clinic.example")), None).await;
    }
    app.append_events().await;
    let reader = boss(&app).await;
    let first = format!("{REVIEW}?format=csv&limit=2&at={}", today(&app));
    let page = reader.get(&first).await;
    assert_eq!(lines(&page).len(), 4, "{}", page.text);
    let link = page.headers["link"].to_str().unwrap();
    let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    assert!(next.starts_with("/v1/accessReview?at="), "{next}");
    let page = reader.get(next).await;
    assert_eq!(page.headers["content-type"], "text/csv; charset=utf-8; header=absent");
    let lines = lines(&page);
    assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with("person,usr_")));
    assert!(!page.headers.contains_key("link"));
}

#[tokio::test]
async fn no_cell_is_a_formula_and_quotes_hold_commas() {
    let app = start().await;
    let risky = json!({ "suffix1": "=HYPERLINK(1)", "suffix2": "Jr., \"MD\";=1" });
    app.invite_and_confirm(&with(member("+risky@clinic.example"), risky), None).await;
    let wanted = json!({ "description": "@SUM(A1)\u{2028}-1", "scopes": ["users:read"] });
    boss(&app).await.post("/v1/apiKeys", &wanted).await.expect(201);
    app.append_events().await;
    let page = boss(&app).await.get(&format!("{REVIEW}?format=csv")).await;
    for safe in
        [",'=HYPERLINK(1),\"Jr., \"\"MD\"\";'=1\",", ",'+risky@clinic.example,", ",'@SUM(A1)"]
    {
        assert!(page.text.contains(safe), "{safe}: {}", page.text);
    }
}

#[tokio::test]
async fn a_key_shows_who_revoked_it_when() {
    let app = start().await;
    pass_hours(&app, 2);
    let boss = app.open_session(super::BOSS).await;
    let revoke = format!("/v1/apiKeys/{}/revoke", app.api_key_id);
    boss.client.post(&revoke, &json!({})).await.expect(200);
    app.append_events().await;
    let page = boss.client.get(&format!("{REVIEW}?format=csv")).await;
    let lines = lines(&page);
    let key = lines.iter().find(|line| line.starts_with("apiKey,")).unwrap();
    assert_eq!(cell(lines[0], key, "revokedBy"), boss.user_id);
    assert_eq!(cell(lines[0], key, "revokedAt"), cell(lines[0], key, "until"));
}

#[tokio::test]
async fn a_refusal_is_a_problem_in_either_format() {
    let app = start().await;
    let reader = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let page = reader.client.get(&format!("{REVIEW}?format=csv")).await;
    page.expect_problem(403, "forbidden");
    let page = boss(&app).await.get(&format!("{REVIEW}?format=csv")).await;
    page.expect_problem(503, "review_not_ready");
}
