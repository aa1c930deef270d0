use serde_json::json;

use super::*;

const EXPECTED: ExpectedToken<'_> = ExpectedToken {
    typ: "session+jwt",
    issuer: "https://api.example",
    audience: "autoscribe-dashboard",
};

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000).unwrap()
}

fn keys(text: &str) -> SigningKeys {
    SigningKeys::from_secret(text).unwrap()
}

fn signer(text: &str) -> Signer {
    let published = keys(text).public();
    keys(text).signer(&published).unwrap()
}

fn secret(algorithm: SigningAlgorithm) -> String {
    format!("{}:{}", algorithm.as_str(), "s".repeat(43))
}

fn good() -> Value {
    let at = now().seconds();
    json!({
        "iss": EXPECTED.issuer, "aud": EXPECTED.audience, "sub": "usr_1", "iat": at, "nbf": at, "exp": at + 900,
    })
}

fn with(member: &str, value: Value) -> Value {
    let mut claims = good();
    claims[member] = value;
    claims
}

/// Verifies a token with the only published key.
fn read(token: &str, public: &PublicKey) -> Result<Value, JwtInvalid> {
    let kid = key_id(token, EXPECTED.typ)?;
    if kid != public.kid {
        return Err(JwtInvalid);
    }
    verify_claims(token, &VerifyingKey::new(public).unwrap(), EXPECTED, now())
}

fn both() -> impl Iterator<Item = (Signer, PublicKey)> {
    [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa].into_iter().map(|algorithm| {
        let text = secret(algorithm);
        (signer(&text), keys(&text).public().remove(0))
    })
}

#[test]
fn a_signed_token_reads_back_and_its_kid_is_the_thumbprint_of_the_key() {
    for (signer, public) in both() {
        let token = signer.sign(EXPECTED.typ, &good()).unwrap();
        assert_eq!(read(&token, &public), Ok(good()));
        assert_eq!(public.kid.len(), 43, "base64url of SHA-256");
    }
}

#[test]
fn a_token_with_another_issuer_audience_or_type_or_no_subject_is_invalid() {
    for (signer, public) in both() {
        for wrong in [
            with("iss", json!("https://evil.example")),
            with("aud", json!("autoscribe-viewer")),
            with("iss", Value::Null),
            with("aud", Value::Null),
            with("sub", Value::Null),
        ] {
            let token = signer.sign(EXPECTED.typ, &wrong).unwrap();
            assert_eq!(read(&token, &public), Err(JwtInvalid), "{wrong}");
        }
        for typ in ["at+jwt", "JWT", "", "dpop+jwt"] {
            let token = signer.sign(typ, &good()).unwrap();
            assert_eq!(read(&token, &public), Err(JwtInvalid), "{typ}");
        }
    }
}

#[test]
fn a_token_is_valid_from_a_minute_before_its_issue_until_its_expiry() {
    let (signer, public) = both().next().unwrap();
    let at = now().seconds();
    for (member, value, good) in [
        ("exp", at + 1, true),
        ("exp", at, false),
        ("nbf", at + 60, true),
        ("nbf", at + 61, false),
        ("iat", at + 60, true),
        ("iat", at + 61, false),
    ] {
        let token = signer.sign(EXPECTED.typ, &with(member, json!(value))).unwrap();
        assert_eq!(read(&token, &public).is_ok(), good, "{member} {}", value - at);
    }
    let without_expiry = signer.sign(EXPECTED.typ, &with("exp", Value::Null)).unwrap();
    assert_eq!(read(&without_expiry, &public), Err(JwtInvalid));
}

/// A forged token with this header and this signature.
fn forge(header: &Value, signature: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(&good()))
}

#[test]
fn the_algorithm_comes_from_the_key_never_from_the_token() {
    for (signer, public) in both() {
        let (typ, kid) = (EXPECTED.typ, public.kid.clone());
        for alg in ["none", "None", "HS256", "RS256", "ES384"] {
            let header = json!({ "typ": typ, "alg": alg, "kid": kid });
            assert_eq!(read(&forge(&header, ""), &public), Err(JwtInvalid), "{alg}");
        }
        // An HMAC with the public key as its secret.
        let mut header = Header::new(Algorithm::HS256);
        (header.typ, header.kid) = (Some(typ.to_owned()), Some(kid.clone()));
        for key in [public.x.clone(), format!("{public:?}")] {
            let key = EncodingKey::from_secret(key.as_bytes());
            let token = jsonwebtoken::encode(&header, &good(), &key).unwrap();
            assert_eq!(read(&token, &public), Err(JwtInvalid));
        }
        // A genuine signature of another kind of key, under this key's kid.
        let (other, _) = both().find(|(_, other)| other.kid != kid).unwrap();
        let token = other.sign(typ, &good()).unwrap();
        let (_, rest) = token.split_once('.').unwrap();
        let header = json!({ "typ": typ, "alg": public.algorithm.as_str(), "kid": kid });
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        assert_eq!(read(&format!("{header}.{rest}"), &public), Err(JwtInvalid));
        drop(signer);
    }
}

#[test]
fn a_token_with_an_unknown_kid_or_a_critical_extension_is_invalid() {
    let (signer, public) = both().next().unwrap();
    let token = signer.sign(EXPECTED.typ, &good()).unwrap();
    let signature = token.rsplit('.').next().unwrap();
    for header in [
        json!({ "typ": EXPECTED.typ, "alg": "ES256" }),
        json!({ "typ": EXPECTED.typ, "alg": "ES256", "kid": "../../etc/passwd" }),
        json!({ "typ": EXPECTED.typ, "alg": "ES256", "kid": public.kid, "crit": ["b64"], "b64": false }),
        json!({ "alg": "ES256", "kid": public.kid }),
    ] {
        assert_eq!(read(&forge(&header, signature), &public), Err(JwtInvalid), "{header}");
    }
}

#[test]
fn an_altered_token_is_invalid() {
    let (signer, public) = both().next().unwrap();
    let token = signer.sign(EXPECTED.typ, &good()).unwrap();
    let (header, rest) = token.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let raised = URL_SAFE_NO_PAD.encode(with("level", json!("owner")).to_string());
    assert_eq!(read(&format!("{header}.{raised}.{signature}"), &public), Err(JwtInvalid));
    for text in ["", ".", "..", "a.b.c", &token[..token.len() - 1], &format!("{token}.x")] {
        assert_eq!(read(text, &public), Err(JwtInvalid));
    }
}

#[test]
fn the_first_published_key_signs() {
    let (old, new) = ("o".repeat(43), format!("EdDSA:{}", "n".repeat(43)));
    let published = keys(&old).public();
    let both = format!("{new} {old}");
    let signer = keys(&both).signer(&published).unwrap();
    let token = signer.sign(EXPECTED.typ, &good()).unwrap();
    assert!(read(&token, &published[0]).is_ok(), "the new key is not published yet");
    assert_eq!(keys(&new).signer(&published).err(), Some(SigningKeysError::Unpublished));
}

#[test]
fn a_malformed_secret_is_refused() {
    for wrong in ["", "  ", "short", &format!("HS256:{}", "x".repeat(43)), &"x".repeat(42)] {
        assert_eq!(
            SigningKeys::from_secret(wrong).err(),
            Some(SigningKeysError::Malformed),
            "{wrong}"
        );
    }
}
