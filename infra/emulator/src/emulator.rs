//! A running service, and what tests want of it.

use auth::PublishedKeys;
use changes::Context;
use domain::credentials::signing::PublicKey;
use dynoxide::{Database, DynoxideError};

use crate::aws::{CREDENTIAL, REGION};
use crate::faults::Faults;
use crate::inbox::Inbox;
use crate::links::{MAIL_FROM, accept_url, dashboard_url, registry_url, reset_url, viewer_url};
use crate::secrets::Secrets;
use crate::stream::Settled;
use crate::tasks::Tasks;

/// A running service. Dropped, it ends at once; [`Emulator::stop`] ends it cleanly.
pub struct Emulator {
    /// Base URL of API and pages, without a slash at the end.
    pub url: String,
    /// The DynamoDB endpoint.
    pub dynamodb_url: String,
    /// The table's name.
    pub table: String,
    /// A client of the endpoint.
    pub client: aws_sdk_dynamodb::Client,
    /// The database itself.
    pub database: Database,
    /// Every mail sent.
    pub inbox: Inbox,
    /// The table, the clock and randomness, as the functions have them.
    pub context: Context,
    /// The published keys, as the functions have them.
    pub keys: PublishedKeys,
    /// What `mailer` has.
    pub mailer: mailer::Deps,
    /// What `npi-verifier` has.
    pub npi_verifier: npi_verifier::Deps,
    /// The handle on the database's faults, when they were asked for.
    pub faults: Option<Faults>,
    /// The keys that tokens are verified with.
    pub published: Vec<PublicKey>,
    pub(crate) secrets: Secrets,
    pub(crate) settled: Vec<Settled>,
    pub(crate) tasks: Tasks,
}

impl Emulator {
    /// What `provision` needs to work on this table.
    pub fn provision(&self) -> provision::Deps {
        provision::Deps { signing: self.published.clone(), context: self.context.clone() }
    }

    /// The root key, as the functions' setting `ROOT_KEY` takes it.
    pub fn root_key(&self) -> &str {
        &self.secrets.root_key
    }

    /// The signing keys, as the functions' setting `SIGNING_KEYS` takes them.
    pub fn signing_keys(&self) -> &str {
        &self.secrets.signing_keys
    }

    /// The settings of the functions, as their environment has them.
    pub fn function_settings(&self) -> Vec<(&'static str, String)> {
        let Self { url, dynamodb_url, table, secrets, .. } = self;
        vec![
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", CREDENTIAL.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", CREDENTIAL.to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_url.clone()),
            ("AWS_ENDPOINT_URL_SESV2", url.clone()),
            ("TABLE_NAME", table.clone()),
            ("TOKEN_ISSUER", url.clone()),
            ("ROOT_KEY", secrets.root_key.clone()),
            ("SIGNING_KEYS", secrets.signing_keys.clone()),
            ("ACCEPT_URL_BASE", accept_url(url)),
            ("RESET_URL_BASE", reset_url(url)),
            ("DASHBOARD_URL", dashboard_url(url)),
            ("VIEWER_URL_BASE", viewer_url(url)),
            ("MAIL_FROM", MAIL_FROM.to_owned()),
            ("NPPES_BASE_URL", registry_url(url)),
        ]
    }

    /// Waits until every change so far was handed to its consumers: no mail is on its way then.
    /// While the mail system fails, that does not happen.
    pub async fn settled(&self) -> Result<(), DynoxideError> {
        for settled in &self.settled {
            settled.clone().wait().await?;
        }
        Ok(())
    }

    /// Ends cleanly: requests under way are answered, a batch of mails under way is sent.
    pub async fn stop(self) {
        self.tasks.stop().await;
    }
}
