//! The access log: one line per request, `answered`, with the caller and the object.
//!
//! Caller and object are on the request's span, so every other log line of the request has them too. The
//! network address is on `answered` alone. Apart from it, only ids are recorded.

use std::fmt::Display;
use std::time::Instant;

use axum::extract::{MatchedPath, RawPathParams, Request};
use axum::http::StatusCode;
use telemetry::{CalledService, Measured, Metric, MetricLine, MetricValues};
use tracing::Span;
use tracing::field::{Empty, display};

use crate::path::find_id;
use crate::problem::ProblemOutcome;
use crate::request::{ClientIp, InvocationId, RequestId};
use crate::trace::{XrayTrace, find_trace_id};

/// The kind of a caller who was not identified.
const UNKNOWN: &str = "unknown";

/// The log entry of a request that is being answered.
pub(crate) struct AccessLogEntry {
    /// The span of the request.
    pub(crate) span: Span,
    /// The method and the pattern of the path.
    route: String,
    ip: Option<String>,
    started: Instant,
    cold: bool,
}

impl AccessLogEntry {
    /// Starts the entry of a request. The object is the id in its path, even if the request is refused. The
    /// first request of a process counts as a cold start.
    pub(crate) fn start(request: &Request, path: Option<&RawPathParams>, id: &RequestId) -> Self {
        let extensions = request.extensions();
        let route = extensions.get::<MatchedPath>().map_or("none", |path| path.as_str());
        let span = tracing::info_span!(
            "request",
            request_id = id.0,
            invocation_id = Empty,
            trace = Empty,
            xray = Empty,
            method = %request.method(),
            route,
            caller = UNKNOWN,
            actor = Empty,
            clinic = Empty,
            object = Empty,
        );
        if let Some(id) = extensions.get::<InvocationId>() {
            span.record("invocation_id", &id.0);
        }
        if let Some(id) = find_trace_id(request.headers()) {
            span.record("trace", id);
        }
        if let Some(trace) = extensions.get::<XrayTrace>() {
            span.record("xray", trace.as_str());
        }
        let ids = path.into_iter().flatten();
        if let Some(id) = ids.into_iter().find_map(|(_, text)| find_id(text)) {
            span.record("object", id);
        }
        let ip = extensions.get::<ClientIp>().map(|ip| ip.as_str().to_owned());
        let route = format!("{} {route}", request.method());
        Self { span, route, ip, started: Instant::now(), cold: telemetry::is_cold_start() }
    }

    /// Writes the `answered` line and the metrics.
    pub(crate) fn finish(
        self,
        status: StatusCode,
        problem: Option<ProblemOutcome>,
        Measured { calls, mut metrics }: Measured,
    ) {
        if let Some(problem) = problem {
            count_refusal(status, problem, &mut metrics);
        }
        let (status, cold) = (status.as_u16(), self.cold);
        let duration_ms = telemetry::millis(self.started.elapsed());
        tracing::info!(
            parent: &self.span,
            status,
            code = problem.map(|problem| problem.code),
            credential_refused = problem.is_some_and(|problem| problem.credential_refused),
            ip = self.ip,
            duration_ms,
            cold,
            dynamodb_calls = calls.calls(CalledService::DynamoDb),
            dynamodb_ms = calls.millis(CalledService::DynamoDb),
            nppes_ms = calls.millis(CalledService::Nppes),
            breached_passwords_ms = calls.millis(CalledService::BreachedPasswords),
            "answered"
        );
        MetricLine { route: Some(&self.route), duration_ms, cold, values: &metrics }.write();
    }
}

/// Counts what a caller was refused.
fn count_refusal(status: StatusCode, problem: ProblemOutcome, metrics: &mut MetricValues) {
    let metric = match (status, problem.code) {
        (_, "credentials_wrong" | "password_wrong") => Some(Metric::FailedSignIns),
        (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts") => Some(Metric::LockedSignIns),
        (StatusCode::FORBIDDEN, "forbidden") => Some(Metric::RefusedPermissions),
        _ => None,
    };
    if let Some(metric) = metric {
        metrics.count(metric);
    }
    if problem.credential_refused {
        metrics.count(Metric::RefusedCredentials);
    }
}

/// Records the caller of the current request: the kind of credential, the actor as in the audit, and the
/// clinic.
pub fn record_caller(kind: &'static str, actor: impl Display, clinic: Option<impl Display>) {
    let span = Span::current();
    span.record("caller", kind).record("actor", display(actor));
    if let Some(clinic) = clinic {
        span.record("clinic", display(clinic));
    }
}

/// Records the object of the current request.
pub fn record_object(id: impl Display) {
    Span::current().record("object", display(id));
}
