//! Events with any bytes in any field. The function answers each, and none ends its process.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tests::runtime_api::EventOutcome;

use super::{http_event, http_response, next_outcome, settings, start_function};
use crate::support::{App, dashboard_member, with};

/// An event with these members changed.
fn changed(event: &str, changes: Value) -> Value {
    with(serde_json::from_str(event).unwrap(), changes)
}

fn headers(event: &str, changes: Value) -> Value {
    let headers = changed(event, json!({}))["headers"].clone();
    json!({ "headers": with(headers, changes) })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_read_or_refused_whatever_its_bytes() {
    let app = App::start().await;
    let list = http_event("GET", "/v1/autoScribe/users", Some(&app.key), "");
    let query = |query: &str| json!({ "rawQueryString": query });
    let cases = [
        (query("firstName=%22x%22"), 200),
        (query("firstName=\"x\""), 400),
        (query("firstName=a b"), 400),
        (query("firstName=a\tb"), 400),
        (query("firstName=<b"), 400),
        (query("firstName=b>"), 400),
        (query("firstName=a#b"), 400),
        (query("firstName=\u{0}"), 400),
        (query("firstName=\u{e9}"), 200),
        (query("firstName=%ff"), 200),
        (query("firstName=%"), 200),
        (query(&"x".repeat(70_000)), 400),
        (headers(&list, json!({ "host": "a b<>\"" })), 200),
        (headers(&list, json!({ "host": "" })), 200),
        (headers(&list, json!({ "host": "[::1" })), 200),
        (headers(&list, json!({ "x-forwarded-proto": "ht tp" })), 200),
        (headers(&list, json!({ "x-forwarded-proto": "\u{e9}" })), 200),
        (headers(&list, json!({ "x-forwarded-for": "a\u{0}" })), 400),
        (headers(&list, json!({ "a b": "c" })), 400),
        (json!({ "rawPath": "/v1/autoScribe/users/\"<>" }), 404),
        (json!({ "rawPath": "" }), 404),
        (json!({ "body": "!", "isBase64Encoded": true }), 400),
        (json!({ "cookies": ["n=\u{e9}", "\u{0}"] }), 200),
    ];
    let events = cases.iter().map(|(changes, _)| changed(&list, changes.clone()).to_string());
    let mut function = start_function("list", &settings(&app), events.collect()).await;
    for (changes, status) in cases {
        let answer = http_response(next_outcome(&mut function).await);
        assert_eq!(answer.0, status, "{changes}: {}", answer.1);
        assert_eq!(answer.1.get("requestId").is_some(), status != 200, "{}", answer.1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_cookie_beside_the_session_changes_nothing() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let ours = format!("__Host-autoscribe-session={}", session.cookie);
    let list = http_event("GET", "/v1/session", None, "");
    let cases = [
        json!({ "cookies": ["n=\u{e9}", ours] }),
        json!({ "cookies": [ours, "n=\u{e9}\u{0}\n"] }),
        json!({ "cookies": ["\u{1f36a}=\u{1f36a}", ours, ""] }),
        json!({ "cookies": [format!("n=\u{1}; {ours}; =;")] }),
        json!({ "cookies": ["__Host-autoscribe-session=\u{e9}", ours] }),
        json!({ "cookies": ["__Host-autoscribe-session=", ours] }),
        json!({ "cookies": [format!("n={}", "x".repeat(9000)), ours] }),
        headers(&list, json!({ "Cookie": format!("n=\u{1}; {ours}") })),
    ];
    let events = cases.iter().map(|changes| changed(&list, changes.clone()).to_string());
    let mut function = start_function("session", &settings(&app), events.collect()).await;
    for changes in cases {
        let EventOutcome::Response(answer) = next_outcome(&mut function).await else {
            panic!("an error: {changes}")
        };
        assert_eq!((&answer["statusCode"], &answer["cookies"]), (&json!(200), &json!([])));
    }
}

/// A text with what breaks parsers, and anything else.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~]{0,20}", "[\u{0}-\u{20}\"<>#?%;=,/\u{7f}\u{e9}]{0,8}"]
}

/// Replaces one field of an event.
fn change() -> impl Strategy<Value = Value> {
    prop_oneof![
        text().prop_map(|text| json!({ "rawQueryString": text })),
        text().prop_map(|text| json!({ "rawPath": text })),
        text().prop_map(|text| json!({ "rawPath": format!("/v1/autoScribe/users/{text}") })),
        proptest::collection::vec(text(), 0..4).prop_map(|texts| json!({ "cookies": texts })),
        (text(), text()).prop_map(|(name, value)| json!({ "headers": { name: value } })),
        prop_oneof![Just("host"), Just("x-forwarded-proto"), Just("authorization"), Just("cookie")]
            .prop_flat_map(|name| text().prop_map(move |text| json!({ "headers": { name: text } }))),
        (text(), any::<bool>()).prop_map(|(text, base64)| json!({ "body": text, "isBase64Encoded": base64 })),
        text().prop_map(|method| json!({ "requestContext": { "http": { "method": method } } })),
        text().prop_map(|ip| json!({ "requestContext": { "http": { "method": "GET", "sourceIp": ip } } })),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn any_event_gets_an_answer() {
    let app = App::start().await;
    let mut runner = TestRunner::deterministic();
    for (name, method, path) in [
        ("list", "GET", "/v1/autoScribe/users"),
        ("session", "POST", "/v1/session"),
        ("confirm", "POST", "/v1/invitation/lookup"),
        ("temporary-access", "POST", "/v1/access/redeem"),
    ] {
        let event = http_event(method, path, None, "{}");
        let changes = (0..150).map(|_| change().new_tree(&mut runner).unwrap().current());
        let events: Vec<_> = changes.map(|change| changed(&event, change).to_string()).collect();
        let mut function = start_function(name, &settings(&app), events.clone()).await;
        for event in events {
            let EventOutcome::Response(answer) = next_outcome(&mut function).await else {
                panic!("{name} failed: {event}")
            };
            let status = answer["statusCode"].as_u64().unwrap();
            assert!((200..500).contains(&status), "{name} {status}: {event}");
        }
    }
}
