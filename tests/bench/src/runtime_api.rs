//! A small Lambda Runtime API (AWS Lambda developer guide, "Using the Lambda runtime API") with one
//! function behind it, and when what reached it.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};

use crate::{Error, process};

const PATIENCE: Duration = Duration::from_secs(10);

/// Something that the function did.
#[derive(Debug)]
enum Came {
    Next(Instant),
    Response(Instant, String),
    Failure(String),
}

/// A function's process.
pub(crate) struct Function {
    child: Child,
    events: mpsc::UnboundedSender<String>,
    came: mpsc::UnboundedReceiver<Came>,
    api: tokio::task::JoinHandle<std::io::Result<()>>,
    started: Instant,
}

#[derive(Clone)]
struct Api {
    events: Arc<Mutex<mpsc::UnboundedReceiver<String>>>,
    came: mpsc::UnboundedSender<Came>,
}

impl Function {
    /// Starts the release binary `name`.
    pub(crate) async fn start(name: &str, settings: &[(&str, String)]) -> Result<Self, Error> {
        let (events, received) = mpsc::unbounded_channel();
        let (sender, came) = mpsc::unbounded_channel();
        let api = Api { events: Arc::new(Mutex::new(received)), came: sender };
        let invocation = "/2018-06-01/runtime/invocation";
        let router = Router::new()
            .route(&format!("{invocation}/next"), get(next))
            .route(&format!("{invocation}/{{id}}/response"), post(response))
            .route(&format!("{invocation}/{{id}}/error"), post(failure))
            .route("/2018-06-01/runtime/init/error", post(failure))
            .with_state(api);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            // Without it an answer may wait for the function's acknowledgement.
            let _ = stream.set_nodelay(true);
        });
        let api = tokio::spawn(async move { axum::serve(listener, router).await });
        let mut command = Command::new(process::binary(name)?);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("RUST_LOG", "info")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .envs(settings.iter().map(|(key, value)| (*key, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        let started = Instant::now();
        Ok(Self { child: command.spawn()?, events, came, api, started })
    }

    /// From the start of the process to its first call for an event.
    pub(crate) async fn first_next(&mut self) -> Result<Duration, Error> {
        match self.came().await? {
            Came::Next(at) => Ok(at - self.started),
            other => Err(format!("{other:?} before the first event").into()),
        }
    }

    /// Has an event ready for the function's next call.
    pub(crate) fn hand(&self, event: String) -> Result<(), Error> {
        Ok(self.events.send(event)?)
    }

    /// The next answer, and how long after the start of the process it came.
    pub(crate) async fn answer(&mut self) -> Result<(String, Duration), Error> {
        loop {
            match self.came().await? {
                Came::Response(at, answer) => return Ok((answer, at - self.started)),
                Came::Failure(error) => return Err(error.into()),
                Came::Next(_) => {}
            }
        }
    }

    pub(crate) fn pid(&self) -> Result<u32, Error> {
        Ok(self.child.id().ok_or("the function ended")?)
    }

    pub(crate) async fn stop(mut self) -> Result<(), Error> {
        self.child.kill().await?;
        self.api.abort();
        Ok(())
    }

    async fn came(&mut self) -> Result<Came, Error> {
        let came = tokio::time::timeout(PATIENCE, self.came.recv()).await?;
        Ok(came.ok_or("the Runtime API ended")?)
    }
}

async fn next(State(api): State<Api>) -> Response {
    let _ = api.came.send(Came::Next(Instant::now()));
    let Some(event) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:000000000000:function:f"),
    ];
    let headers = headers.map(|(name, value)| {
        let name = axum::http::HeaderName::from_static(name);
        (name, HeaderValue::from_static(value))
    });
    (HeaderMap::from_iter(headers), event).into_response()
}

async fn response(State(api): State<Api>, body: String) -> StatusCode {
    let _ = api.came.send(Came::Response(Instant::now(), body));
    StatusCode::ACCEPTED
}

async fn failure(State(api): State<Api>, body: String) -> StatusCode {
    let _ = api.came.send(Came::Failure(body));
    StatusCode::ACCEPTED
}
