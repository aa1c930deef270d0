//! `SendMessageBatch` of SQS, in its JSON protocol. The URL of the queue is not read, because there is one.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Queue;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendRequest {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: String,
    message_body: String,
    #[serde(default)]
    message_group_id: String,
    #[serde(default)]
    delay_seconds: u64,
}

/// The one operation of SQS that the service calls.
pub(crate) fn router(queue: Queue) -> Router {
    Router::new().route("/sqs", post(serve)).route("/sqs/", post(serve)).with_state(queue)
}

async fn serve(State(queue): State<Queue>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    if target != Some("AmazonSQS.SendMessageBatch") {
        return refuse("com.amazonaws.sqs#UnsupportedOperation");
    }
    let Ok(request) = serde_json::from_slice::<SendRequest>(&body) else {
        return refuse("com.amazonaws.sqs#InvalidMessageContents");
    };
    // SQS refuses more than 10 messages, and a longer delay.
    let long = request.entries.iter().any(|entry| entry.delay_seconds > 900);
    if request.entries.is_empty() || request.entries.len() > 10 || long {
        return refuse("com.amazonaws.sqs#InvalidParameterValueException");
    }
    let enqueue = |entry: Entry| {
        let delay = Duration::from_secs(entry.delay_seconds);
        let id = queue.send(entry.message_group_id, entry.message_body, delay);
        json!({ "Id": entry.id, "MessageId": id, "MD5OfMessageBody": "" })
    };
    let sent: Vec<Value> = request.entries.into_iter().map(enqueue).collect();
    answer(StatusCode::OK, &json!({ "Successful": sent, "Failed": [] }))
}

fn refuse(kind: &str) -> Response {
    answer(StatusCode::BAD_REQUEST, &json!({ "__type": kind, "message": "refused" }))
}

fn answer(status: StatusCode, json: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], json.to_string())
        .into_response()
}
