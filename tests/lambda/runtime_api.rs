//! A small Lambda Runtime API (AWS Lambda developer guide, "Using the Lambda runtime API"): hands
//! out given events one by one and keeps what the function answers.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// What a function made of one event.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It answered.
    Response(Value),
    /// It reported an error.
    Error(Value),
}

/// One function's binary with the Runtime API that feeds it.
pub(crate) struct Function {
    child: Child,
    outcomes: mpsc::UnboundedReceiver<Outcome>,
}

#[derive(Clone)]
struct Api {
    events: Arc<Mutex<VecDeque<String>>>,
    outcomes: mpsc::UnboundedSender<Outcome>,
}

impl Function {
    /// Starts the binary `name` with these settings; it will be given these events.
    pub(crate) async fn start(
        name: &str,
        settings: &[(&str, String)],
        events: Vec<String>,
    ) -> Self {
        let (outcomes, received) = mpsc::unbounded_channel();
        let api = Api { events: Arc::new(Mutex::new(events.into())), outcomes };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(api);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let child = Command::new(binary(name))
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .envs(settings.iter().map(|(key, value)| (*key, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child, outcomes: received }
    }

    /// What the function made of the next event.
    pub(crate) async fn outcome(&mut self) -> Outcome {
        tokio::time::timeout(Duration::from_mins(1), self.outcomes.recv())
            .await
            .expect("an answer")
            .unwrap()
    }

    /// What the function said when it ended by itself.
    pub(crate) async fn last_words(self) -> String {
        let ended =
            tokio::time::timeout(Duration::from_mins(1), self.child.wait_with_output()).await;
        let output = ended.expect("an end").unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

/// The binary beside this test's own: `make test` builds all of them before it runs any test.
fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(std::path::Path::parent).unwrap().join(name);
    assert!(
        path.exists(),
        "{} is not built: cargo build --workspace --bins --tests",
        path.display()
    );
    path
}

async fn next(State(api): State<Api>) -> impl IntoResponse {
    let event = api.events.lock().unwrap().pop_front();
    let Some(event) = event else {
        return std::future::pending().await;
    };
    let mut headers = HeaderMap::new();
    headers.insert(
        "lambda-runtime-aws-request-id",
        "8476a536-e9f4-11e8-9739-2dfe598c3fcd".parse().unwrap(),
    );
    headers.insert("lambda-runtime-deadline-ms", "4102444800000".parse().unwrap());
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
    headers.insert("lambda-runtime-invoked-function-arn", arn.parse().unwrap());
    (headers, event)
}

async fn response(
    State(api): State<Api>,
    Path(_): Path<String>,
    body: String,
) -> impl IntoResponse {
    let _ = api.outcomes.send(Outcome::Response(serde_json::from_str(&body).unwrap()));
    (axum::http::StatusCode::ACCEPTED, Json(Value::Null))
}

async fn error(State(api): State<Api>, Path(_): Path<String>, body: String) -> impl IntoResponse {
    let _ = api.outcomes.send(Outcome::Error(serde_json::from_str(&body).unwrap()));
    (axum::http::StatusCode::ACCEPTED, Json(Value::Null))
}
