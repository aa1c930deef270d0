//! `GET /v1/webhookEndpoints`.

use serde_json::json;

use crate::support::{App, WEBHOOKS, admin};

#[tokio::test]
async fn endpoints_are_listed_newest_first_without_their_secrets() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    for n in 0..3 {
        let types = ["user.updated", "invitation.accepted", "user.updated"];
        let wanted = json!({ "url": format!("https://pacs{n}.example/hook"), "description": format!("PACS {n}"), "eventTypes": types });
        boss.client.post(WEBHOOKS, &wanted).await.expect(201);
        app.clock.advance(std::time::Duration::from_millis(5));
    }
    let first = boss.client.get(&format!("{WEBHOOKS}?limit=2")).await.expect(200);
    let names = |page: &serde_json::Value| -> Vec<String> {
        let all = page["webhookEndpoints"].as_array().unwrap().iter();
        all.map(|one| one["description"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&first), ["PACS 2", "PACS 1"]);
    let newest = &first["webhookEndpoints"][0];
    assert_eq!(newest["eventTypes"], json!(["invitation.accepted", "user.updated"]));
    assert!(newest["createdByName"].as_str().is_some_and(|name| name.contains(' ')));
    assert_eq!((newest.get("secret"), &newest["needsRotation"]), (None, &json!(false)));
    let cursor = first["cursor"].as_str().unwrap();
    let second = boss.client.get(&format!("{WEBHOOKS}?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((names(&second), &second["hasMore"]), (vec!["PACS 0".to_owned()], &json!(false)));
}

#[tokio::test]
async fn another_clinic_sees_and_changes_no_endpoint() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let wanted = json!({ "url": "https://pacs.example/", "description": "PACS" });
    let id = boss.client.post(WEBHOOKS, &wanted).await.str("webhookEndpointId");
    let (_, other) = app.create_other_clinic_with_admin().await;
    other
        .post("/v1/session/confirm", &json!({ "password": crate::support::PASSWORD }))
        .await
        .expect(200);
    assert_eq!(other.get(WEBHOOKS).await.expect(200)["webhookEndpoints"], json!([]));
    let path = |end: &str| format!("{WEBHOOKS}/{id}{end}");
    for (end, body) in [
        ("/rotate", json!({ "overlapHours": 0 })),
        ("/verify", json!({})),
        ("/test", json!({})),
        ("/end", json!({})),
        ("/redeliver", json!({ "since": "2026-01-01T00:00:00Z" })),
    ] {
        other.post(&path(end), &body).await.expect_problem(404, "webhook_not_found");
    }
    let change = json!({ "description": "theirs" });
    other.patch(&path(""), &change).await.expect_problem(404, "webhook_not_found");
    other.get(&path("/deliveries")).await.expect_problem(404, "webhook_not_found");
}
