//! The binary of every function, started as Lambda starts it. Each serves one event, and returns an error
//! for a malformed one.

mod events;
mod logs;
mod metrics;
mod origin;
mod rotation;
mod sealing;
mod streams;

use crate::support::{self, App};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::credentials::keyring::{Keyring, TokenKey};
use emulator::DatabaseFault;
use emulator::breached_passwords::BREACHED_PASSWORDS;
use serde_json::{Value, json};
use tests::runtime_api::{EventOutcome, FunctionProcess};

/// An event as API Gateway sends it (payload format 2.0).
fn http_event(method: &str, path: &str, key: Option<&str>, body: &str) -> String {
    let mut headers =
        json!({ "content-type": "application/json", "sec-fetch-site": "same-origin" });
    if let Some(key) = key {
        headers["authorization"] = json!(format!("Bearer {key}"));
    }
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "api.example", "domainPrefix": "api",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7", "userAgent": "t" },
            "requestId": "req-from-gateway", "routeKey": "$default", "stage": "$default",
            "time": "24/Nov/2026:09:30:00 +0000", "timeEpoch": 1_795_512_600_000_i64,
        },
        "body": body, "isBase64Encoded": false,
    })
    .to_string()
}

fn settings(app: &App) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("AWS_ENDPOINT_URL_DYNAMODB", app.dynamodb_url()),
        ("AWS_ENDPOINT_URL_SESV2", app.base.clone()),
        ("AWS_ENDPOINT_URL_SQS", format!("{}/sqs", app.base)),
        ("WEBHOOK_QUEUE_URL", format!("{}/sqs", app.base)),
        ("AWS_ENDPOINT_URL_S3", format!("{}/s3/", app.base)),
        ("AWS_ENDPOINT_URL_KMS", format!("{}/kms", app.base)),
        ("AUDIT_BUCKET", "audit".to_owned()),
        ("AUDIT_KEY_ARN", "audit-key".to_owned()),
        ("WEBHOOK_RECEIVERS", "this-machine".to_owned()),
        ("TABLE_NAME", app.table()),
        ("PUBLIC_URL", app.base.clone()),
        ("ORIGIN_SECRETS", "off".to_owned()),
        ("SIGNING_KEYS", app.signing_keys()),
        ("VIEWER_URL_BASE", format!("{}/viewer", app.base)),
        ("VIEWER_ORIGINS", "https://viewer.example".to_owned()),
        ("MAIL_FROM", "no-reply@autoscribe.example".to_owned()),
        ("NPPES_BASE_URL", format!("{}/api/", app.base)),
        ("BREACHED_PASSWORDS_URL", format!("{}/range/", app.base)),
    ];
    settings.extend(app.token_secrets().settings());
    settings
}

/// Starts a function and queues events for it.
async fn start_function(
    name: &str,
    settings: &[(&str, String)],
    events: Vec<String>,
) -> FunctionProcess {
    let function = FunctionProcess::start(&binary_path(name), settings).await.unwrap();
    for event in events {
        function.send(event).unwrap();
    }
    function
}

async fn next_outcome(function: &mut FunctionProcess) -> EventOutcome {
    function.wait_for_outcome().await.unwrap().0
}

/// Starts a function that must exit with an error. Returns its stderr.
async fn read_startup_error(name: &str, settings: &[(&str, String)]) -> String {
    let (status, stderr) =
        start_function(name, settings, vec![]).await.wait_for_exit().await.unwrap();
    assert!(!status.success());
    stderr
}

/// The path of a function's binary. `make test` builds all of them before it runs the tests.
fn binary_path(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(Path::parent).unwrap().join(name);
    assert!(path.exists(), "{} is not built: run make test", path.display());
    path
}

/// Status and JSON body of a response to API Gateway.
fn http_response(outcome: EventOutcome) -> (i64, Value) {
    let EventOutcome::Response(response) = outcome else { panic!("{outcome:?}") };
    let body = response["body"].as_str().unwrap_or_default();
    (response["statusCode"].as_i64().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
}

#[tokio::test(flavor = "multi_thread")]
async fn invite_serves_an_event_and_rejects_a_malformed_one() {
    let app = App::start().await;
    let person = support::radiologist("ada@clinic.example").to_string();
    let good = http_event("POST", "/v1/autoScribe/users", Some(&app.key), &person);
    let unknown = http_event("POST", "/v1/autoScribe/users", None, "{");
    let mut function =
        start_function("invite", &settings(&app), vec![good, unknown, "{}".into()]).await;
    let (status, user) = http_response(next_outcome(&mut function).await);
    assert_eq!((status, &user["npiVerification"]), (201, &json!("verified")), "{user}");
    let (status, problem) = http_response(next_outcome(&mut function).await);
    assert_eq!((status, &problem["requestId"]), (401, &json!("req-from-gateway")));
    assert!(
        matches!(next_outcome(&mut function).await, EventOutcome::Error(_)),
        "an event that is not from API Gateway"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_the_function_would_not_outlive_is_503() {
    let app = App::start_with_faults().await;
    app.slow_database(Duration::from_mins(1));
    let person = support::member("ada@clinic.example").to_string();
    let invite = http_event("POST", "/v1/autoScribe/users", Some(&app.key), &person);
    let function = FunctionProcess::start(&binary_path("invite"), &settings(&app)).await;
    let mut function = function.unwrap();
    function.send_within(invite, Duration::from_secs(2)).unwrap();
    let EventOutcome::Response(response) = next_outcome(&mut function).await else {
        panic!("an error")
    };
    assert_eq!(response["statusCode"], 503, "{response}");
    assert_eq!(response["headers"]["retry-after"], "1");
    let problem: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["code"], "unavailable");
}

/// Sends an event whose transaction gets no answer, to a function that has 4.4 s left. Returns the outcome.
async fn stall_once(app: &App, function: &mut FunctionProcess, event: &str) -> (i64, Value) {
    function.wait_for_startup().await.unwrap();
    app.fail_next("TransactWriteItems", DatabaseFault::Stalled);
    function.send_within(event.to_owned(), Duration::from_millis(4400)).unwrap();
    http_response(next_outcome(function).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_given_up_frees_its_idempotency_key() {
    let app = App::start_with_faults().await;
    let person = support::member("ada@clinic.example").to_string();
    let event = http_event("POST", "/v1/autoScribe/users", Some(&app.key), &person);
    let mut event: Value = serde_json::from_str(&event).unwrap();
    event["headers"]["idempotency-key"] = json!("one");
    let event = event.to_string();
    let mut function = start_function("invite", &settings(&app), vec![]).await;
    let (status, problem) = stall_once(&app, &mut function, &event).await;
    assert_eq!((status, &problem["code"]), (503, &json!("unavailable")));
    function.send(event).unwrap();
    let (status, user) = http_response(next_outcome(&mut function).await);
    assert_eq!(status, 201, "{user}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_given_up_does_not_stay_counted() {
    let app = App::start_with_faults().await;
    let person = support::dashboard_member("grace@clinic.example");
    app.invite_and_confirm(&person, Some(support::PASSWORD)).await;
    let body = json!({ "email": "grace@clinic.example", "password": support::PASSWORD });
    let event = http_event("POST", "/v1/session", None, &body.to_string());
    let mut function = start_function("session", &settings(&app), vec![]).await;
    app.pass_next("TransactWriteItems", 1);
    let (status, problem) = stall_once(&app, &mut function, &event).await;
    assert_eq!((status, &problem["code"]), (503, &json!("unavailable")));
    let counters = app.load_items().await;
    let counters: Vec<_> = counters.iter().filter_map(|item| item.get("re")).collect();
    assert!(!counters.is_empty());
    let zero = AttributeValue::N("0".to_owned());
    assert!(counters.iter().all(|reserved| **reserved == zero), "{counters:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn list_serves_an_event_and_rejects_a_malformed_one() {
    let app = App::start().await;
    let good = http_event("GET", "/v1/autoScribe/users/invitations", Some(&app.key), "");
    let mut function = start_function("list", &settings(&app), vec![good, "[]".into()]).await;
    let (status, page) = http_response(next_outcome(&mut function).await);
    assert_eq!(
        (status, page["invitations"].as_array().map(Vec::len)),
        (200, Some(1)),
        "only the owner's invitation: {page}"
    );
    assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn users_serves_an_event_and_rejects_a_malformed_one() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&support::member("grace@clinic.example"), None).await;
    let body = json!({ "userId": user["userId"] }).to_string();
    let path = "/v1/autoScribe/users/revoke-access";
    let good = http_event("POST", path, Some(&app.key), &body);
    let mut function = start_function("users", &settings(&app), vec![good, "[]".into()]).await;
    let (status, done) = http_response(next_outcome(&mut function).await);
    assert_eq!((status, &done["success"]), (200, &json!(true)));
    assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn confirm_serves_an_event_and_rejects_a_malformed_one() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&support::member("grace@clinic.example")).await;
    let accept = |body: Value| http_event("POST", "/v1/invitation/accept", None, &body.to_string());
    let dashboard =
        app.invite_and_get_token(&support::dashboard_member("ada@clinic.example")).await;
    let member = app.as_invitee().with_terms(&json!({ "token": token })).await;
    let breached = app
        .as_invitee()
        .with_terms(&json!({ "token": dashboard, "password": BREACHED_PASSWORDS[0] }))
        .await;
    let events = vec![accept(member), accept(breached), "7".into()];
    let mut function = start_function("confirm", &settings(&app), events).await;
    let (status, user) = http_response(next_outcome(&mut function).await);
    assert_eq!((status, &user["email"]), (200, &json!("grace@clinic.example")));
    let (status, problem) = http_response(next_outcome(&mut function).await);
    assert_eq!((status, &problem["code"]), (422, &json!("password_breached")), "{problem}");
    assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn session_serves_an_event_and_rejects_a_malformed_one() {
    let app = App::start().await;
    let person = support::dashboard_member("grace@clinic.example");
    app.invite_and_confirm(&person, Some(support::PASSWORD)).await;
    let body = json!({ "email": "grace@clinic.example", "password": support::PASSWORD });
    let good = http_event("POST", "/v1/session", None, &body.to_string());
    let mut function = start_function("session", &settings(&app), vec![good, "[]".into()]).await;
    let EventOutcome::Response(response) = next_outcome(&mut function).await else {
        panic!("an error")
    };
    assert_eq!(response["statusCode"], 200, "{response}");
    let cookie = response["cookies"][0].as_str().unwrap();
    assert!(cookie.starts_with("__Host-autoscribe-session="), "{response}");
    let cookie = cookie.split(';').next().unwrap().split_once('=').unwrap().1;
    app.as_person(cookie, &app.clinic_id).get("/v1/session").await.expect(200);
    assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn temporary_access_serves_an_event_and_rejects_a_malformed_one() {
    let app = App::start().await;
    let body =
        json!({ "assignedToUserId": app.confirm_reader().await, "studyId": support::study(1) });
    let good = http_event("POST", support::REROUTE, Some(&app.key), &body.to_string());
    let mut settings = settings(&app);
    settings.push(("ACCESS_LINK_STYLE", "query".to_owned()));
    let events = vec![good, "[]".into()];
    let mut function = start_function("temporary-access", &settings, events).await;
    let (status, link) = http_response(next_outcome(&mut function).await);
    let expected = format!("{}/viewer/study/{}?token=", app.base, support::study(1));
    let url = link["url"].as_str().unwrap_or_default();
    assert_eq!((status, url.starts_with(&expected)), (200, true), "{link}");
    assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)));
    // The emulator accepts the token, because both use the same secret.
    let token = url.split_once("?token=").unwrap().1;
    app.redeem(token).await.expect(200);
    settings.last_mut().unwrap().1 = "path".to_owned();
    let message = read_startup_error("temporary-access", &settings).await;
    assert!(message.contains("ACCESS_LINK_STYLE"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn npi_verifier_serves_an_event_and_rejects_a_malformed_one() {
    let app = App::start().await;
    app.set_registry_down(true);
    let ada = support::radiologist("ada@clinic.example");
    let id = app.as_pacs().invite(&ada).await.str("invitationId");
    app.make_due("1234567893").await;
    let tick = json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "000000000000", "time": "2026-11-24T09:30:00Z", "region": "eu-west-1",
        "resources": ["arn:aws:events:eu-west-1:000000000000:rule/schedule"], "detail": {},
    });
    let events = vec![tick.to_string(), "7".into()];
    let mut function = start_function("npi-verifier", &settings(&app), events).await;
    let EventOutcome::Response(run) = next_outcome(&mut function).await else { panic!("an error") };
    let expected = json!({ "changed": 1, "unchanged": 0, "unanswered": 0, "skipped": 0 });
    assert_eq!(run, expected);
    assert_eq!(app.read_invitation(&id).await["npiVerification"], "verified");
    assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_events_serves_an_event_and_rejects_a_malformed_one() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&support::member("ada@clinic.example")).await.str("invitationId");
    app.wait_for_emails("ada@clinic.example", 1).await;
    let email = app.captured("ada@clinic.example").remove(0);
    let event = emulator::ses_event(&email, "Delivery", &json!({ "delivery": {} }));
    let events = vec![event.to_string(), r#"{"detail":7}"#.into()];
    let mut function = start_function("mail-events", &settings(&app), events).await;
    let EventOutcome::Response(answer) = next_outcome(&mut function).await else {
        panic!("an error")
    };
    assert_eq!(answer, Value::Null);
    assert_eq!(app.read_invitation(&id).await["delivery"], "delivered");
    assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn provision_serves_an_event_and_rejects_a_malformed_one() {
    let app = App::start().await;
    let wanted = json!({
        "clinicName": "Lakeside Radiology", "ownerEmail": "owner@lakeside.example", "ownerFirstName": "Olu",
        "ownerLastName": "Adeyemi",
    });
    let mut misspelled = wanted.clone();
    misspelled["invitationDay"] = json!(3);
    let events = vec![wanted.to_string(), misspelled.to_string()];
    let mut function = start_function("provision", &settings(&app), events).await;
    let EventOutcome::Response(made) = next_outcome(&mut function).await else {
        panic!("an error")
    };
    let key = made["apiKey"].as_str().unwrap();
    let page = app.as_holder_of(key).get("/v1/autoScribe/users/invitations").await.expect(200);
    assert_eq!(page["invitations"][0]["level"], "owner");
    let EventOutcome::Error(error) = next_outcome(&mut function).await else { panic!("no error") };
    assert!(error.to_string().contains("invitationDay"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_without_settings_names_the_missing_ones() {
    for (name, missing) in [
        ("invite", "TABLE_NAME"),
        ("list", "PUBLIC_URL"),
        ("list", "ORIGIN_SECRETS"),
        ("npi-verifier", "TABLE_NAME"),
        ("mail-events", "TABLE_NAME"),
        ("events", "TABLE_NAME"),
        ("webhooks", "WEBHOOK_QUEUE_URL"),
        ("temporary-access", "VIEWER_URL_BASE"),
        ("temporary-access", "VIEWER_ORIGINS"),
    ] {
        let message = read_startup_error(name, &[]).await;
        assert!(message.contains(missing), "{name}: {message}");
    }
    let message = read_startup_error("mailer", &[]).await;
    for missing in ["TABLE_NAME", "MAIL_FROM", "PUBLIC_URL"] {
        assert!(message.contains(missing), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_starts_only_with_the_keys_of_its_own_purposes() {
    let app = App::start().await;
    for (name, needed) in [
        ("mailer", &["INVITATION_LINK_KEYS", "PASSWORD_LINK_KEYS"][..]),
        ("confirm", &["INVITATION_LINK_KEYS", "KNOWN_BROWSER_KEYS"]),
        ("session", &["PASSWORD_LINK_KEYS", "KNOWN_BROWSER_KEYS"]),
        ("temporary-access", &["ACCESS_LINK_KEYS"]),
        ("users", &["WEBHOOK_KEYS"]),
        ("webhooks", &["WEBHOOK_KEYS"]),
    ] {
        let mut least = settings(&app);
        least.retain(|(setting, _)| {
            !setting.ends_with("_LINK_KEYS")
                && !setting.starts_with("KNOWN_")
                && *setting != "WEBHOOK_KEYS"
        });
        let keys = app.token_secrets().settings();
        least.extend(keys.into_iter().filter(|(setting, _)| needed.contains(setting)));
        let mut function = start_function(name, &least, vec!["7".into()]).await;
        assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)), "{name}");
        for missing in needed {
            let mut without = least.clone();
            without.retain(|(setting, _)| setting != missing);
            let message = read_startup_error(name, &without).await;
            assert!(message.contains(&format!("{missing}_SECRET_ARN")), "{name}: {message}");
        }
    }
}

#[test]
fn the_tests_derive_the_same_links_as_the_service() {
    let text = "k".repeat(43);
    let link = domain::credentials::token::InvitationLink {
        clinic: domain::ids::ClinicId::from_bytes([1; 16]),
        invitation: domain::ids::InvitationId::from_bytes([2; 16]),
        generation: 1,
    };
    let plain = Keyring::new(TokenKey { kid: 1, secret: text.clone().into_bytes() }, vec![]);
    let read = runtime::keyring_from(&text).unwrap();
    assert_eq!(read.invitation_token(&link).reveal(), plain.invitation_token(&link).reveal());
}
