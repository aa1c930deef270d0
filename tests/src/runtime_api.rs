//! A Lambda Runtime API that serves events to one function's process.
//!
//! It follows the AWS Lambda developer guide, "Using the Lambda runtime API".

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::time::Clock as _;
use runtime::SystemClock;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

/// Why a function could not be started, called or stopped.
pub type FunctionError = Box<dyn std::error::Error + Send + Sync>;

/// The longest wait for a call from the function, or for its exit.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What a function returned for one event.
#[derive(Debug)]
pub enum EventOutcome {
    /// A response.
    Response(Value),
    /// An error from the handler, or from the initialization of the process.
    Error(Value),
}

/// A function's process and the Runtime API that it calls. Dropping this kills the process.
#[derive(Debug)]
pub struct FunctionProcess {
    process: Child,
    events: mpsc::UnboundedSender<QueuedEvent>,
    calls: mpsc::UnboundedReceiver<RuntimeCall>,
    server: JoinHandle<std::io::Result<()>>,
    started: Instant,
    log: Option<Lines<BufReader<ChildStdout>>>,
}

/// A call from the function, with its arrival time.
#[derive(Debug)]
enum RuntimeCall {
    Next(Instant),
    Response(Instant, String),
    Error(Instant, String),
}

#[derive(Debug)]
struct QueuedEvent {
    event: String,
    time: Duration,
}

#[derive(Clone)]
struct RuntimeApi {
    events: Arc<Mutex<mpsc::UnboundedReceiver<QueuedEvent>>>,
    calls: mpsc::UnboundedSender<RuntimeCall>,
}

impl FunctionProcess {
    /// Starts `binary` with these settings and without the environment of this process. Discards its log.
    pub async fn start(binary: &Path, settings: &[(&str, String)]) -> Result<Self, FunctionError> {
        Self::start_with_stdout(binary, settings, Stdio::null()).await
    }

    /// Starts `binary` as [`Self::start`] does, and keeps its log for [`Self::wait_for_log_line`].
    pub async fn start_with_log(
        binary: &Path,
        settings: &[(&str, String)],
    ) -> Result<Self, FunctionError> {
        Self::start_with_stdout(binary, settings, Stdio::piped()).await
    }

    async fn start_with_stdout(
        binary: &Path,
        settings: &[(&str, String)],
        stdout: Stdio,
    ) -> Result<Self, FunctionError> {
        let (events, event_queue) = mpsc::unbounded_channel();
        let (call_queue, calls) = mpsc::unbounded_channel();
        let api = RuntimeApi { events: Arc::new(Mutex::new(event_queue)), calls: call_queue };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            // Otherwise an event may wait for the function's TCP acknowledgment of the last one.
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
            .stdout(stdout)
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let started = Instant::now();
        let mut process = command.spawn()?;
        let log = process.stdout.take().map(|stdout| BufReader::new(stdout).lines());
        Ok(Self { process, events, calls, server, started, log })
    }

    /// Queues an event for the function.
    pub fn send(&self, event: String) -> Result<(), FunctionError> {
        self.send_within(event, Duration::from_hours(1))
    }

    /// Queues an event that the function has this long for.
    pub fn send_within(&self, event: String, time: Duration) -> Result<(), FunctionError> {
        Ok(self.events.send(QueuedEvent { event, time })?)
    }

    /// Waits for the first call for an event. Returns the time since the start of the process.
    pub async fn wait_for_startup(&mut self) -> Result<Duration, FunctionError> {
        match self.wait_for_call().await? {
            RuntimeCall::Next(at) => Ok(at - self.started),
            other => Err(format!("{other:?} before the first event").into()),
        }
    }

    /// Waits for the next outcome. Returns it with its time since the start of the process.
    pub async fn wait_for_outcome(&mut self) -> Result<(EventOutcome, Duration), FunctionError> {
        loop {
            let (outcome, at) = match self.wait_for_call().await? {
                RuntimeCall::Next(_) => continue,
                RuntimeCall::Response(at, body) => {
                    (EventOutcome::Response(serde_json::from_str(&body)?), at)
                }
                RuntimeCall::Error(at, body) => {
                    (EventOutcome::Error(serde_json::from_str(&body)?), at)
                }
            };
            return Ok((outcome, at - self.started));
        }
    }

    /// Waits for the next response, as [`Self::wait_for_outcome`] does. An error outcome is an error here.
    pub async fn wait_for_response(&mut self) -> Result<(Value, Duration), FunctionError> {
        match self.wait_for_outcome().await? {
            (EventOutcome::Response(response), at) => Ok((response, at)),
            (EventOutcome::Error(error), _) => Err(error.to_string().into()),
        }
    }

    /// Waits for the next log line with this message. Skips other lines.
    pub async fn wait_for_log_line(&mut self, message: &str) -> Result<Value, FunctionError> {
        self.wait_for_line(|line| line["fields"]["message"] == message).await
    }

    /// Waits for the next line of metrics in the function's log.
    pub async fn wait_for_metrics(&mut self) -> Result<Value, FunctionError> {
        self.wait_for_line(|line| line.get("_aws").is_some()).await
    }

    async fn wait_for_line(
        &mut self,
        is_asked: impl Fn(&Value) -> bool,
    ) -> Result<Value, FunctionError> {
        let log = self.log.as_mut().ok_or("the log is not kept")?;
        loop {
            let line = tokio::time::timeout(TIMEOUT, log.next_line()).await??;
            let line: Value = serde_json::from_str(&line.ok_or("the log has ended")?)?;
            if is_asked(&line) {
                return Ok(line);
            }
        }
    }

    /// The process id.
    pub fn pid(&self) -> Result<u32, FunctionError> {
        Ok(self.process.id().ok_or("the function has exited")?)
    }

    /// Kills the process.
    pub async fn stop(mut self) -> Result<(), FunctionError> {
        self.process.kill().await?;
        self.server.abort();
        Ok(())
    }

    /// Waits until the process exits. Returns its status and its stderr.
    pub async fn wait_for_exit(self) -> Result<(ExitStatus, String), FunctionError> {
        let output = tokio::time::timeout(TIMEOUT, self.process.wait_with_output()).await??;
        self.server.abort();
        Ok((output.status, String::from_utf8_lossy(&output.stderr).into_owned()))
    }

    async fn wait_for_call(&mut self) -> Result<RuntimeCall, FunctionError> {
        tokio::select! {
            biased;
            call = self.calls.recv() => Ok(call.ok_or("the Runtime API has stopped")?),
            status = self.process.wait() => Err(self.read_exit_error(status?).await),
            () = tokio::time::sleep(TIMEOUT) => Err("the function did not answer in time".into()),
        }
    }

    async fn read_exit_error(&mut self, status: ExitStatus) -> FunctionError {
        let mut stderr = String::new();
        if let Some(pipe) = &mut self.process.stderr {
            let _ = pipe.read_to_string(&mut stderr).await;
        }
        format!("the function exited: {status}: {stderr}").into()
    }
}

fn router(api: RuntimeApi) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(serve_next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(accept_response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(accept_error))
        .route("/2018-06-01/runtime/init/error", post(accept_error))
        .with_state(api)
}

async fn serve_next(State(api): State<RuntimeApi>) -> Response {
    let _ = api.calls.send(RuntimeCall::Next(Instant::now()));
    let Some(QueuedEvent { event, time }) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemClock.now().plus(time).millis().to_string();
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", deadline.as_str()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:000000000000:function:f"),
    ];
    (headers, event).into_response()
}

async fn accept_response(State(api): State<RuntimeApi>, body: String) -> StatusCode {
    let _ = api.calls.send(RuntimeCall::Response(Instant::now(), body));
    StatusCode::ACCEPTED
}

async fn accept_error(State(api): State<RuntimeApi>, body: String) -> StatusCode {
    let _ = api.calls.send(RuntimeCall::Error(Instant::now(), body));
    StatusCode::ACCEPTED
}
