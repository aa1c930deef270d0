//! A receiver of webhooks with one path for each endpoint.

use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::MeasureError;

/// The path of an endpoint whose receiver answers its challenge, and nothing after it.
pub(crate) const DEAD: &str = "dead";
/// Longer than a delivery may take.
const NO_ANSWER: Duration = Duration::from_mins(1);

/// A delivery.
pub(crate) struct Received {
    /// The path of the endpoint.
    pub(crate) path: String,
    /// When it came.
    pub(crate) at: Instant,
    /// The event.
    pub(crate) event: Value,
}

/// A receiver on this machine.
pub(crate) struct Receiver {
    pub(crate) url: String,
    deliveries: UnboundedReceiver<Received>,
}

impl Receiver {
    pub(crate) async fn start() -> Result<Self, MeasureError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (sender, deliveries) = unbounded_channel();
        let router = Router::new().route("/{path}", post(answer)).with_state(sender);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, deliveries })
    }

    /// The next delivery.
    pub(crate) async fn next(&mut self) -> Result<Received, MeasureError> {
        let next = tokio::time::timeout(NO_ANSWER, self.deliveries.recv()).await?;
        next.ok_or_else(|| "the receiver stopped".into())
    }

    /// Forgets what came so far.
    pub(crate) fn forget(&mut self) {
        while self.deliveries.try_recv().is_ok() {}
    }
}

async fn answer(
    State(sender): State<UnboundedSender<Received>>,
    Path(path): Path<String>,
    Json(event): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    if event["type"] == "webhook.challenge" {
        return Ok(Json(json!({ "challenge": event["data"]["challenge"] })));
    }
    if path == DEAD {
        tokio::time::sleep(NO_ANSWER).await;
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    // Nobody counts any more if this fails.
    let _ = sender.send(Received { path, at: Instant::now(), event });
    Ok(Json(json!({})))
}
