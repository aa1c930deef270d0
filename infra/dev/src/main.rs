//! Runs the whole service on this machine. `dev --help` lists the options.

mod cli;
mod commands;
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

use clap::Parser as _;
use emulator::chain;
use tracing_subscriber::EnvFilter;

use crate::cli::CommandLine;
use crate::service::DevServiceError;

#[tokio::main]
async fn main() -> ExitCode {
    let line = CommandLine::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&line.log))
        .with_writer(std::io::stderr)
        .compact()
        .init();
    match commands::run(line).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let advice = error.downcast_ref().and_then(DevServiceError::advice).unwrap_or_default();
            let _ = writeln!(std::io::stderr(), "error: {}\n{advice}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}
