//! Views while no signing key is published: in a new stack, and in the middle of a rotation.

use std::time::Duration;

use domain::credentials::key_set::KeySet;
use serde_json::{Value, json};

use crate::support::{App, REDEEM, REROUTE, SecretsManager, ViewerLink, header, study};

const KEY_SET: &str = "/.well-known/jwks.json";

#[tokio::test]
async fn links_wait_for_the_first_published_key_and_open_then() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    app.issue_link(&reader).await;
    app.clock.advance(Duration::from_secs(200));
    let body = json!({ "assignedToUserId": reader, "studyId": study(1), "linkSeconds": 300 });
    let unopened = ViewerLink::from_response(&app.as_pacs().post(REROUTE, &body).await);
    app.unpublish_keys().await;
    app.clock.advance(Duration::from_secs(101));
    for (path, body) in [
        (REROUTE, json!({ "assignedToUserId": reader, "studyId": study(1) })),
        (REDEEM, json!({ "token": unopened.token })),
    ] {
        let answer = app.as_pacs().post(path, &body).await;
        assert_eq!(answer.headers["retry-after"], "1");
        answer.expect_problem(503, "unavailable");
    }
    let set = app.as_invitee().get(KEY_SET).await;
    assert_eq!(set.headers["cache-control"], "no-store", "a verifier must ask again");
    assert_eq!(set.expect(200), json!({ "keys": [] }));
    app.provision(&json!({ "publishKeys": true })).await.unwrap();
    app.clock.advance(Duration::from_secs(6));
    app.redeem(&unopened.token).await.expect(200);
}

#[tokio::test]
async fn a_warm_provision_publishes_what_the_secret_holds_now() {
    let app = App::start().await;
    let secrets = SecretsManager::start().await;
    let published = async |app: &App| {
        app.provision_with(&secrets, &json!({ "publishKeys": true }))
            .await
            .map(|answer| answer["publishedKeys"].as_array().unwrap().clone())
    };
    let kid = |secret: &str| -> Value {
        json!(auth::jwt::SigningKeys::from_secret(secret).unwrap().public()[0].kid)
    };
    let (leaked, new) = ("l".repeat(43), "n".repeat(44));
    secrets.put(KeySet::SigningKeys, &leaked);
    assert_eq!(published(&app).await.unwrap(), [kid(&leaked)]);
    secrets.put(KeySet::SigningKeys, &new);
    assert_eq!(published(&app).await.unwrap(), [kid(&new)], "the leaked key must be gone");
    secrets.put(KeySet::SigningKeys, "");
    let refused = published(&app).await.unwrap_err().to_string();
    assert!(refused.starts_with("nothing was published. signing keys: "), "{refused}");
    secrets.set_down(true);
    let refused = published(&app).await.unwrap_err().to_string();
    assert!(refused.contains("SigningKeys: AccessDeniedException"), "{refused}");
    let still = app.store().read_public_keys().await.unwrap();
    assert_eq!(still.iter().map(|key| json!(key.kid)).collect::<Vec<_>>(), [kid(&new)]);
}

#[tokio::test]
async fn a_running_function_signs_with_replaced_keys() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    app.open_view(&reader).await;
    let next = format!("2:EdDSA:{}", "n".repeat(43));
    let both = format!("{next} 1:{}", app.signing_keys());
    app.replace_signing_keys(&both).await;
    let alg = async |app: &App| header(&app.open_view(&reader).await)["alg"].clone();
    assert_eq!(alg(&app).await, "ES256", "other services may not know the new key yet");
    app.clock.advance(Duration::from_secs(301));
    assert_eq!(alg(&app).await, "EdDSA");
    // After a leak, only the new key is left.
    app.replace_signing_keys(&next).await;
    assert_eq!(alg(&app).await, "EdDSA");
}
