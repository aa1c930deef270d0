//! Logs to stdout, as Lambda collects them.

use tracing_subscriber::filter::LevelFilter;

use crate::settings::Settings;

/// Starts logging: the level of `RUST_LOG` (a plain level, `info` when missing), as JSON when the
/// function is set to log JSON. Release builds have nothing finer than `info`: at `debug` libraries
/// say what is in a request.
pub(crate) fn start() {
    let settings = Settings::from_environment();
    let level = settings.optional("RUST_LOG").and_then(|level| level.parse().ok());
    let logs = tracing_subscriber::fmt()
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .without_time()
        .with_ansi(false);
    // An error means that logging was started before, which is as good.
    let _ = if settings.optional("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format == "JSON") {
        logs.json().with_span_list(false).try_init()
    } else {
        logs.try_init()
    };
}
