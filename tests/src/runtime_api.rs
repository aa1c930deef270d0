//! A Lambda Runtime API with one function's process behind it.
//!
//! It follows the AWS Lambda developer guide, "Using the Lambda runtime API".

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

/// What can go wrong around a function: its start, its process, its end.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// How long a function may take for anything.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a function returned for one event.
#[derive(Debug)]
pub enum Outcome {
    /// A response.
    Response(Value),
    /// An error, from the handler or from the start of the process.
    Error(Value),
}

/// A function's process with the Runtime API that feeds it. Dropping it kills the process.
#[derive(Debug)]
pub struct Function {
    process: Child,
    events: mpsc::UnboundedSender<String>,
    calls: mpsc::UnboundedReceiver<Call>,
    server: JoinHandle<std::io::Result<()>>,
    started: Instant,
}

/// A call from the function, and when it arrived.
#[derive(Debug)]
enum Call {
    Next(Instant),
    Response(Instant, String),
    Error(Instant, String),
}

#[derive(Clone)]
struct Api {
    events: Arc<Mutex<mpsc::UnboundedReceiver<String>>>,
    calls: mpsc::UnboundedSender<Call>,
}

impl Function {
    /// Starts `binary` with these settings and nothing else of this process's environment.
    pub async fn start(binary: &Path, settings: &[(&str, String)]) -> Result<Self, Error> {
        let (events, event_queue) = mpsc::unbounded_channel();
        let (call_queue, calls) = mpsc::unbounded_channel();
        let api = Api { events: Arc::new(Mutex::new(event_queue)), calls: call_queue };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            // Without it an event may wait for the function's acknowledgment of the last one.
            let _ = stream.set_nodelay(true);
        });
        let server = tokio::spawn(async move { axum::serve(listener, router(api)).await });
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", binary.file_name().unwrap_or_default())
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("RUST_LOG", "info")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .envs(settings.iter().map(|(key, value)| (*key, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let started = Instant::now();
        Ok(Self { process: command.spawn()?, events, calls, server, started })
    }

    /// Queues an event for the function.
    pub fn send(&self, event: String) -> Result<(), Error> {
        Ok(self.events.send(event)?)
    }

    /// The time from the start of the process to its first call for an event.
    pub async fn startup_time(&mut self) -> Result<Duration, Error> {
        match self.next_call().await? {
            Call::Next(at) => Ok(at - self.started),
            other => Err(format!("{other:?} before the first event").into()),
        }
    }

    /// Waits for the next outcome. Returns it with its time since the start of the process.
    pub async fn outcome(&mut self) -> Result<(Outcome, Duration), Error> {
        loop {
            let (outcome, at) = match self.next_call().await? {
                Call::Next(_) => continue,
                Call::Response(at, body) => (Outcome::Response(serde_json::from_str(&body)?), at),
                Call::Error(at, body) => (Outcome::Error(serde_json::from_str(&body)?), at),
            };
            return Ok((outcome, at - self.started));
        }
    }

    /// Waits for the next response, as [`Self::outcome`] does. An error outcome is an error here.
    pub async fn response(&mut self) -> Result<(Value, Duration), Error> {
        match self.outcome().await? {
            (Outcome::Response(response), at) => Ok((response, at)),
            (Outcome::Error(error), _) => Err(error.to_string().into()),
        }
    }

    /// The process id.
    pub fn pid(&self) -> Result<u32, Error> {
        Ok(self.process.id().ok_or("the function has exited")?)
    }

    /// Kills the process.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.process.kill().await?;
        self.server.abort();
        Ok(())
    }

    /// Waits until the process exits by itself. Returns its status and what it wrote to stderr.
    pub async fn wait(self) -> Result<(ExitStatus, String), Error> {
        let output = tokio::time::timeout(PATIENCE, self.process.wait_with_output()).await??;
        self.server.abort();
        Ok((output.status, String::from_utf8_lossy(&output.stderr).into_owned()))
    }

    async fn next_call(&mut self) -> Result<Call, Error> {
        tokio::select! {
            biased;
            call = self.calls.recv() => Ok(call.ok_or("the Runtime API has stopped")?),
            status = self.process.wait() => Err(self.exit_error(status?).await),
            () = tokio::time::sleep(PATIENCE) => Err("the function did not answer in time".into()),
        }
    }

    async fn exit_error(&mut self, status: ExitStatus) -> Error {
        let mut stderr = String::new();
        if let Some(pipe) = &mut self.process.stderr {
            let _ = pipe.read_to_string(&mut stderr).await;
        }
        format!("the function exited: {status}: {stderr}").into()
    }
}

fn router(api: Api) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(error))
        .with_state(api)
}

async fn next(State(api): State<Api>) -> Response {
    let _ = api.calls.send(Call::Next(Instant::now()));
    let Some(event) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:000000000000:function:f"),
    ];
    let headers = headers
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    (HeaderMap::from_iter(headers), event).into_response()
}

async fn response(State(api): State<Api>, body: String) -> StatusCode {
    let _ = api.calls.send(Call::Response(Instant::now(), body));
    StatusCode::ACCEPTED
}

async fn error(State(api): State<Api>, body: String) -> StatusCode {
    let _ = api.calls.send(Call::Error(Instant::now(), body));
    StatusCode::ACCEPTED
}
