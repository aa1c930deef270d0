//! A running service, as tests see it.

use std::sync::Arc;
use std::time::Duration;

use auth::PublishedKeys;
use auth::jwt::SigningKeys;
use changes::Context;
use dynoxide::{Database, DynoxideError};

use crate::archive::{BUCKET, KEY_ID, SealedObjects};
use crate::aws::{CREDENTIAL, REGION};
use crate::database_faults::DatabaseFaults;
use crate::inbox::Inbox;
use crate::links::{
    MAIL_CONFIGURATION, MAIL_FROM, archive_url, breached_passwords_url, queue_url, registry_url,
    sealing_key_url, viewer_url,
};
use crate::queue::Queue;
use crate::secrets::{Keyrings, Secrets, TokenSecrets};
use crate::stream::DeliveryProgress;
use crate::tasks::Tasks;

/// A running service. Dropping it ends it at once. [`Emulator::stop`] ends it cleanly.
pub struct Emulator {
    /// The base URL of the API and the pages, without a slash at the end.
    pub url: String,
    /// The DynamoDB endpoint.
    pub dynamodb_url: String,
    /// The table's name.
    pub table: String,
    /// A client of the endpoint.
    pub client: aws_sdk_dynamodb::Client,
    /// The embedded database.
    pub database: Database,
    /// All emails.
    pub inbox: Inbox,
    /// The table, the clock and randomness, as the functions have them.
    pub context: Context,
    /// The published keys, as the functions have them.
    pub keys: PublishedKeys,
    /// The keys of links and known browsers, as the functions have them.
    pub keyrings: Keyrings,
    /// What `mailer` runs with.
    pub mailer: mailer::Deps,
    /// What `npi-verifier` runs with.
    pub npi_verifier: npi_verifier::Deps,
    /// What `mail-events` runs with.
    pub mail_events: mail_events::Deps,
    /// What `events` runs with.
    pub events: events::Deps,
    /// What `webhooks` runs with.
    pub webhooks: webhooks::Deps,
    /// The bucket of the sealed audit.
    pub sealed: SealedObjects,
    /// Controls the database's faults, if the options asked for them.
    pub faults: Option<DatabaseFaults>,
    /// The private keys of view tokens, as the functions have them.
    pub signing: Arc<SigningKeys>,
    pub(crate) secrets: Secrets,
    pub(crate) queue: Queue,
    pub(crate) deliveries: Vec<DeliveryProgress>,
    pub(crate) tasks: Tasks,
}

impl Emulator {
    /// What `provision` needs to use this table.
    pub fn provision_deps(&self) -> provision::Deps {
        let secrets = provision::KeySecrets::of_this_machine(self.signing_keys());
        provision::Deps { secrets, context: self.context.clone() }
    }

    /// The secrets of links and known browsers.
    pub fn token_secrets(&self) -> &TokenSecrets {
        &self.secrets.tokens
    }

    /// The functions' setting `SIGNING_KEYS`.
    pub fn signing_keys(&self) -> &str {
        &self.secrets.signing_keys
    }

    /// The environment of the functions, for all of them together.
    pub fn function_settings(&self) -> Vec<(&'static str, String)> {
        let Self { url, dynamodb_url, table, secrets, .. } = self;
        let mut settings = vec![
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", CREDENTIAL.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", CREDENTIAL.to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_url.clone()),
            ("AWS_ENDPOINT_URL_SESV2", url.clone()),
            ("AWS_ENDPOINT_URL_SQS", queue_url(url)),
            ("WEBHOOK_QUEUE_URL", queue_url(url)),
            ("AWS_ENDPOINT_URL_S3", archive_url(url)),
            ("AWS_ENDPOINT_URL_KMS", sealing_key_url(url)),
            ("AUDIT_BUCKET", BUCKET.to_owned()),
            ("AUDIT_KEY_ARN", KEY_ID.to_owned()),
            ("WEBHOOK_RECEIVERS", "this-machine".to_owned()),
            ("TABLE_NAME", table.clone()),
            ("PUBLIC_URL", url.clone()),
            ("ORIGIN_SECRETS", "off".to_owned()),
            ("SIGNING_KEYS", secrets.signing_keys.clone()),
            ("VIEWER_URL_BASE", viewer_url(url)),
            ("VIEWER_ORIGINS", "http://localhost:5173".to_owned()),
            ("MAIL_FROM", MAIL_FROM.to_owned()),
            ("MAIL_CONFIGURATION_SET", MAIL_CONFIGURATION.to_owned()),
            ("NPPES_BASE_URL", registry_url(url)),
            ("BREACHED_PASSWORDS_URL", breached_passwords_url(url)),
        ];
        settings.extend(secrets.tokens.settings());
        settings
    }

    /// Waits until the consumers have all changes so far. No email is queued then. This does not
    /// return while SES fails.
    pub async fn wait_until_delivered(&self) -> Result<(), DynoxideError> {
        for delivery in &self.deliveries {
            delivery.clone().wait_until_delivered().await?;
        }
        Ok(())
    }

    /// Waits until the queue has no message that is due. Messages with a delay may wait.
    pub async fn wait_for_queue(&self) {
        while !self.queue.is_idle() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops cleanly: answers current requests and sends the current batch of emails.
    pub async fn stop(self) {
        self.tasks.stop().await;
    }
}
