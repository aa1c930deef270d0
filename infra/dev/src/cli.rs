//! The commands of the binary.

mod arguments;

use std::io::Write as _;
use std::path::PathBuf;

use emulator::Options;
use provision::Request;
use runtime::Settings;

pub(crate) use arguments::{Command, USAGE};

use crate::data::{self, DataDirectory, DataError};
use crate::service::{options_on, start};
use crate::{greeting, lambda_env};

/// Where the data lives, in the directory that the binary is run in.
const DATA: &str = ".local";

/// What ends a command with a message.
pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// Runs a command to its end.
pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Error> {
    match command {
        Command::Help => say(USAGE),
        Command::Dev { lambda } => dev(lambda, settings).await,
        Command::Provision(request) => provision(&request).await,
    }
}

async fn dev(lambda: Option<String>, settings: &Settings) -> Result<(), Error> {
    let data = DataDirectory::open(&directory()?)?;
    if settings.optional("RESET").is_some_and(|reset| reset != "0") {
        data.clear()?;
    }
    let options = Options {
        port: port(settings, "PORT", 8080)?,
        dynamodb_port: port(settings, "DYNAMODB_PORT", 8000)?,
        lambda: lambda.clone(),
        ..Options::default()
    };
    let service = start(&data, options).await?;
    let functions = match lambda {
        None => String::new(),
        Some(url) => {
            let file = data.keep_lambda_env(&lambda_env::text(&service.emulator))?;
            let file = file.display();
            format!(", its functions expected at {url} with the environment in {file}")
        }
    };
    say(&greeting::text(&service, data.path(), &functions))?;
    asked_to_end().await?;
    service.emulator.stop().await;
    Ok(())
}

/// Works on the table of the service that is running here, or on its data when none is.
async fn provision(request: &Request) -> Result<(), Error> {
    let directory = directory()?;
    let made = match DataDirectory::open(&directory) {
        Ok(data) => {
            let quiet = Options { pump: false, ..Options::default() };
            let emulator = emulator::start(options_on(&data, quiet)?).await?;
            let made = provision::provision(&emulator.provision(), request).await;
            emulator.stop().await;
            made?
        }
        Err(DataError::InUse(_)) => {
            let url = data::dynamodb_url(&directory)?
                .ok_or("the running service has not said yet where its database is")?;
            let signing = DataDirectory::signing_keys_of(&directory)?
                .ok_or("the running service has no signing keys yet")?;
            provision::provision(&emulator::connect(&url, &signing)?, request).await?
        }
        Err(error) => return Err(error.into()),
    };
    say(&format!("{}\n", serde_json::to_string_pretty(&made)?))
}

fn directory() -> std::io::Result<PathBuf> {
    Ok(std::env::current_dir()?.join(DATA))
}

fn port(settings: &Settings, name: &str, usual: u16) -> Result<u16, Error> {
    match settings.optional(name) {
        None => Ok(usual),
        Some(text) => text.parse().map_err(|_| format!("{name}={text} is no port").into()),
    }
}

fn say(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

async fn asked_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = tokio::signal::ctrl_c() => ended,
        _ = terminate.recv() => Ok(()),
    }
}
