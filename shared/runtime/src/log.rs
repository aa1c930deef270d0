//! Logs and metrics to stdout, which Lambda collects.

use domain::time::Clock as _;
use telemetry::MetricSource;
use tracing_subscriber::filter::LevelFilter;

use crate::settings::Settings;
use crate::system::SystemClock;

/// Starts metrics if `METRIC_NAMESPACE` is set, and logging at the level of `RUST_LOG`, which is one plain level and `info` by default. Logs JSON
/// if the function's settings ask for it. Release builds have no level below `info`, because the debug
/// lines of libraries show what is in a request.
pub(crate) fn start() {
    let settings = Settings::from_environment();
    if let Some(namespace) = settings.optional("METRIC_NAMESPACE") {
        let function = settings.optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
        telemetry::metric::start(MetricSource {
            namespace,
            function,
            now: || SystemClock.now().millis(),
        });
    }
    let level = settings.optional("RUST_LOG").and_then(|level| level.parse().ok());
    let logs = tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .without_time()
        .with_ansi(false);
    // An error means that logging has started already.
    let _ = if settings.optional("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format == "JSON") {
        logs.json().with_span_list(false).try_init()
    } else {
        logs.try_init()
    };
}
