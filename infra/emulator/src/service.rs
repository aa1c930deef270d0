//! Builds the whole service on 127.0.0.1.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ::queue::WebhookQueue;
use ::store::Store;
use auth::jwt::SigningKeys;
use auth::known_browser::BrowserCookies;
use auth::passwords::{self, BreachedPasswords, Passwords};
use auth::{DashboardOrigin, PublishedKeys};
use axum::Router;
use axum::routing::any;
use changes::Context;
use domain::webhook::Receivers;
use dynoxide::Database;
use mail::{Sender, Ses};
use npi::Nppes;
use runtime::{OsEntropy, SystemClock};
use serde_json::Value;
use temporary_access::{LinkStyle, Links};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use webhooks::ReceiverClient;

use crate::database_faults::{self, DatabaseFaults};
use crate::emulator::Emulator;
use crate::error::{StartError, chain};
use crate::event_bus::{self, EventFunction};
use crate::functions::FunctionDeps;
use crate::gateway::Gateway;
use crate::inbox::{self, Capture};
use crate::links::{
    MAIL_CONFIGURATION, MAIL_FROM, breached_passwords_url, queue_url, registry_url, viewer_url,
};
use crate::options::Options;
use crate::queue::{self, Queue, QueueConsumer};
use crate::schedule::{self, ScheduledFunction};
use crate::secrets::{Keyrings, Secrets};
use crate::stream::{
    DeliveryProgress, StreamDelivery, StreamRecords, WatchedFunction, WriteSignal,
};
use crate::tasks::Tasks;
use crate::template::{
    EventRule, QueueMapping, Route, Schedule, StreamMapping, TEMPLATE, Template,
};
use crate::upstream::Upstream;
use crate::{archive, aws, breached_passwords, functions, npi_registry};

/// How often expired items are removed. DynamoDB takes up to two days. Each time reads every item.
const SWEEP: Duration = Duration::from_hours(1);
/// How often delivered records are removed from the stream.
const TRIM: Duration = Duration::from_millis(250);

/// Starts an emulator.
pub async fn start(options: Options) -> Result<Emulator, StartError> {
    let template = Template::parse(TEMPLATE)?;
    let database = options.storage.open_database(&template.table)?;
    let records = StreamRecords::new(database.clone(), template.table.create_or_check(&database)?)?;
    let mut tasks = Tasks::default();
    let (dynamodb_url, faults) = serve_endpoint(&options, &database, &mut tasks).await?;
    let client = aws_sdk_dynamodb::Client::new(&aws::client_config(&dynamodb_url));
    let store = Store::new(&client, &template.table.name);
    let (listener, url) = bind(options.port).await?;
    let secrets = Secrets::new(&options);
    let signing = Arc::new(SigningKeys::from_secret(&secrets.signing_keys)?);
    store.publish_keys(&signing.public()).await?;
    let keyrings = Keyrings::parse(&secrets.tokens)?;
    let service = Service::new(&options, store, &url, (keyrings, signing))?;
    // Functions load the keys when they start.
    service.functions.keys.load().await?;
    let reports = service.report(template.event_rules, &options, &mut tasks)?;
    tasks.serve(listener, service.app(&template.routes, reports, &options)?);
    let mut deliveries = Vec::new();
    if options.deliver_stream {
        for stream in template.streams.into_iter().filter(|one| options.runs(&one.function)) {
            deliveries.push(service.deliver(stream, &records, &options, &mut tasks)?);
        }
        for mapping in template.queues {
            service.consume(mapping, &options, &mut tasks)?;
        }
    }
    trim_stream(&options, &template.table.name, &deliveries, &mut tasks)?;
    for schedule in template.schedules.into_iter().filter(|one| options.runs(&one.function)) {
        service.schedule(schedule, &options, &mut tasks)?;
    }
    let expiring = database.clone();
    tasks.run_every(SWEEP, move || {
        if let Err(error) = expiring.sweep_ttl() {
            tracing::warn!(error = chain(&error), "expired items could not be removed");
        }
    });
    Ok(Emulator {
        url,
        dynamodb_url,
        table: template.table.name,
        client,
        database,
        inbox: options.inbox,
        context: service.functions.context,
        keys: service.functions.keys,
        keyrings: service.functions.keyrings,
        mailer: service.mailer,
        npi_verifier: service.npi_verifier,
        mail_events: service.mail_events,
        events: service.events,
        sealed: service.sealing.objects,
        webhooks: service.webhooks,
        queue: service.queue,
        faults,
        signing: service.functions.signing,
        secrets,
        deliveries,
        tasks,
    })
}

/// Starts to remove delivered records from the stream.
fn trim_stream(
    options: &Options,
    table: &str,
    deliveries: &[DeliveryProgress],
    tasks: &mut Tasks,
) -> Result<(), StartError> {
    if let Some(trim) = options.storage.open_trim(table)? {
        let deliveries = deliveries.to_vec();
        tasks.run_every(TRIM, move || trim.remove_delivered(&deliveries));
    }
    Ok(())
}

/// Connects to the table of an emulator in another process, with what `provision` needs.
pub fn connect(dynamodb_url: &str, signing_keys: &str) -> Result<provision::Deps, StartError> {
    let client = aws_sdk_dynamodb::Client::new(&aws::client_config(dynamodb_url));
    Ok(provision::Deps {
        secrets: provision::KeySecrets::of_this_machine(signing_keys),
        context: Context {
            store: Store::new(&client, Template::parse(TEMPLATE)?.table.name),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
        },
    })
}

/// Opens a port and returns its URL.
async fn bind(port: u16) -> Result<(TcpListener, String), StartError> {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let failed = |source| StartError::Port { port, source };
    let listener = TcpListener::bind(at).await.map_err(failed)?;
    let url = format!("http://{}", listener.local_addr().map_err(failed)?);
    Ok((listener, url))
}

/// Serves the DynamoDB endpoint of the database, behind faults if the options say so.
async fn serve_endpoint(
    options: &Options,
    database: &Database,
    tasks: &mut Tasks,
) -> Result<(String, Option<DatabaseFaults>), StartError> {
    let (listener, url) = bind(options.dynamodb_port).await?;
    if !options.faults {
        tasks.serve_database(listener, database.clone());
        return Ok((url, None));
    }
    let (behind, behind_url) = bind(0).await?;
    tasks.serve_database(behind, database.clone());
    let faults = DatabaseFaults::default();
    tasks.run_in_background(database_faults::serve(
        listener,
        Upstream::new(&behind_url),
        faults.clone(),
    ));
    Ok((url, Some(faults)))
}

/// What the functions share.
struct Service {
    functions: FunctionDeps,
    mailer: mailer::Deps,
    npi_verifier: npi_verifier::Deps,
    mail_events: mail_events::Deps,
    events: events::Deps,
    webhooks: webhooks::Deps,
    queue: Queue,
    sealing: archive::SealingServices,
    watch: Option<Upstream>,
    /// Notified after every request that may have written.
    writes: WriteSignal,
}

impl Service {
    fn new(
        options: &Options,
        store: Store,
        url: &str,
        (keyrings, signing): (Keyrings, Arc<SigningKeys>),
    ) -> Result<Self, StartError> {
        let registry = options.registry.clone().unwrap_or_else(|| registry_url(url));
        let ses =
            aws_sdk_sesv2::Client::new(&aws::client_config(options.ses.as_deref().unwrap_or(url)));
        let from =
            Sender::parse(MAIL_FROM).map_err(|refused| StartError::Sender(refused.to_string()))?;
        let context = Context {
            store: store.clone(),
            clock: options.clock.clone(),
            entropy: options.entropy.clone(),
        };
        let keys = PublishedKeys::new(&context, url);
        let list = options.breached_passwords.clone();
        let list = list.unwrap_or_else(|| breached_passwords_url(url));
        let breached = BreachedPasswords::new(&list, passwords::BUDGET)?;
        let sqs = aws_sdk_sqs::Client::new(&aws::client_config(&queue_url(url)));
        let queue = WebhookQueue::new(&sqs, queue_url(url));
        let functions = FunctionDeps {
            context: context.clone(),
            dashboard: DashboardOrigin::of(url)?,
            keys,
            signing,
            keyrings: keyrings.clone(),
            passwords: Passwords::new(
                breached,
                BrowserCookies::new(keyrings.known_browsers.clone(), options.entropy.clone()),
                options.entropy.clone(),
            ),
            registry: Arc::new(Nppes::new(&registry, npi::BUDGET)?),
            links: Links::new(&viewer_url(url), LinkStyle::Fragment),
            queue: queue.clone(),
        };
        Ok(Self {
            functions,
            mail_events: mail_events::Deps { store: store.clone() },
            events: events::Deps {
                store: store.clone(),
                clock: options.clock.clone(),
                queue: queue.clone(),
                sealing: Arc::new(archive::clients(url)),
            },
            sealing: archive::SealingServices::open(&options.storage)?,
            webhooks: webhooks::Deps {
                context: context.clone(),
                keys: keyrings.webhooks.clone(),
                queue,
                receivers: ReceiverClient::new(Receivers::ThisMachine),
            },
            queue: Queue::default(),
            mailer: mailer::Deps {
                store,
                invitation_links: keyrings.invitation_links,
                password_links: keyrings.password_links,
                clock: options.clock.clone(),
                ses: Ses::new(&ses, from, Some(MAIL_CONFIGURATION.to_owned())),
                public_url: url.to_owned(),
            },
            npi_verifier: npi_verifier::Deps {
                context: context.clone(),
                registry: Arc::new(Nppes::new(&registry, npi_verifier::BUDGET)?),
                limits: npi_verifier::RunLimits::default(),
            },
            watch: options.lambda.as_deref().map(Upstream::new),
            writes: WriteSignal::default(),
        })
    }

    fn app(
        &self,
        routes: &[Route],
        reports: Option<UnboundedSender<Value>>,
        options: &Options,
    ) -> Result<Router, StartError> {
        let functions = match &self.watch {
            Some(watch) => functions::under_cargo_lambda(routes, watch),
            None => functions::in_process(self.functions.clone()),
        };
        let (entropy, writes) = (options.entropy.clone(), self.writes.clone());
        let gateway = Gateway::new(routes, &functions, entropy, writes)?;
        let capture = Capture {
            inbox: options.inbox.clone(),
            clock: options.clock.clone(),
            entropy: options.entropy.clone(),
            events: reports,
        };
        let gateway = Arc::new(gateway);
        let answer = async move |request| gateway.handle(request).await;
        Ok(Router::new()
            .merge(npi_registry::router())
            .merge(breached_passwords::router())
            .merge(inbox::router(capture))
            .merge(queue::router(self.queue.clone()))
            .merge(self.sealing.router())
            .merge(options.pages.clone())
            // CloudFront passes these to the API, and everything else to the pages.
            .route("/v1/{*path}", any(answer.clone()))
            .route("/.well-known/{*path}", any(answer.clone()))
            .fallback(answer))
    }

    /// Starts the delivery of the stream to one consumer.
    fn deliver(
        &self,
        stream: StreamMapping,
        records: &StreamRecords,
        options: &Options,
        tasks: &mut Tasks,
    ) -> Result<DeliveryProgress, StartError> {
        let position = options.storage.open_position(&stream.function);
        let position = position.map_err(StartError::Position)?;
        let delivery = StreamDelivery::new(records.clone(), stream, position, self.writes.clone());
        let progress = delivery.progress();
        match (&options.lambda, delivery.function()) {
            (Some(url), function) => {
                let function = WatchedFunction::new(Upstream::new(url), function);
                tasks.run_until_stop(|stop| delivery.run(function, stop));
            }
            (None, "mailer") => {
                let mailer = self.mailer.clone();
                tasks.run_until_stop(|stop| delivery.run(mailer, stop));
            }
            (None, "events") => {
                let events = self.events.clone();
                tasks.run_until_stop(|stop| delivery.run(events, stop));
            }
            (None, function) => return Err(StartError::UnknownConsumer(function.to_owned())),
        }
        Ok(progress)
    }

    /// Starts to deliver the messages of the queue.
    fn consume(
        &self,
        mapping: QueueMapping,
        options: &Options,
        tasks: &mut Tasks,
    ) -> Result<(), StartError> {
        let consumer = match (&options.lambda, mapping.function.as_str()) {
            (Some(url), function) => {
                QueueConsumer::Watched(Arc::new(WatchedFunction::new(Upstream::new(url), function)))
            }
            (None, "webhooks") => QueueConsumer::Webhooks(Box::new(self.webhooks.clone())),
            (None, function) => {
                return Err(StartError::UnknownQueueFunction(function.to_owned()));
            }
        };
        let queue = self.queue.clone();
        tasks.run_until_stop(|stop| queue::run(queue, mapping, consumer, stop));
        Ok(())
    }

    /// Starts to deliver what SES reports about emails. Returns where SES puts it.
    fn report(
        &self,
        rules: Vec<EventRule>,
        options: &Options,
        tasks: &mut Tasks,
    ) -> Result<Option<UnboundedSender<Value>>, StartError> {
        if !options.report_email {
            return Ok(None);
        }
        let function = |rule: &EventRule| match (&options.lambda, rule.function.as_str()) {
            (Some(url), function) => Ok(EventFunction::Watched(Box::new(WatchedFunction::new(
                Upstream::new(url),
                function,
            )))),
            (None, "mail-events") => Ok(EventFunction::MailEvents(self.mail_events.clone())),
            (None, function) => Err(StartError::UnknownEventFunction(function.to_owned())),
        };
        let rules: Vec<_> = rules
            .into_iter()
            .map(|rule| function(&rule).map(|function| (rule, function)))
            .collect::<Result<_, _>>()?;
        let (events, queue) = unbounded_channel();
        tasks.run_until_stop(|stop| event_bus::run(queue, rules, stop));
        Ok(Some(events))
    }

    /// Starts the calls of one schedule.
    fn schedule(
        &self,
        schedule: Schedule,
        options: &Options,
        tasks: &mut Tasks,
    ) -> Result<(), StartError> {
        let scheduled = match (&options.lambda, schedule.function.as_str()) {
            (Some(url), function) => ScheduledFunction::Watched(Box::new(WatchedFunction::new(
                Upstream::new(url),
                function,
            ))),
            (None, "mailer") => ScheduledFunction::Mailer(Box::new(self.mailer.clone())),
            (None, "webhooks") => ScheduledFunction::Webhooks(Box::new(self.webhooks.clone())),
            (None, "npi-verifier") => ScheduledFunction::NpiVerifier(self.npi_verifier.clone()),
            (None, "events") => ScheduledFunction::Events(self.events.clone()),
            (None, function) => return Err(StartError::UnknownScheduled(function.to_owned())),
        };
        tasks.run_until_stop(|stop| schedule::run(schedule, scheduled, stop));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
