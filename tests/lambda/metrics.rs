//! The metrics that real functions write into their log.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::runtime_api::FunctionProcess;

use super::logs::{PERSONAL, with_session};
use super::{binary_path, http_event, next_outcome, settings};
use crate::support::{self, App, PASSWORD};

/// Sends events to a function and returns the line of metrics of each.
async fn read_metrics(app: &App, function: &str, events: Vec<String>) -> Vec<Value> {
    let binary = binary_path(function);
    let mut settings = settings(app);
    settings.push(("METRIC_NAMESPACE", "stack".to_owned()));
    let mut process = FunctionProcess::start_with_log(&binary, &settings).await.unwrap();
    let mut lines = Vec::new();
    for event in events {
        process.send(event).unwrap();
        next_outcome(&mut process).await;
        lines.push(process.wait_for_metrics().await.unwrap());
    }
    lines
}

/// The metrics of a line that have no dimension, with the sum of their values.
fn totals(line: &Value) -> BTreeMap<&str, u64> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    let metrics = directives
        .iter()
        .filter(|directive| directive["Dimensions"] == json!([[]]))
        .flat_map(|directive| directive["Metrics"].as_array().unwrap())
        .map(|metric| metric["Name"].as_str().unwrap());
    let sum = |name: &str| line[name].as_array().unwrap().iter().filter_map(Value::as_u64).sum();
    metrics.map(|name| (name, sum(name))).collect()
}

fn counted(metrics: &[(&'static str, u64)]) -> BTreeMap<&'static str, u64> {
    metrics.iter().copied().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_is_counted_by_its_own_metric() {
    let app = App::start().await;
    let member = app.confirm_and_sign_in(&support::dashboard_member("grace@clinic.example")).await;
    let body = json!({ "email": "nobody@clinic.example", "password": "a wrong password" });
    let guess = http_event("POST", "/v1/session", None, &body.to_string());
    let attempts = read_metrics(&app, "session", vec![guess; 11]).await;
    let keys = http_event("GET", "/v1/apiKeys", None, "");
    let keys = with_session(&keys, &member.cookie, &app.clinic_id);
    let unknown_key = http_event("GET", "/v1/apiKeys", Some("ask_unknown"), "");
    let missing = http_event("GET", "/v1/apiKeys", None, "");
    let users = read_metrics(&app, "users", vec![keys, unknown_key, missing]).await;
    for (line, expected) in [
        (&attempts[0], &[("FailedSignIns", 1)][..]),
        (&attempts[10], &[("LockedSignIns", 1)]),
        (&users[0], &[("RefusedPermissions", 1)]),
        (&users[1], &[("RefusedCredentials", 1)]),
        (&users[2], &[]),
    ] {
        assert_eq!(totals(line), counted(expected), "{line}");
    }
    assert_eq!((&attempts[0]["ColdStarts"], &attempts[1]["ColdStarts"]), (&json!(1), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_and_its_acceptance_are_counted_once_committed() {
    let app = App::start().await;
    let person = support::radiologist("ada@clinic.example").to_string();
    let invite = http_event("POST", "/v1/autoScribe/users", Some(&app.key), &person);
    let lines = read_metrics(&app, "invite", vec![invite.clone(), invite]).await;
    assert_eq!(totals(&lines[0]), counted(&[("Invited", 1), ("NpiVerified", 1)]));
    assert_eq!(totals(&lines[1]), counted(&[]), "a repeat invites no one");
    assert_eq!(lines[0]["Route"], "POST /v1/autoScribe/users");
    assert!(lines[0]["Duration"].is_u64());
    let invitations = app.list_invitations("?email=ada@clinic.example").await;
    let id = invitations[0]["invitationId"].as_str().unwrap();
    let body = app.as_invitee().with_terms(&json!({ "token": app.token(id, 1) })).await;
    let accept = http_event("POST", "/v1/invitation/accept", None, &body.to_string());
    let accepted = read_metrics(&app, "confirm", vec![accept]).await.remove(0);
    assert_eq!(totals(&accepted), counted(&[("Accepted", 1)]));
    for line in lines.iter().chain([&accepted]) {
        let text = line.to_string();
        for secret in PERSONAL.iter().chain([&id, &app.clinic_id.as_str(), &"192.0.2.7", &PASSWORD])
        {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opened_and_a_refused_link_are_counted() {
    let app = App::start().await;
    let link = app.issue_link(&app.confirm_reader().await).await;
    let body = json!({ "token": link.token }).to_string();
    let redeem = http_event("POST", support::REDEEM, None, &body);
    let lines = read_metrics(&app, "temporary-access", vec![redeem.clone(), redeem]).await;
    assert_eq!(totals(&lines[0]), counted(&[("LinksOpened", 1)]));
    assert_eq!(totals(&lines[1]), counted(&[("LinksRefused", 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_is_counted_with_the_time_since_its_change() {
    let app = App::start_without_mailer().await;
    app.as_pacs().invite(&support::member("grace@clinic.example")).await;
    let batch = app.stream_event().to_string();
    let line = read_metrics(&app, "mailer", vec![batch]).await.remove(0);
    // Two invitations, the owner's and this one.
    assert_eq!(totals(&line)["Emailed"], 2, "{line}");
    assert_eq!(line["CommitToEmail"].as_array().unwrap().len(), 2, "{line}");
    assert!(line.get("Route").is_none(), "{line}");
    assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Function"]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_audit_record_is_counted_and_logged_without_its_content() {
    let app = App::start_without_mailer().await;
    let record = app.list_audit_records("clinic.provisioned").await.remove(0);
    let key = |name: &str| record[name].as_s().unwrap().clone();
    let (partition, id) = (key("PK"), key("SK"));
    app.set_attribute(&partition, &id, "ip", "203.0.113.9").await;
    let changed = json!({ "Records": app.stream_for_events().split_off(3) });
    let binary = binary_path("events");
    let mut settings = settings(&app);
    settings.push(("METRIC_NAMESPACE", "stack".to_owned()));
    let mut process = FunctionProcess::start_with_log(&binary, &settings).await.unwrap();
    process.send(changed.to_string()).unwrap();
    let line = process.wait_for_log_line("audit record changed").await.unwrap();
    let fields = &line["fields"];
    assert_eq!((&line["level"], &fields["change"]), (&json!("ERROR"), &json!("MODIFY")));
    assert_eq!((&fields["partition"], &fields["id"]), (&json!(partition), &json!(id)));
    assert!(!line.to_string().contains("203.0.113.9"), "{line}");
    let metrics = process.wait_for_metrics().await.unwrap();
    assert_eq!(totals(&metrics), counted(&[("AuditChanged", 1)]));
    app.delete_item(&partition, &id).await;
    let removed = json!({ "Records": app.stream_for_events().split_off(4) });
    let line = read_metrics(&app, "events", vec![removed.to_string()]).await.remove(0);
    assert_eq!(totals(&line), counted(&[("AuditChanged", 1)]));
}
