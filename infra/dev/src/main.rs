//! The whole service on this machine: `dev --help` says what it does.

mod cli;
mod data;
mod demo;
mod examples;
mod greeting;
mod inbox;
mod lambda_env;
mod pages;
mod service;

use std::io::Write as _;
use std::process::ExitCode;

use emulator::chain;
use runtime::Settings;
use tracing_subscriber::EnvFilter;

use crate::cli::Command;

/// The database warns of every condition that does not hold, which is what conditions are for.
const LOGGED: &str = "info,dynoxide=error";

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Settings::from_environment();
    let filter = settings.optional("RUST_LOG").unwrap_or_else(|| LOGGED.to_owned());
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .compact()
        .init();
    match done(&settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "dev: {}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

async fn done(settings: &Settings) -> Result<(), cli::Error> {
    cli::run(Command::parse(std::env::args().skip(1))?, settings).await
}
