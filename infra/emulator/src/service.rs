//! Puts the whole service together on 127.0.0.1.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ::store::Store;
use auth::PublishedKeys;
use auth::jwt::{Signer, SigningKeys};
use auth::session::Sessions;
use axum::Router;
use changes::Context;
use dynoxide::Database;
use mail::{Sender, Ses};
use npi::Nppes;
use runtime::{OsEntropy, SystemClock};
use temporary_access::{LinkStyle, Links};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::emulator::Emulator;
use crate::error::{StartError, chain};
use crate::faults::{self, Faults};
use crate::forward::Forward;
use crate::gateway::Gateway;
use crate::inbox::{self, Capture};
use crate::links::{MAIL_FROM, accept_url, dashboard_url, registry_url, reset_url, viewer_url};
use crate::options::Options;
use crate::schedule::{self, Called};
use crate::secrets::Secrets;
use crate::stream::{Delivery, Invoked, Records, Settled};
use crate::tasks::Tasks;
use crate::template::{Schedule, Stream, TEMPLATE, Template};
use crate::{aws, functions, registry};

/// How often expired items go. DynamoDB takes up to two days.
const SWEEP: Duration = Duration::from_mins(1);

/// Starts the whole service.
pub async fn start(options: Options) -> Result<Emulator, StartError> {
    let template = Template::parse(TEMPLATE)?;
    let database = options.storage.open_database()?;
    let records = Records::new(database.clone(), template.table.create(&database)?)?;
    let mut tasks = Tasks::default();
    let (dynamodb_url, faults) = endpoint(&options, &database, &mut tasks).await?;
    let client = aws_sdk_dynamodb::Client::new(&aws::config(&dynamodb_url));
    let store = Store::new(client.clone(), &template.table.name);
    let (listener, url) = bind(options.port, "PORT").await?;
    let secrets = Secrets::new(&options);
    let signing = SigningKeys::from_secret(&secrets.signing_keys)?;
    let published = signing.public();
    store.publish_keys(&published).await?;
    let signer = Arc::new(signing.signer(&published)?);
    let house = House::new(&options, store, &url, (&secrets.root_key, signer))?;
    tasks.serve(listener, house.app(&template, &options)?);
    let mut settled = Vec::new();
    if options.pump {
        for stream in template.streams {
            settled.push(house.pump(stream, &records, &options, &mut tasks)?);
        }
    }
    for schedule in template.schedules {
        house.call(schedule, &options, &mut tasks)?;
    }
    let swept = database.clone();
    tasks.every(SWEEP, move || {
        if let Err(error) = swept.sweep_ttl() {
            tracing::warn!(error = chain(&error), "expired items stay");
        }
    });
    Ok(Emulator {
        url,
        dynamodb_url,
        table: template.table.name,
        client,
        database,
        inbox: options.inbox,
        context: house.context,
        keys: house.keys,
        mailer: house.mailer,
        npi_verifier: house.npi_verifier,
        faults,
        published,
        secrets,
        settled,
        tasks,
    })
}

/// Connects to the table of an emulator in another process, with what `provision` needs.
pub fn connect(dynamodb_url: &str, signing_keys: &str) -> Result<provision::Deps, StartError> {
    let client = aws_sdk_dynamodb::Client::new(&aws::config(dynamodb_url));
    Ok(provision::Deps {
        signing: SigningKeys::from_secret(signing_keys)?.public(),
        context: Context {
            store: Store::new(client, Template::parse(TEMPLATE)?.table.name),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
        },
    })
}

async fn bind(port: u16, setting: &'static str) -> Result<(TcpListener, String), StartError> {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let failed = |source| StartError::Port { port, setting, source };
    let listener = TcpListener::bind(at).await.map_err(failed)?;
    let url = format!("http://{}", listener.local_addr().map_err(failed)?);
    Ok((listener, url))
}

/// The database's DynamoDB endpoint, behind faults when they are asked for.
async fn endpoint(
    options: &Options,
    database: &Database,
    tasks: &mut Tasks,
) -> Result<(String, Option<Faults>), StartError> {
    let (listener, url) = bind(options.dynamodb_port, "DYNAMODB_PORT").await?;
    if !options.faults {
        tasks.serve_database(listener, database.clone());
        return Ok((url, None));
    }
    let (behind, behind_url) = bind(0, "DYNAMODB_PORT").await?;
    tasks.serve_database(behind, database.clone());
    let faults = Faults::default();
    tasks.forever(faults::serve(listener, Forward::new(&behind_url), faults.clone()));
    Ok((url, Some(faults)))
}

/// What functions and pages share.
struct House {
    context: Context,
    keys: PublishedKeys,
    registry: Arc<Nppes>,
    sessions: Sessions,
    links: Links,
    mailer: mailer::Deps,
    npi_verifier: npi_verifier::Deps,
    watch: Option<Forward>,
    written: Arc<Notify>,
}

impl House {
    fn new(
        options: &Options,
        store: Store,
        url: &str,
        (root_key, signer): (&str, Arc<Signer>),
    ) -> Result<Self, StartError> {
        let keyring = runtime::keyring_from(root_key);
        let keyring = Arc::new(keyring.map_err(|error| StartError::RootKey(error.to_string()))?);
        let registry = options.registry.clone().unwrap_or_else(|| registry_url(url));
        let ses = aws_sdk_sesv2::Client::new(&aws::config(options.ses.as_deref().unwrap_or(url)));
        let from =
            Sender::parse(MAIL_FROM).map_err(|refused| StartError::Sender(refused.to_string()))?;
        let context = Context {
            store: store.clone(),
            clock: options.clock.clone(),
            entropy: options.entropy.clone(),
        };
        let keys = PublishedKeys::new(&context, url);
        Ok(Self {
            context: context.clone(),
            keys,
            registry: Arc::new(Nppes::new(&registry, npi::BUDGET)?),
            mailer: mailer::Deps {
                store: store.clone(),
                keyring: keyring.clone(),
                clock: options.clock.clone(),
                ses: Ses::new(ses, from, None),
                accept_url: accept_url(url),
                reset_url: reset_url(url),
                dashboard_url: dashboard_url(url),
            },
            npi_verifier: npi_verifier::Deps {
                context: context.clone(),
                registry: Arc::new(Nppes::new(&registry, npi_verifier::PATIENCE)?),
                bounds: npi_verifier::Bounds::default(),
            },
            sessions: Sessions { signer, keyring, issuer: Arc::from(url) },
            links: Links::new(&viewer_url(url), LinkStyle::Fragment),
            watch: options.lambda.as_deref().map(Forward::new),
            written: Arc::new(Notify::new()),
        })
    }

    fn app(&self, template: &Template, options: &Options) -> Result<Router, StartError> {
        let functions = match &self.watch {
            Some(watch) => functions::elsewhere(&template.routes, watch),
            None => functions::here(
                self.context.clone(),
                self.keys.clone(),
                self.registry.clone(),
                self.sessions.clone(),
                self.links.clone(),
            ),
        };
        let (entropy, written) = (options.entropy.clone(), self.written.clone());
        let gateway = Gateway::new(&template.routes, &functions, entropy, written)?;
        let capture = Capture {
            inbox: options.inbox.clone(),
            clock: options.clock.clone(),
            entropy: options.entropy.clone(),
        };
        Ok(Router::new()
            .merge(registry::router())
            .merge(inbox::router(capture))
            .merge(options.pages.clone())
            .fallback(async move |request| gateway.handle(request).await))
    }

    fn pump(
        &self,
        stream: Stream,
        records: &Records,
        options: &Options,
        tasks: &mut Tasks,
    ) -> Result<Settled, StartError> {
        let position = options.storage.open_position(&stream.function);
        let position = position.map_err(StartError::Position)?;
        let delivery = Delivery::new(records.clone(), stream, position, self.written.clone());
        let settled = delivery.settled();
        match (&options.lambda, delivery.function()) {
            (Some(url), function) => {
                let invoked = Invoked::new(Forward::new(url), function);
                tasks.pump(|stop| delivery.run(invoked, stop));
            }
            (None, "mailer") => {
                let mailer = self.mailer.clone();
                tasks.pump(|stop| delivery.run(mailer, stop));
            }
            (None, function) => return Err(StartError::NoConsumer(function.to_owned())),
        }
        Ok(settled)
    }

    fn call(
        &self,
        schedule: Schedule,
        options: &Options,
        tasks: &mut Tasks,
    ) -> Result<(), StartError> {
        let called = match (&options.lambda, schedule.function.as_str()) {
            (Some(url), function) => {
                Called::Elsewhere(Box::new(Invoked::new(Forward::new(url), function)))
            }
            (None, "npi-verifier") => Called::Verifier(self.npi_verifier.clone()),
            (None, function) => return Err(StartError::NotCalled(function.to_owned())),
        };
        tasks.pump(|stop| schedule::run(schedule, called, stop));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
