//! Walks through every write of every request, and loses its answer: once, always, with all answers after it,
//! or for a while. The caller gets what they would have got without the loss, or a 503 whose repeat gives it.
//! The table then holds what it would have held.

mod requests;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use emulator::{AnswerLoss, WatchedWrite};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::{App, TestResponse};
use requests::{CASES, Prepared, READ_ONLY};
use table::snapshot;

/// How many services run at once. Most of their time they wait for a repeat.
const AT_ONCE: usize = 6;

const LOSSES: [AnswerLoss; 4] = [
    AnswerLoss::Once,
    AnswerLoss::Always,
    AnswerLoss::FromHereOn,
    AnswerLoss::Late(Duration::from_millis(2500)),
];

/// Requests whose repeat after a 503 differs if no answer came at all, and what differs. Their answers hold a
/// secret that cannot be made again, or the caller's own session has ended. Nothing else may differ.
const DIFFERS: &[(&str, &[&str])] = &[
    // The secret of the first one was lost. It is never used, and can be ended or ends by itself.
    ("POST /v1/session", &["AUDIT/evt an=session.started", "CLINIC/SESSION"]),
    (
        "POST /v1/apiKeys",
        &["APIKEY/APIKEY", "CLINIC/APIKEY", "AUDIT/evt an=api_key.created", "MAIL"],
    ),
    // The second link replaces it.
    (
        "POST /v1/autoScribe/studies/reroute-url",
        &["AUDIT/evt an=access.issued", "AUDIT/evt an=access.revoked", "CLINIC/ACCESS"],
    ),
    (
        "POST /v1/autoScribe/studies/viewer-only-reroute-url",
        &["AUDIT/evt an=access.issued", "AUDIT/evt an=access.revoked", "CLINIC/ACCESS"],
    ),
    ("POST /v1/autoScribe/ephemeral-sessions", &["AUDIT/evt an=access.issued", "CLINIC/ACCESS"]),
    // A second email with a link of its own, which counts.
    ("POST /v1/password/forgot", &["MAIL/MAIL", "IP/THROTTLE re=", "ACCOUNT/THROTTLE re="]),
    // The session is over, which is what was asked for.
    ("DELETE /v1/session", &["response 204, now 401"]),
    ("DELETE /v1/sessions/{sessionId}", &["response 200, now 404"]),
    // A second session. The first one ends unused.
    (
        "POST /v1/invitation/accept: with a password",
        &["AUDIT/evt an=session.started", "CLINIC/SESSION"],
    ),
    ("POST /v1/apiKeys/{apiKeyId}/rotate", &["AUDIT/evt an=api_key.rotated", "MAIL/MAIL"]),
    // The first secret was lost. Its endpoint can be ended, and its secret signs until the overlap ends.
    (
        "POST /v1/webhookEndpoints",
        &["AUDIT/evt an=webhook.created", "CLINIC/HOOK", "CLINIC/DELIVERY"],
    ),
    (
        "POST /v1/webhookEndpoints/{webhookEndpointId}/rotate",
        &["AUDIT/evt an=webhook.rotated", "CLINIC/HOOK"],
    ),
    // A second challenge would come too soon. A second test event is one more.
    ("POST /v1/webhookEndpoints/{webhookEndpointId}/verify", &["response 200, now 429"]),
    (
        "POST /v1/webhookEndpoints/{webhookEndpointId}/test",
        &["AUDIT/evt an=webhook.delivery_requested", "CLINIC/DELIVERY"],
    ),
    (
        "POST /v1/webhookEndpoints/{webhookEndpointId}/redeliver",
        &["AUDIT/evt an=webhook.delivery_requested", "CLINIC/DELIVERY"],
    ),
    // The first one runs.
    ("POST /v1/webhookEndpoints/{webhookEndpointId}/redeliver: since", &["response 200, now 409"]),
    // The person signs in again.
    ("POST /v1/session/clinic", &["response 200, now 401"]),
];

/// What a caller and the table show after a request.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outcome {
    status: u16,
    /// The members of the response.
    members: BTreeSet<String>,
    table: BTreeMap<String, usize>,
}

impl Outcome {
    async fn of(app: &App, answer: &TestResponse) -> Self {
        let body = serde_json::from_str::<Value>(&answer.text).unwrap_or_default();
        let members = body.as_object().map(|body| body.keys().cloned().collect());
        Self {
            status: answer.status.as_u16(),
            members: members.unwrap_or_default(),
            table: snapshot(&app.load_items().await),
        }
    }

    /// How `other` differs.
    fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if (self.status, &self.members) != (other.status, &other.members) {
            found.push(format!("response {}, now {}", self.status, other.status));
        }
        for item in self.table.keys().chain(other.table.keys()).collect::<BTreeSet<_>>() {
            let count = |of: &Self| of.table.get(item).copied().unwrap_or_default();
            if count(self) != count(other) {
                found.push(format!("{item}: {}, now {}", count(self), count(other)));
            }
        }
        found
    }
}

/// Whether a request may differ in this way.
fn may_differ(case: &str, loss: AnswerLoss, difference: &str) -> bool {
    let known = DIFFERS.iter().find(|(known, _)| *known == case);
    let known = known.filter(|_| loss == AnswerLoss::FromHereOn);
    known.is_some_and(|(_, starts)| starts.iter().any(|start| difference.starts_with(start)))
}

/// Sends a request that loses no answer. Returns the writes that it makes.
async fn send_undisturbed(case: &str) -> (Outcome, Vec<WatchedWrite>) {
    let app = App::start_with_faults_without_mailer().await;
    let request = Prepared::new(&app, case).await;
    app.watch_writes();
    let answer = request.send(&app).await;
    let writes = app.watched_writes();
    let outcome = Outcome::of(&app, &answer).await;
    assert!(outcome.status < 500, "{case}: {}", answer.text);
    (outcome, writes)
}

/// Sends a request that loses an answer, and repeats it after a 503.
async fn send_with_loss(case: &str, write: usize, loss: AnswerLoss) -> (Outcome, bool) {
    let app = App::start_with_faults_without_mailer().await;
    let request = Prepared::new(&app, case).await;
    app.lose_answers(write, loss);
    let answer = request.send(&app).await;
    app.heal_database();
    if answer.status == 503 {
        answer.expect_problem(503, "unavailable");
    }
    // A batch answers each person on their own.
    let in_batch = answer.text.contains(r#""status":503"#);
    if answer.status != 503 && !in_batch {
        return (Outcome::of(&app, &answer).await, false);
    }
    let repeated = request.send(&app).await;
    (Outcome::of(&app, &repeated).await, true)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_of_any_write_changes_nothing() {
    let running = Arc::new(Semaphore::new(AT_ONCE));
    let mut walks = JoinSet::new();
    for &case in CASES {
        let running = running.clone();
        walks.spawn(async move {
            let _turn = running.acquire_owned().await.unwrap();
            let (right, writes) = send_undisturbed(case).await;
            let mut report = Vec::new();
            for (write, WatchedWrite { operation, .. }) in writes.iter().enumerate() {
                for loss in LOSSES {
                    let (outcome, repeated) = send_with_loss(case, write, loss).await;
                    let how = if repeated { "503, then the repeat" } else { "answered" };
                    let line = format!("{case}, write {write} {operation}, {loss:?}: {how}");
                    let mut differences = right.differences(&outcome);
                    differences.retain(|difference| !may_differ(case, loss, difference));
                    report.push((line, differences));
                }
            }
            report
        });
    }
    let report: Vec<_> = walks.join_all().await.into_iter().flatten().collect();
    let wrong: Vec<String> = (report.iter())
        .filter(|(_, differences)| !differences.is_empty())
        .map(|(line, differences)| format!("{line}\n    {}", differences.join("\n    ")))
        .collect();
    assert!(report.len() > 4 * CASES.len(), "the walk met {} answers", report.len());
    assert!(wrong.is_empty(), "of {} lost answers:\n{}", report.len(), wrong.join("\n"));
}

#[test]
fn the_walk_has_every_operation_that_writes() {
    let document: Value = serde_json::from_str(&tests::openapi().to_json().unwrap()).unwrap();
    let of_path = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().keys().filter(|method| *method != "get");
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    let all: BTreeSet<String> =
        document["paths"].as_object().unwrap().iter().flat_map(of_path).collect();
    let operation = |case: &&str| case.split(':').next().unwrap().to_owned();
    let walked = CASES.iter().map(operation).chain(READ_ONLY.iter().map(|&name| name.to_owned()));
    assert_eq!(walked.collect::<BTreeSet<_>>(), all);
}
