//! View tokens that the service did not sign, or that it signed for another purpose.

use auth::jwt::SigningKeys;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::time::Clock as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::{App, claims, header, with};

/// Opens a view of a new radiologist. Returns its token.
async fn open_readers_view(app: &App) -> String {
    app.open_view(&app.confirm_reader().await).await
}

async fn assert_refused(app: &App, about: &str, token: &str) {
    let answer = app.renew(token).await;
    assert_eq!(answer.status, 401, "{about}: {}", answer.text);
    assert_eq!(app.introspect(token).await, json!({ "active": false }), "{about}");
}

fn assemble_token(header: &Value, claims: &Value, signature: &str) -> String {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", encoded(header), encoded(claims))
}

#[tokio::test]
async fn a_token_with_another_algorithm_is_refused() {
    let app = App::start().await;
    let token = open_readers_view(&app).await;
    let (header, claims) = (header(&token), claims(&token));
    for alg in ["none", "None", "NONE", ""] {
        let none = with(header.clone(), json!({ "alg": alg }));
        assert_refused(&app, alg, &assemble_token(&none, &claims, "")).await;
    }
    // Anyone can use the public key as the secret of a MAC, in each of its forms.
    let jwks = app.as_invitee().get("/.well-known/jwks.json").await.expect(200);
    let key = &jwks["keys"][0];
    let (x, y) = (key["x"].as_str().unwrap(), key["y"].as_str().unwrap());
    let point = [vec![4], decode(x), decode(y)].concat();
    for secret in [key.to_string().into_bytes(), x.into(), decode(x), point] {
        for alg in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let mut mac = Header::new(alg);
            mac.typ = Some("at+jwt".to_owned());
            mac.kid = Some(key["kid"].as_str().unwrap().to_owned());
            let key = EncodingKey::from_secret(&secret);
            let forged = jsonwebtoken::encode(&mac, &claims, &key).unwrap();
            assert_refused(&app, "MAC under the public key", &forged).await;
        }
    }
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[tokio::test]
async fn a_token_with_a_changed_header_is_refused() {
    let app = App::start().await;
    let token = open_readers_view(&app).await;
    let signature = token.rsplit('.').next().unwrap();
    let (header, claims) = (header(&token), claims(&token));
    let jwk = json!({ "kty": "oct", "k": "AAAA" });
    for (name, value) in [
        ("kid", json!("../../x")),
        ("kid", json!("/dev/null")),
        ("kid", json!("")),
        ("kid", json!("KEYS#public")),
        ("kid", json!(7)),
        ("kid", Value::Null),
        ("jwk", jwk),
        ("jku", json!("https://evil.example/jwks.json")),
        ("crit", json!(["exp"])),
        ("typ", json!("JWT")),
        ("typ", json!("session+jwt")),
        ("typ", json!("application/at+jwt")),
        ("typ", Value::Null),
    ] {
        let other = with(header.clone(), json!({ name: value }));
        assert_refused(&app, name, &assemble_token(&other, &claims, signature)).await;
    }
    let stranger = SigningKeys::from_secret(&"s".repeat(43)).unwrap();
    let public = stranger.public();
    let signer = stranger.signer(&public).unwrap();
    let forged = signer.sign("at+jwt", &claims).unwrap();
    assert_refused(&app, "another key", &forged).await;
    app.renew(&token).await.expect(200);
}

#[tokio::test]
async fn a_signed_token_with_wrong_claims_is_refused() {
    let app = App::start().await;
    let token = open_readers_view(&app).await;
    let (claims, signer) = (claims(&token), app.signer());
    let sign = |typ: &str, changes: Value| {
        let claims = with(claims.clone(), changes);
        signer.sign(typ, &claims).unwrap()
    };
    let now = app.clock.now().seconds();
    let elsewhere = app.create_other_clinic().await;
    let other_user = format!("usr_{}", "0".repeat(32));
    for (about, typ, changes) in [
        ("typ of a session", "session+jwt", json!({})),
        ("typ of a proof", "dpop+jwt", json!({})),
        ("a type that is not used", "JWT", json!({})),
        ("audience", "at+jwt", json!({ "aud": "autoscribe-dashboard" })),
        ("audience without a clinic", "at+jwt", json!({ "aud": "autoscribe-viewer" })),
        ("issuer", "at+jwt", json!({ "iss": "https://evil.example" })),
        ("clinic", "at+jwt", json!({ "clinic": "00000000-0000-7000-8000-000000000000" })),
        ("user", "at+jwt", json!({ "sub": other_user })),
        ("access", "at+jwt", json!({ "jti": format!("acc_{}", "0".repeat(32)) })),
        ("scope", "at+jwt", json!({ "scope": "study:read" })),
        ("study", "at+jwt", json!({ "study": { "studyInstanceUid": "1.2" } })),
        (
            "issuer of the link",
            "at+jwt",
            json!({ "client_id": "00000000-0000-7000-8000-000000000000" }),
        ),
        ("origins", "at+jwt", json!({ "embedOrigins": ["https://evil.example"] })),
        ("expired", "at+jwt", json!({ "exp": now })),
        ("issued in the future", "at+jwt", json!({ "iat": now + 90 })),
        ("no expiry", "at+jwt", json!({ "exp": null })),
    ] {
        assert_refused(&app, about, &sign(typ, changes)).await;
    }
    let answer = elsewhere.post("/v1/access/introspect", &json!({ "token": token })).await;
    assert_eq!(answer.expect(200), json!({ "active": false }));
    app.renew(&sign("at+jwt", json!({}))).await.expect(200);
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    let app = App::start().await;
    let token = open_readers_view(&app).await;
    let (claims, signer) = (claims(&token), app.signer());
    let now = app.clock.now().seconds();
    for skew in [-60, 60] {
        let made = json!({ "iat": now + skew, "exp": now + skew + 300 });
        let skewed = signer.sign("at+jwt", &with(claims.clone(), made)).unwrap();
        app.renew(&skewed).await.expect(200);
        assert_eq!(app.introspect(&skewed).await["active"], true);
    }
}
