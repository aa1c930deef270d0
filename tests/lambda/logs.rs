//! The log lines of real functions: what they say, and what they never hold.

use serde_json::{Value, json};
use tests::runtime_api::FunctionProcess;

use super::{binary_path, http_event, next_outcome, settings};
use crate::support::{self, App, PASSWORD};

const USERS: &str = "/v1/autoScribe/users";
/// The network address that the events of [`http_event`] come from.
const ADDRESS: &str = "192.0.2.7";
/// What no log line may hold: addresses, names, NPIs and passwords of the tests.
pub(super) const PERSONAL: [&str; 7] =
    ["@clinic.example", "Ada", "Anna", "Ida", "Grace", "1234567893", PASSWORD];

/// An event with the cookie of a session.
pub(super) fn with_session(event: &str, cookie: &str, clinic: &str) -> String {
    let mut event: Value = serde_json::from_str(event).unwrap();
    event["cookies"] = json!([format!("__Host-autoscribe-session={cookie}")]);
    event["headers"]["autoscribe-clinic"] = json!(clinic);
    event.to_string()
}

/// An event with the header `traceparent`.
fn with_trace(event: &str, header: &str) -> String {
    let mut event: Value = serde_json::from_str(event).unwrap();
    event["headers"]["traceparent"] = json!(header);
    event.to_string()
}

/// Sends events to a function and returns the line `answered` of each.
async fn read_answered_lines(app: &App, function: &str, events: Vec<String>) -> Vec<Value> {
    let binary = binary_path(function);
    let mut process = FunctionProcess::start_with_log(&binary, &settings(app)).await.unwrap();
    let mut lines = Vec::new();
    for event in events {
        process.send(event).unwrap();
        next_outcome(&mut process).await;
        lines.push(process.wait_for_log_line("answered").await.unwrap());
    }
    lines
}

/// What a line must say.
struct ExpectedLine<'a> {
    caller: &'a str,
    actor: Option<&'a str>,
    object: Option<&'a str>,
    status: u16,
    code: Option<&'a str>,
}

impl ExpectedLine<'_> {
    /// The line of a caller who is not identified.
    fn of_unknown(status: u16, code: &str) -> ExpectedLine<'_> {
        ExpectedLine { caller: "unknown", actor: None, object: None, status, code: Some(code) }
    }
}

/// Asserts that a line says this. Each line also has the network address, the duration and the calls to
/// DynamoDB. An identified caller has a clinic.
fn assert_line(app: &App, line: &Value, expected: &ExpectedLine<'_>) {
    let (span, fields) = (&line["span"], &line["fields"]);
    assert_eq!(span["caller"], expected.caller, "{line}");
    assert_eq!(span["actor"].as_str(), expected.actor, "{line}");
    let clinic = expected.actor.map(|_| app.clinic_id.as_str());
    assert_eq!(span["clinic"].as_str(), clinic, "{line}");
    assert_eq!(span["object"].as_str(), expected.object, "{line}");
    assert_eq!(fields["status"], expected.status, "{line}");
    assert_eq!(fields["code"].as_str(), expected.code, "{line}");
    assert_eq!(fields["ip"], ADDRESS, "{line}");
    assert!(fields["duration_ms"].is_u64(), "{line}");
    assert!(fields["dynamodb_calls"].is_u64(), "{line}");
    assert!(span.get("ip").is_none(), "the network address is on `answered` alone: {line}");
}

fn assert_holds_none_of(line: &Value, secrets: &[&str]) {
    let text = line.to_string();
    for secret in PERSONAL.iter().chain(secrets) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_line_of_an_api_key_names_the_key_and_the_new_invitation() {
    let app = App::start().await;
    let person = support::radiologist("ada@clinic.example").to_string();
    let event = http_event("POST", USERS, Some(&app.key), &person);
    let line = read_answered_lines(&app, "invite", vec![event]).await.remove(0);
    let invitations = app.list_invitations("?email=ada@clinic.example").await;
    let expected = ExpectedLine {
        caller: "api_key",
        actor: Some(&format!("key:{}", app.api_key_id)),
        object: invitations[0]["invitationId"].as_str(),
        status: 201,
        code: None,
    };
    assert_line(&app, &line, &expected);
    // The key, its first use, the claims, the quota and the transaction.
    assert_eq!(line["fields"]["dynamodb_calls"], 5, "{line}");
    assert!(line["fields"]["dynamodb_ms"].is_u64(), "{line}");
    assert!(line["fields"]["nppes_ms"].is_u64(), "{line}");
    assert_eq!(line["fields"]["credential_refused"], false, "{line}");
    assert_holds_none_of(&line, &[&app.key]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_of_an_npi_lookup_holds_the_number_or_the_name() {
    let app = App::start().await;
    let binary = binary_path("invite");
    let mut process = FunctionProcess::start_with_log(&binary, &settings(&app)).await.unwrap();
    // The registry answers about the first number, and not about the second.
    for (npi, said) in
        [("1234567893", "answered"), ("2000000119", "the NPI registry gave no answer")]
    {
        let body = json!({ "npiNumber": npi, "lastName": "Grace" }).to_string();
        process.send(http_event("POST", "/v1/npi/lookup", Some(&app.key), &body)).unwrap();
        next_outcome(&mut process).await;
        let line = process.wait_for_log_line(said).await.unwrap();
        assert_holds_none_of(&line, &[npi, "HALE", "ANNA"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_line_of_a_session_names_the_person_and_who_was_read() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&support::admin("boss@clinic.example")).await;
    let other = app.invite_and_confirm(&support::member("grace@clinic.example"), None).await;
    let path = format!("{USERS}/{}", other["userId"].as_str().unwrap());
    let read = http_event("GET", &path, None, "");
    let read = with_session(&read, &boss.cookie, &app.clinic_id);
    let line = read_answered_lines(&app, "list", vec![read]).await.remove(0);
    let expected = ExpectedLine {
        caller: "session",
        actor: Some(&boss.user_id),
        object: other["userId"].as_str(),
        status: 200,
        code: None,
    };
    assert_line(&app, &line, &expected);
    // Session and user in one call, the user that is read, and their newest views.
    assert_eq!(line["fields"]["dynamodb_calls"], 3, "{line}");
    assert_holds_none_of(&line, &[&boss.cookie]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_line_of_an_invitee_names_the_invitation() {
    let app = App::start().await;
    let invited = app.as_pacs().invite(&support::member("grace@clinic.example")).await;
    let id = invited.str("invitationId");
    let token = app.token(&id, 1);
    let body = json!({ "token": token }).to_string();
    let event = http_event("POST", "/v1/invitation/lookup", None, &body);
    let event = with_trace(&event, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let forged = http_event("POST", "/v1/invitation/lookup", None, r#"{"token":"forged"}"#);
    let forged = with_trace(&forged, "00-grace@clinic.example-00f067aa0ba902b7-01");
    let lines = read_answered_lines(&app, "confirm", vec![event, forged]).await;
    assert_eq!(lines[0]["span"]["trace"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(lines[1]["span"].get("trace"), None, "a malformed header is ignored");
    let expected = ExpectedLine {
        caller: "invitee",
        actor: Some(&id),
        object: Some(&id),
        status: 200,
        code: None,
    };
    assert_line(&app, &lines[0], &expected);
    assert_holds_none_of(&lines[0], &[&token]);
    assert_line(&app, &lines[1], &ExpectedLine::of_unknown(404, "token_invalid"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_line_of_a_refused_permission_names_who_tried_what() {
    let app = App::start().await;
    let member = app.confirm_and_sign_in(&support::dashboard_member("grace@clinic.example")).await;
    let target = app.confirm_reader().await;
    let edit = http_event("PATCH", &format!("{USERS}/{target}"), None, r#"{"firstName":"Ida"}"#);
    let edit = with_session(&edit, &member.cookie, &app.clinic_id);
    let line = read_answered_lines(&app, "users", vec![edit]).await.remove(0);
    let expected = ExpectedLine {
        caller: "session",
        actor: Some(&member.user_id),
        object: Some(&target),
        status: 403,
        code: Some("forbidden"),
    };
    assert_line(&app, &line, &expected);
    assert_holds_none_of(&line, &[&member.cookie]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_line_tells_a_missing_credential_from_a_refused_one() {
    let app = App::start().await;
    let wrong = "ask_".to_owned() + &"A".repeat(49);
    let missing = http_event("GET", USERS, None, "");
    let refused = http_event("GET", USERS, Some(&wrong), "");
    let stale = with_session(&missing, &"A".repeat(107), &app.clinic_id);
    let lines = read_answered_lines(&app, "list", vec![missing, refused, stale]).await;
    for (line, credential_refused) in lines.iter().zip([false, true, true]) {
        assert_line(&app, line, &ExpectedLine::of_unknown(401, "unauthenticated"));
        assert_eq!(line["fields"]["credential_refused"], credential_refused, "{line}");
        assert_holds_none_of(line, &[&wrong, "AAAAAAAA"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_line_of_a_sign_in_names_the_person_only_if_the_password_was_right() {
    let app = App::start().await;
    let person = support::dashboard_member("grace@clinic.example");
    let user = app.invite_and_confirm(&person, Some(PASSWORD)).await;
    let sign_in = |password: &str| {
        let body = json!({ "email": "grace@clinic.example", "password": password });
        http_event("POST", "/v1/session", None, &body.to_string())
    };
    let wrong = "a wrong password of this test";
    let events = vec![sign_in(wrong), sign_in(PASSWORD)];
    let lines = read_answered_lines(&app, "session", events).await;
    assert_line(&app, &lines[0], &ExpectedLine::of_unknown(401, "credentials_wrong"));
    let span = &lines[1]["span"];
    assert_eq!((&span["caller"], &span["actor"]), (&json!("session"), &user["userId"]));
    assert!(span["object"].as_str().unwrap().starts_with("ses_"), "{span}");
    for line in &lines {
        assert_holds_none_of(line, &[wrong]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_line_of_a_view_names_the_access() {
    let app = App::start().await;
    let link = app.issue_link(&app.confirm_reader().await).await;
    let body = json!({ "token": link.token }).to_string();
    let redeem = http_event("POST", support::REDEEM, None, &body);
    let line = read_answered_lines(&app, "temporary-access", vec![redeem]).await.remove(0);
    let expected = ExpectedLine {
        caller: "viewer",
        actor: Some(&link.access_id),
        object: Some(&link.access_id),
        status: 200,
        code: None,
    };
    assert_line(&app, &line, &expected);
    assert_holds_none_of(&line, &[&link.token, &support::study(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_line_of_an_event_counts_its_calls_and_holds_no_personal_data() {
    let app = App::start_without_mailer().await;
    let invited = app.as_pacs().invite(&support::member("grace@clinic.example")).await;
    let batch = app.stream_event().to_string();
    let binary = binary_path("mailer");
    let mut mailer = FunctionProcess::start_with_log(&binary, &settings(&app)).await.unwrap();
    mailer.send(batch).unwrap();
    next_outcome(&mut mailer).await;
    let line = mailer.wait_for_log_line("event handled").await.unwrap();
    let fields = &line["fields"];
    assert_eq!(fields["failed"], false, "{line}");
    // Two invitations, the owner's and this one.
    assert_eq!(fields["ses_calls"], 2, "{line}");
    for number in ["duration_ms", "dynamodb_calls", "dynamodb_ms", "ses_ms"] {
        assert!(fields[number].is_u64(), "{number}: {line}");
    }
    assert!(line["span"]["invocation_id"].is_string(), "{line}");
    let token = app.token(&invited.str("invitationId"), 1);
    assert_holds_none_of(&line, &[&token, "@riverside.example"]);
}

/// The metrics of the template that count log lines, with their filter patterns.
fn read_metric_filters() -> Vec<(&'static str, &'static str)> {
    let template = include_str!("../../infra/template.yaml");
    let lines: Vec<_> = template.lines().map(str::trim).collect();
    let filter = |pair: &[&'static str]| {
        let pattern = pair[0].strip_prefix("FilterPattern: '")?.strip_suffix('\'')?;
        let (_, metric) = pair[1].split_once("MetricName: ")?;
        Some((metric.split(',').next()?, pattern))
    };
    lines.windows(2).filter_map(filter).collect()
}

/// Whether a filter pattern of the template counts a line. Knows only what the template uses.
fn counts(pattern: &str, line: &Value) -> bool {
    let at = |path: &str| line.pointer(&path.trim().replace("$.", "/").replace('.', "/")).cloned();
    let term = |term: &str| match term.split_once(" = ") {
        Some((path, value)) => match value.trim().strip_suffix("*\"") {
            Some(start) => at(path)
                .is_some_and(|text| text.as_str().unwrap().starts_with(start.trim_matches('"'))),
            None => at(path) == Some(serde_json::from_str(value.trim()).unwrap()),
        },
        None => panic!("unknown term {term}"),
    };
    let terms = pattern.trim_matches(['{', '}', ' ']);
    terms.split("||").any(term)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupt_item_is_counted_until_the_operator_marks_it() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&support::member("grace@clinic.example")).await;
    let id = id.str("invitationId");
    app.wait_for_delivery(&id, "sent").await;
    app.corrupt_invitation(&id).await;
    let list = "/v1/autoScribe/users/invitations";
    let [page, alone] = [list.to_owned(), format!("{list}/{id}")]
        .map(|path| http_event("GET", &path, Some(&app.key), ""));
    let (_, pattern) =
        read_metric_filters().into_iter().find(|(metric, _)| *metric == "CorruptItems").unwrap();
    let binary = binary_path("list");
    let mut function = FunctionProcess::start_with_log(&binary, &settings(&app)).await.unwrap();
    let mut counted = async |event: &str, message: &str| {
        function.send(event.to_owned()).unwrap();
        next_outcome(&mut function).await;
        let line = function.wait_for_log_line(message).await.unwrap();
        assert_holds_none_of(&line, &["grace@"]);
        counts(pattern, &line)
    };
    assert!(counted(&page, "item skipped: corrupt item").await);
    assert!(counted(&alone, "request failed: internal fault").await);
    let mark = json!({ "clinicId": app.clinic_id, "item": format!("INV#{id}") });
    app.provision(&json!({ "markCorrupt": mark })).await.unwrap();
    assert!(!counted(&page, "item skipped: the operator has marked it").await);
    assert!(!counted(&alone, "request failed: internal fault").await);
}
