//! `POST /v1/apiKeys`.

use serde_json::json;

use crate::support::{App, admin};

#[tokio::test]
async fn the_secret_of_a_key_is_shown_once_and_never_stored() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let wanted = json!({
        "description": " Harbor PACS ", "scopes": ["users:read", "access:issue", "users:read"],
        "embedOrigins": ["https://PACS.example:443", "http://localhost:3000"],
    });
    let answer = boss.client.post("/v1/apiKeys", &wanted).await;
    let made = answer.expect(201);
    assert_eq!(made["description"], "Harbor PACS");
    assert_eq!(made["scopes"], json!(["users:read", "access:issue"]));
    assert_eq!(made["embedOrigins"], json!(["https://pacs.example", "http://localhost:3000"]));
    assert_eq!((&made["status"], &made["lastUsedAt"]), (&json!("active"), &json!(null)));
    let secret = made["apiKey"].as_str().unwrap();
    assert_eq!((secret.len(), &secret[..4]), (4 + 43 + 6, "ask_"));
    let pacs = app.as_holder_of(secret);
    pacs.get("/v1/autoScribe/users").await.expect(200);
    pacs.get("/v1/autoScribe/users/invitations").await.expect_problem(403, "forbidden");
    let list = boss.client.get("/v1/apiKeys").await;
    assert!(!list.text.contains(secret));
    assert!(!app.dump_table().await.contains(secret), "only the SHA-256 may be stored");
    assert_eq!(
        app.list_audit_records("api_key.created").await.len(),
        2,
        "the other key was provisioned"
    );
}

#[tokio::test]
async fn an_idempotency_key_stores_no_secret() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let wanted = json!({"description": "PACS", "scopes": ["users:read"]});
    let header = ("idempotency-key", "k-1");
    let first = boss.client.post_with("/v1/apiKeys", &wanted, header).await.expect(201);
    let second = boss.client.post_with("/v1/apiKeys", &wanted, header).await.expect(201);
    assert_ne!(first["apiKeyId"], second["apiKeyId"], "a repeat creates another key");
    assert!(!app.dump_table().await.contains(first["apiKey"].as_str().unwrap()));
}

#[tokio::test]
async fn all_invalid_fields_of_a_key_are_reported_at_once() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let wanted = json!({
        "description": "", "scopes": ["users:read", "users:everything"], "embedOrigins": ["http://pacs.example", 7], "x": 1,
    });
    let answer = boss.client.post("/v1/apiKeys", &wanted).await;
    answer.expect_problem(422, "fields_invalid");
    let faults: Vec<_> = answer.field_errors().into_iter().collect();
    let expected = [
        ("description", "description_invalid"),
        ("scopes[1]", "scope_unknown"),
        ("embedOrigins[0]", "embed_origin_invalid"),
        ("embedOrigins[1]", "wrong_type"),
        ("x", "unknown_field"),
    ];
    assert_eq!(faults, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
    for scopes in [json!([]), json!(null), json!("users:read")] {
        let answer =
            boss.client.post("/v1/apiKeys", &json!({"description": "x", "scopes": scopes})).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
    }
    let many: Vec<_> = (0..21).map(|n| format!("https://p{n}.example")).collect();
    let wanted = json!({"description": "x", "scopes": ["users:read"], "embedOrigins": many});
    boss.client.post("/v1/apiKeys", &wanted).await.expect_problem(422, "embed_origins_too_many");
}
