//! `POST /v1/autoScribe/users/batch`.

use serde_json::{Value, json};

use crate::support::{App, member, with};

const PATH: &str = "/v1/autoScribe/users/batch";

#[tokio::test]
async fn each_item_succeeds_or_fails_on_its_own() {
    let app = App::start().await;
    app.as_pacs()
        .invite(&with(member("taken@clinic.example"), json!({"suffix1": "Jr."})))
        .await
        .expect(201);
    let users = json!([
        member("a@clinic.example"),
        with(member("b@clinic.example"), json!({"level": "owner"})),
        7,
        member("taken@clinic.example"),
        member("c@clinic.example"),
    ]);
    let answer = app.as_pacs().post(PATH, &json!({ "users": users })).await.expect(207);
    let results = answer["results"].as_array().unwrap();
    let outcome = |r: &Value| (r["index"].clone(), r["status"].clone(), r["error"]["code"].clone());
    let outcomes: Vec<_> = results.iter().map(outcome).collect();
    assert_eq!(
        outcomes,
        [
            (json!(0), json!(201), Value::Null),
            (json!(1), json!(422), json!("owner_not_assignable")),
            (json!(2), json!(422), json!("wrong_type")),
            (json!(3), json!(409), json!("already_invited")),
            (json!(4), json!(201), Value::Null),
        ]
    );
    assert!(results[0]["user"]["invitationId"].is_string() && results[0].get("error").is_none());
    app.wait_for_emails("a@clinic.example", 1).await;
    app.wait_for_emails("c@clinic.example", 1).await;
}

#[tokio::test]
async fn a_batch_has_1_to_50_users() {
    let app = App::start().await;
    let users = |n: usize| json!({"users": (0..n).map(|i| member(&format!("p{i}@clinic.example"))).collect::<Vec<_>>()});
    let answer = app.as_pacs().post(PATH, &users(50)).await.expect(207);
    let results = answer["results"].as_array().unwrap();
    assert!(results.len() == 50 && results.iter().all(|r| r["status"] == 201));
    for wrong in [users(0), users(51), json!({}), json!({"users": "x"}), json!({"users": null})] {
        app.as_pacs().post(PATH, &wrong).await.expect_problem(422, "users_count");
    }
    app.as_pacs()
        .post(PATH, &with(users(1), json!({"user": []})))
        .await
        .expect_problem(422, "unknown_field");
}

#[tokio::test]
async fn a_repeated_batch_gets_the_first_answer() {
    let app = App::start().await;
    let body = json!({"users": [member("a@clinic.example"), member("b@clinic.example")]});
    let first = app.as_pacs().post(PATH, &body).await.expect(207);
    assert_eq!(app.as_pacs().post(PATH, &body).await.expect(207), first);
}

#[tokio::test]
async fn one_address_twice_in_a_batch_is_invited_once() {
    let app = App::start().await;
    let other = with(member("a@clinic.example"), json!({"lastName": "Other"}));
    let body = json!({"users": [member("a@clinic.example"), other]});
    let answer = app.as_pacs().post(PATH, &body).await.expect(207);
    let mut statuses: Vec<_> =
        answer["results"].as_array().unwrap().iter().map(|r| r["status"].as_u64()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [Some(201), Some(409)]);
}
