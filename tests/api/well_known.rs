//! `GET /.well-known/jwks.json`.

use emulator::Options;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::support::{App, header};

const PATH: &str = "/.well-known/jwks.json";

#[tokio::test]
async fn the_published_keys_verify_a_view_token() {
    let app = App::start().await;
    let token = app.open_view(&app.confirm_reader().await).await;
    let answer = app.as_invitee().get(PATH).await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=300");
    assert_eq!(answer.headers["content-type"], "application/json");
    let set: JwkSet = serde_json::from_value(answer.expect(200)).unwrap();
    let key = set.find(header(&token)["kid"].as_str().unwrap()).unwrap();
    let mut expected = Validation::new(Algorithm::ES256);
    expected.set_audience(&[format!("autoscribe-viewer/{}", app.clinic_id)]);
    expected.set_issuer(&[&app.base]);
    let key = DecodingKey::from_jwk(key).unwrap();
    let read = jsonwebtoken::decode::<Value>(&token, &key, &expected).unwrap();
    assert_eq!(read.claims["clinic"], app.clinic_id);
}

#[tokio::test]
async fn a_published_key_has_its_algorithm_and_no_private_part() {
    let keys = format!("EdDSA:{} {}", "e".repeat(43), "s".repeat(43));
    let options = Options { signing_keys: Some(keys), ..Options::default() };
    let running = emulator::start(options).await.unwrap();
    let url = format!("{}{PATH}", running.url);
    let set: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let keys = set["keys"].as_array().unwrap();
    let shape = |at: usize| {
        let key = &keys[at];
        let names: Vec<_> = key.as_object().unwrap().keys().cloned().collect();
        (key["kty"].clone(), key["crv"].clone(), key["alg"].clone(), names)
    };
    let okp = ["alg", "crv", "kid", "kty", "use", "x"].map(str::to_owned).to_vec();
    let ec = ["alg", "crv", "kid", "kty", "use", "x", "y"].map(str::to_owned).to_vec();
    assert_eq!(shape(0), (json!("OKP"), json!("Ed25519"), json!("EdDSA"), okp));
    assert_eq!(shape(1), (json!("EC"), json!("P-256"), json!("ES256"), ec));
    assert!(keys.iter().all(|key| key["use"] == "sig"));
}
