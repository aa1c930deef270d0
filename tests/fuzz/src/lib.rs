//! Fuzz targets of everything that reads what strangers send. Each takes any bytes, and panics if a rule is broken.
//!
//! `make fuzz READER=person` looks for new inputs. `make test` runs the ones in `corpus`.

#![expect(
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "a panic is what a target finds"
)]

use auth::cookie::cookie_values;
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use domain::credentials::password::Password;
use domain::fold::NamePart;
use domain::npi::{Npi, surnames_match};
use domain::person::email::Email;
use domain::person::permissions::Level;
use domain::person::{ClinicRole, NameSuffix, PersonName, PhoneNumber};
use domain::study::StudyInstanceUid;
use domain::time::Timestamp;
use lambda_http::request::LambdaRequest;
use serde_json::{Value, json};
use web::gateway::make_readable;

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Target); 7] = [
    ("event", event),
    ("cookies", cookies),
    ("query", query),
    ("body", body),
    ("person", person),
    ("password", password),
    ("folding", folding),
];

/// The fields of an event of API Gateway, one in a line. Every event becomes a request.
pub fn event(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (path, query, name, value) = (next(), next(), next(), next());
    let (cookie, body, base64) = (next(), next(), next() == "1");
    let mut event = json!({
        "version": "2.0", "rawPath": path, "rawQueryString": query, "headers": { name: value },
        "cookies": [cookie, "ours=good"], "body": body, "isBase64Encoded": base64,
        "requestContext": {
            "domainName": "api.example", "stage": "$default", "timeEpoch": 0, "http": { "method": next() },
        },
    });
    let _ = make_readable(&mut event);
    let event: LambdaRequest = serde_json::from_value(event).expect("a readable event");
    let request = lambda_http::Request::from(event);
    assert!(request.uri().path().starts_with('/'));
    assert_eq!(cookie_values(request.headers(), "ours").last(), Some("good"));
}

/// A `Cookie` header. Our cookie is found behind any other.
pub fn cookies(bytes: &[u8]) {
    let line = [bytes, b"; ours=good"].concat();
    let Ok(line) = HeaderValue::from_bytes(&line) else {
        return;
    };
    let headers = HeaderMap::from_iter([(header::COOKIE, line)]);
    assert_eq!(cookie_values(&headers, "ours").last(), Some("good"));
}

/// A query. It is read or refused.
pub fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(uri) = format!("/?{text}").parse::<Uri>() {
        let _ = Query::<Vec<(String, String)>>::try_from_uri(&uri);
    }
    let _ = Timestamp::parse(&text);
}

/// A body. What is read as JSON has no key twice, so it can be read again.
pub fn body(bytes: &[u8]) {
    if let Ok(value) = web::json::parse(bytes) {
        let written = serde_json::to_vec(&value).expect("JSON");
        assert!(web::json::parse(&written).is_ok());
        let _ = value.pointer("/options").map(Value::to_string);
    }
}

/// A field of a person. What is kept is read again as the same.
pub fn person(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    if let Ok(email) = Email::parse(text) {
        let again = Email::parse(email.as_typed()).expect("an address");
        assert_eq!(again.normalized(), email.normalized());
        assert!(email.normalized().is_ascii() && email.as_typed().len() <= 254);
    }
    if let Ok(name) = PersonName::parse(text) {
        assert_eq!(PersonName::parse(name.as_str()).expect("a name").as_str(), name.as_str());
        assert!(!name.as_str().contains("://") && !name.as_str().contains(['<', '>', '@', '/']));
    }
    if let Ok(suffix) = NameSuffix::parse(text) {
        assert_eq!(NameSuffix::parse(suffix.as_str()).expect("a suffix").as_str(), suffix.as_str());
    }
    if let Ok(phone) = PhoneNumber::parse(text) {
        assert_eq!(PhoneNumber::parse(phone.as_str()).expect("a number").as_str(), phone.as_str());
        let digits = phone.as_str().trim_start_matches('+');
        assert!((10..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
    }
    if let Ok(npi) = Npi::parse(text) {
        assert_eq!(npi.as_str(), text.trim());
    }
    let _ = (ClinicRole::parse(text), Level::parse(text), StudyInstanceUid::parse(text));
}

/// A password, of any length and in any script.
pub fn password(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = Password::parse(&text);
}

/// Two texts in two lines. Folding twice changes nothing, and comparing has no order.
pub fn folding(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (one, other) = text.split_once('\n').unwrap_or((&text, ""));
    let part = NamePart::parse(one);
    assert_eq!(NamePart::parse(part.as_str()).as_str(), part.as_str());
    assert!(part.is_in(one));
    assert_eq!(surnames_match(one, other), surnames_match(other, one));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::TARGETS;

    #[test]
    fn every_target_passes_its_corpus() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        for (name, target) in TARGETS {
            let inputs = std::fs::read_dir(corpus.join(name)).expect("a corpus");
            let run = |input: std::io::Result<std::fs::DirEntry>| {
                target(&std::fs::read(input.expect("an input").path()).expect("bytes"));
            };
            assert!(inputs.map(run).count() >= 5, "{name}");
        }
    }
}
