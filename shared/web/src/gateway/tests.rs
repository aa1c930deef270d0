use lambda_http::Request;
use lambda_http::request::LambdaRequest;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn event(changes: &Value) -> Value {
    let mut event = json!({
        "version": "2.0", "rawPath": "/v1/session", "headers": {}, "isBase64Encoded": false,
        "requestContext": {
            "requestId": "r", "domainName": "api.example", "stage": "$default", "timeEpoch": 0,
            "http": { "method": "GET", "sourceIp": "192.0.2.7" },
        },
    });
    event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    event
}

/// The request, and the code of the problem that it is answered with.
fn read(changes: &Value) -> (Request, &'static str) {
    let mut event = event(changes);
    let problem = make_readable(&mut event);
    let request = serde_json::from_value::<LambdaRequest>(event).unwrap().into();
    (request, problem.map_or("", |problem| problem.code()))
}

#[test]
fn a_query_is_read_or_refused() {
    for (query, read_as) in [
        ("", None),
        ("a=b&c=%22x%22", Some("a=b&c=%22x%22")),
        ("a=[b]|{c}", Some("a=[b]|{c}")),
        ("%", Some("%")),
    ] {
        let (request, problem) = read(&json!({ "rawQueryString": query }));
        assert_eq!((request.uri().query(), problem), (read_as, ""), "{query}");
    }
    let long = "x".repeat(70_000);
    for query in ["a=\"x\"", "a b", "a\tb", "a<b", "a>b", "a#b", "a\nb", "a\u{0}", "\u{7f}", &long]
    {
        let (request, problem) = read(&json!({ "rawQueryString": query }));
        assert_eq!(request.uri(), "/v1/session", "the path is still logged");
        assert_eq!(problem, "query_invalid", "{query}");
    }
}

#[test]
fn a_path_is_always_read() {
    for (raw, path) in [
        ("/v1/session", "/v1/session"),
        ("", "/"),
        ("v1", "/v1"),
        ("//evil.example/x", "/evil.example/x"),
        (":99999", "/:99999"),
        ("/a b\"<>#?", "/a%20b%22%3C%3E%23%3F"),
        ("/\u{e9}", "/%C3%A9"),
        ("http://evil.example/x", "/http://evil.example/x"),
        (&"\u{e9}".repeat(9000), "/"),
    ] {
        let (request, problem) = read(&json!({ "rawPath": raw }));
        assert_eq!((request.uri().path(), problem), (path, ""), "{raw}");
        assert_eq!(request.uri().host(), None, "{raw}");
    }
}

#[test]
fn a_malformed_cookie_leaves_the_others() {
    for (cookies, header) in [
        (json!(["n=\u{e9}", "ours=good"]), "n=\u{e9}; ours=good"),
        (json!(["n=a\u{0}b", "ours=good"]), "ours=good"),
        (json!(["n=a\nb", "ours=good", ""]), "ours=good"),
        (json!(["ours=good;n=\u{1}; m=1"]), "ours=good; m=1"),
        (json!(["\u{7f}", "ours=good", "=", "n", 7]), "ours=good; =; n"),
    ] {
        let (request, problem) = read(&json!({ "cookies": cookies }));
        let found = request.headers()["cookie"].as_bytes();
        assert_eq!((std::str::from_utf8(found).unwrap(), problem), (header, ""));
    }
    let (request, _) = read(&json!({ "headers": { "Cookie": "n=\u{1}; ours=good" } }));
    assert_eq!(request.headers()["cookie"], "ours=good");
}

#[test]
fn a_header_is_read_or_refused() {
    for (name, value, code) in [
        ("Host", "a b\"<>", ""),
        ("host", "[::1", ""),
        ("X-Forwarded-Proto", "ht tp", ""),
        ("x", "\u{e9}", ""),
        ("x", "", ""),
        ("Authorization", "Bearer a\u{0}", "header_invalid"),
        ("x", "a\r\nb: c", "header_invalid"),
        ("a b", "x", "header_invalid"),
        ("", "x", "header_invalid"),
    ] {
        let (_, problem) = read(&json!({ "headers": { name: value } }));
        assert_eq!(problem, code, "{name}: {value}");
    }
}

#[test]
fn a_body_and_a_method_are_read_or_refused() {
    let method = |method: &str| {
        let mut context = event(&json!({}))["requestContext"].take();
        context["http"]["method"] = json!(method);
        json!({ "requestContext": context })
    };
    for (changes, code) in [
        (json!({ "body": "e30=", "isBase64Encoded": true }), ""),
        (json!({ "body": null }), ""),
        (json!({ "body": "e30", "isBase64Encoded": true }), "body_unreadable"),
        (json!({ "body": "\u{e9}", "isBase64Encoded": true }), "body_unreadable"),
        (method("PROPFIND"), ""),
        (method("G T"), "method_invalid"),
        (method(""), "method_invalid"),
    ] {
        assert_eq!(read(&changes).1, code, "{changes}");
    }
}

proptest! {
    #[test]
    fn any_event_is_a_request(
        path in any::<String>(), query in any::<String>(), name in any::<String>(), value in any::<String>(),
        cookies in proptest::collection::vec(any::<String>(), 0..4), body in any::<String>(), base64 in any::<bool>(),
    ) {
        let (request, _) = read(&json!({
            "rawPath": path, "rawQueryString": query, "cookies": cookies, "headers": { name: value }, "body": body,
            "isBase64Encoded": base64,
        }));
        prop_assert!(request.uri().path().starts_with('/'));
    }

    #[test]
    fn a_readable_cookie_survives_any_other(other in any::<String>()) {
        let (request, _) = read(&json!({ "cookies": [other, "ours=good"] }));
        prop_assert!(request.headers()["cookie"].as_bytes().ends_with(b"ours=good"));
    }
}
