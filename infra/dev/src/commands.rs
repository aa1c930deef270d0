//! The commands of the binary.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;

use emulator::Options;
use provision::ClinicRequest;

use crate::cli::{CommandLine, DevCommand, ServeOptions};
use crate::data::{self, DataDirectory, DataError};
use crate::service::{options_on, start};
use crate::{greeting, lambda_env};

/// The data directory, in the directory that the binary runs in.
const DATA: &str = ".local";

type BoxError = Box<dyn Error + Send + Sync>;

/// Runs the command to its end.
pub(crate) async fn run(line: CommandLine) -> Result<(), BoxError> {
    let directory = std::env::current_dir()?.join(DATA);
    match line.command {
        None => serve(&directory, line.serve).await,
        Some(DevCommand::Provision(options)) => provision(&directory, &options.into()).await,
    }
}

/// Serves until Ctrl-C or SIGTERM.
async fn serve(directory: &Path, serve: ServeOptions) -> Result<(), BoxError> {
    let data = DataDirectory::open(directory)?;
    if serve.reset {
        data.clear()?;
    }
    let lambda = serve.lambda.clone();
    let options = Options {
        port: serve.port,
        dynamodb_port: serve.dynamodb_port,
        lambda: serve.lambda,
        ..Options::default()
    };
    let service = start(&data, options, &serve.pages).await?;
    let environment = match lambda {
        Some(_) => Some(data.save_lambda_env(&lambda_env::text(&service.emulator))?),
        None => None,
    };
    print(&greeting::text(&service, directory, environment.as_deref()))?;
    wait_for_signal().await?;
    service.emulator.stop().await;
    Ok(())
}

/// Provisions in the table of the service that runs on this directory. If none runs, opens the
/// table itself.
async fn provision(directory: &Path, request: &ClinicRequest) -> Result<(), BoxError> {
    let made = match DataDirectory::open(directory) {
        Ok(data) => provision_alone(&data, request).await?,
        Err(DataError::InUse(_)) => {
            let url = data::load_dynamodb_url(directory)?;
            let signing_keys = data::load_signing_keys(directory)?;
            let (Some(url), Some(signing_keys)) = (url, signing_keys) else {
                return Err("The running service is not ready yet. Try again in a moment.".into());
            };
            provision::provision(&emulator::connect(&url, &signing_keys)?, request).await?
        }
        Err(error) => return Err(error.into()),
    };
    print(&format!("{}\n", serde_json::to_string_pretty(&made)?))
}

async fn provision_alone(
    data: &DataDirectory,
    request: &ClinicRequest,
) -> Result<provision::ProvisionedClinic, BoxError> {
    // The owner's email waits in the table for the next start of the service.
    let options = Options { deliver_stream: false, ..Options::default() };
    let emulator = emulator::start(options_on(data, options)?).await?;
    let made = provision::provision(&emulator.provision_deps(), request).await;
    emulator.stop().await;
    Ok(made?)
}

fn print(text: &str) -> Result<(), BoxError> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

async fn wait_for_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}
