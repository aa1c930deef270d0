//! View tokens and the keys that sign them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::support::{App, header};

#[tokio::test]
async fn rotating_the_signing_keys_ends_no_view() {
    let (old, new) = ("o".repeat(43), format!("EdDSA:{}", "n".repeat(43)));
    let home = std::env::temp_dir().join(format!("autoscribe-rotation-{}", std::process::id()));
    let app = App::start_in_directory(home.clone(), old.clone()).await;
    let reader = app.confirm_reader().await;
    let view = app.open_view(&reader).await;
    let app = app.restart(home.clone(), format!("{old} {new}")).await;
    app.renew(&view).await.expect(200);
    let app = app.restart(home.clone(), format!("{new} {old}")).await;
    let renewed = app.renew(&view).await.str("viewToken");
    assert_eq!(header(&renewed)["alg"], "EdDSA", "the new key must sign");
    let app = app.restart(home.clone(), new).await;
    app.renew(&view).await.expect_problem(401, "view_ended");
    app.renew(&renewed).await.expect(200);
    app.stop().await;
    std::fs::remove_dir_all(home).unwrap();
}

#[tokio::test]
async fn a_newly_published_key_is_accepted_and_a_removed_one_is_not() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let view = app.open_view(&reader).await;
    app.renew(&view).await.expect(200);
    let keys = auth::jwt::SigningKeys::from_secret(&"z".repeat(43)).unwrap().public();
    app.store().publish_keys(&keys).await.unwrap();
    app.clock.advance(Duration::from_secs(6));
    // A token of an unknown key makes the service read the keys again.
    let unknown =
        URL_SAFE_NO_PAD.encode(json!({"alg": "ES256", "typ": "at+jwt", "kid": "x"}).to_string());
    let claims = view.split('.').nth(1).unwrap();
    app.renew(&format!("{unknown}.{claims}.AA")).await.expect_problem(401, "view_ended");
    app.renew(&view).await.expect_problem(401, "view_ended");
    let first = auth::jwt::SigningKeys::from_secret(&app.signing_keys()).unwrap().public();
    app.store().publish_keys(&[keys, first].concat()).await.unwrap();
    app.clock.advance(Duration::from_secs(6));
    app.renew(&view).await.expect(200);
}
