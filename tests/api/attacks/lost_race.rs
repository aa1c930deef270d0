//! A change that races the loss of its caller's authority. In the order of the table's stream, none
//! comes after it.

use std::time::Duration;

use domain::audit::{AuditAction, AuditObject};
use emulator::DatabaseFault;
use serde_json::{Value, json};

use crate::support::{App, BrowserSession, TestResponse, admin, member};

const ROUNDS: usize = 50;

/// A change by a manager.
type Write = (&'static str, fn(&Targets, usize) -> (reqwest::Method, String, Value));

struct Targets {
    user: String,
    deactivated: String,
    invitation: String,
    key: String,
}

const WRITES: &[Write] = &[
    ("invite an admin", |_, n| {
        let path = "/v1/autoScribe/users".to_owned();
        (reqwest::Method::POST, path, admin(&format!("new{n}@clinic.example")))
    }),
    ("create a key", |_, _| {
        let body = json!({"description": "PACS", "scopes": ["users:read"]});
        (reqwest::Method::POST, "/v1/apiKeys".to_owned(), body)
    }),
    ("revoke a key", |targets, _| {
        let path = format!("/v1/apiKeys/{}/revoke", targets.key);
        (reqwest::Method::POST, path, json!({}))
    }),
    ("rotate a key", |targets, _| {
        let path = format!("/v1/apiKeys/{}/rotate", targets.key);
        (reqwest::Method::POST, path, json!({"overlapHours": 1}))
    }),
    ("change the settings", |_, n| {
        let days = json!({"invitationDays": 1 + n % 30});
        (reqwest::Method::PATCH, "/v1/clinic".to_owned(), days)
    }),
    ("release a user", |targets, _| {
        let path = "/v1/autoScribe/users/release".to_owned();
        (reqwest::Method::POST, path, json!({"userId": targets.deactivated}))
    }),
    ("edit a user", |targets, n| {
        let path = format!("/v1/autoScribe/users/{}", targets.user);
        (reqwest::Method::PATCH, path, json!({"firstName": format!("Ada {n}")}))
    }),
    ("deactivate a user", |targets, _| {
        let path = "/v1/autoScribe/users/revoke-access".to_owned();
        (reqwest::Method::POST, path, json!({"userId": targets.user}))
    }),
    ("reactivate a user", |targets, _| {
        let path = "/v1/autoScribe/users/reactivate".to_owned();
        (reqwest::Method::POST, path, json!({"userId": targets.deactivated}))
    }),
    ("edit an invitation", |targets, n| {
        let path = format!("/v1/autoScribe/users/invitations/{}", targets.invitation);
        (reqwest::Method::PATCH, path, json!({"firstName": format!("Eve {n}")}))
    }),
    ("revoke an invitation", |targets, _| {
        let path = "/v1/autoScribe/users/invitations/revoke".to_owned();
        (reqwest::Method::POST, path, json!({"invitationId": targets.invitation}))
    }),
];

/// What the writes change, new in each round.
async fn make_targets(app: &App, owner: &BrowserSession, n: usize) -> Targets {
    let confirmed = async |email: &str| {
        app.invite_and_confirm(&member(email), None).await["userId"].as_str().unwrap().to_owned()
    };
    let deactivated = confirmed(&format!("gone{n}@clinic.example")).await;
    let body = json!({"userId": deactivated});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    let invited = app.as_pacs().invite(&member(&format!("eve{n}@clinic.example"))).await;
    let key = json!({"description": "PACS", "scopes": ["users:read"]});
    Targets {
        user: confirmed(&format!("ada{n}@clinic.example")).await,
        deactivated,
        invitation: invited.str("invitationId"),
        key: owner.client.post("/v1/apiKeys", &key).await.str("apiKeyId"),
    }
}

/// The audit records of a person's changes after the person was demoted, in the order of commits.
fn changes_after_demotion(app: &App, user: &str) -> Vec<Value> {
    let records = app.read_stream();
    let image = |record: &Value| record["dynamodb"]["NewImage"].clone();
    let demoted = records.iter().rposition(|record| {
        let new = image(record);
        new["id"]["S"] == user && new["p"]["M"]["lv"]["S"] == "member"
    });
    let later = &records[demoted.expect("the demotion") + 1..];
    let by_them = |new: &Value| new["ac"]["S"] == user && !new["an"].is_null();
    later.iter().map(image).filter(by_them).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_commits_after_the_demotion_of_its_caller() {
    let app = App::start_with_faults_without_mailer().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let mut outcomes = [0_usize; 2];
    for n in 0..ROUNDS {
        let email = format!("boss{n}@clinic.example");
        let boss = app.confirm_and_sign_in(&admin(&email)).await;
        let targets = make_targets(&app, &owner, n).await;
        let (name, write) = &WRITES[n % WRITES.len()];
        let (method, path, body) = write(&targets, n);
        let request = boss.client.request(method, &path).json(&body);
        // The first commit fails, so that the write waits for its next try while its caller is demoted.
        app.fail_next("TransactWriteItems", DatabaseFault::Internal);
        let write = tokio::spawn(TestResponse::fetch(request));
        tokio::time::sleep(Duration::from_millis(20)).await;
        let demote = format!("/v1/autoScribe/users/{}", boss.user_id);
        let body = json!({"level": "member", "keys": "end"});
        owner.client.patch(&demote, &body).await.expect(200);
        let answer = write.await.unwrap();
        let refused = matches!(answer.status.as_u16(), 401 | 403);
        assert!(refused || answer.status.is_success(), "{name}: {}", answer.text);
        outcomes[usize::from(refused)] += 1;
        assert_eq!(changes_after_demotion(&app, &boss.user_id), Vec::<Value>::new(), "{name}");
    }
    let [committed, refused] = outcomes;
    assert!(refused > ROUNDS / 10, "{committed} committed before the demotion, {refused} refused");
}

#[tokio::test]
async fn a_change_decided_before_the_demotion_of_its_caller_is_refused() {
    let app = App::start().await;
    app.confirm_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let id = domain::ids::UserId::parse(&boss.user_id).unwrap();
    let before = app.store().load_user(app.clinic(), id).await.unwrap().unwrap();
    let path = format!("/v1/autoScribe/users/{}", boss.user_id);
    app.as_pacs().patch(&path, &json!({"level": "member"})).await.expect(200);
    let key = AuditObject::ApiKey(domain::ids::ApiKeyId::parse(&app.api_key_id).unwrap());
    let record = app.operator_record(AuditAction::ApiKeyRevoked, key);
    let mut tx = app.store().transaction(&record).unwrap();
    tx.require_same_authority(&before).unwrap();
    let outcome = tx.commit().await.unwrap();
    assert_eq!(outcome, store::CommitOutcome::Conflict(vec![store::Part::Caller]));
}
