//! The commands of the binary.

mod arguments;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use auth::jwt::SigningKeys;
use domain::entropy::Entropy;
use domain::time::Clock;
use provision::Request;
use runtime::{OsEntropy, Settings, SystemClock};
use store::Store;

pub use crate::error::chain;
pub use arguments::{ArgumentError, Command, USAGE};

use crate::data::{DataDirectory, DataError, dynamodb_url};
use crate::template::{TEMPLATE, Template};
use crate::{Options, Running, Storage, aws, demo, greeting, lambda_env, start};

/// Where the data lives, in the directory that the binary is run in.
const DATA: &str = ".local";

/// What ends a command with a message.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Runs a command to its end.
pub async fn run(command: Command, settings: &Settings) -> Result<(), Error> {
    match command {
        Command::Help => say(USAGE),
        Command::Dev { lambda } => dev(lambda, settings).await,
        Command::Provision(request) => provision(&request).await,
    }
}

async fn dev(lambda: Option<String>, settings: &Settings) -> Result<(), Error> {
    let options = Options {
        storage: Storage::Directory {
            path: directory()?,
            afresh: settings.optional("RESET").is_some_and(|reset| reset != "0"),
        },
        port: port(settings, "PORT", 8080)?,
        dynamodb_port: port(settings, "DYNAMODB_PORT", 8000)?,
        lambda: lambda.clone(),
        ..Options::default()
    };
    let running = start(options).await?;
    let key = demo::api_key(&running).await?;
    let functions = match lambda {
        None => String::new(),
        Some(url) => {
            let file = environment(&running)?;
            format!(", its functions expected at {url} with the environment in {file}")
        }
    };
    say(&greeting::text(&running, &key, &functions))?;
    asked_to_end().await?;
    running.stop().await;
    Ok(())
}

fn environment(running: &Running) -> Result<String, DataError> {
    let text = lambda_env::text(running);
    let kept = running.data.as_ref().map(|data| data.keep_lambda_env(&text)).transpose()?;
    Ok(kept.map_or_else(String::new, |path| path.display().to_string()))
}

/// Works on the table of the service that is running here, or on its data when none is.
async fn provision(request: &Request) -> Result<(), Error> {
    let directory = directory()?;
    let running = match start_quietly(&directory).await {
        Ok(running) => Some(running),
        Err(crate::StartError::Data(DataError::InUse(_))) => None,
        Err(error) => return Err(error.into()),
    };
    let deps = match &running {
        Some(running) => running.provision(),
        None => deps_of_other(&directory)?,
    };
    let made = provision::provision(&deps, request).await;
    if let Some(running) = running {
        running.stop().await;
    }
    say(&format!("{}\n", serde_json::to_string_pretty(&made?)?))
}

async fn start_quietly(directory: &Path) -> Result<Running, crate::StartError> {
    start(Options {
        storage: Storage::Directory { path: directory.to_owned(), afresh: false },
        pump: false,
        ..Options::default()
    })
    .await
}

fn deps_of_other(directory: &Path) -> Result<provision::Deps, Error> {
    let url = dynamodb_url(directory)?
        .ok_or("the running service has not said yet where its database is")?;
    let client = aws_sdk_dynamodb::Client::new(&aws::config(&url));
    let signing = DataDirectory::signing_keys_of(directory)?;
    let signing = signing.ok_or("the running service has no signing keys yet")?;
    Ok(provision::Deps {
        signing: SigningKeys::from_secret(&signing)?.public(),
        store: Store::new(client, Template::parse(TEMPLATE)?.table.name),
        clock: Arc::new(SystemClock) as Arc<dyn Clock>,
        entropy: Arc::new(OsEntropy) as Arc<dyn Entropy>,
    })
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
