//! A running service, and what tests want of it.

use auth::Keys;
use changes::Context;
use domain::credentials::signing::PublicKey;
use dynoxide::{Database, DynoxideError};

use crate::data::DataDirectory;
use crate::examples::DemoKey;
use crate::faults::Faults;
use crate::inbox::Inbox;
use crate::service::Secrets;
use crate::stream::Settled;
use crate::tasks::Tasks;

/// A running service. Dropped, it ends at once; [`Running::stop`] ends it cleanly.
pub struct Running {
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
    pub keys: Keys,
    /// What `mailer` has.
    pub mailer: mailer::Deps,
    /// What `npi-verifier` has.
    pub npi_verifier: npi_verifier::Deps,
    /// The handle on the database's faults, when they were asked for.
    pub faults: Option<Faults>,
    /// The keys that tokens are verified with.
    pub published: Vec<PublicKey>,
    pub(crate) demo_key: DemoKey,
    pub(crate) secrets: Secrets,
    pub(crate) data: Option<DataDirectory>,
    pub(crate) settled: Vec<Settled>,
    pub(crate) tasks: Tasks,
}

impl Running {
    /// What `provision` needs to work on this table.
    pub fn provision(&self) -> provision::Deps {
        provision::Deps {
            signing: self.published.clone(),
            store: self.context.store.clone(),
            clock: self.context.clock.clone(),
            entropy: self.context.entropy.clone(),
        }
    }

    /// The root key, as the functions' setting `ROOT_KEY` takes it.
    pub fn root_key(&self) -> &str {
        &self.secrets.root_key
    }

    /// The signing keys, as the functions' setting `SIGNING_KEYS` takes them.
    pub fn signing_keys(&self) -> &str {
        &self.secrets.signing_keys
    }

    /// The directory that the data is kept in.
    pub fn directory(&self) -> Option<&std::path::Path> {
        self.data.as_ref().map(DataDirectory::path)
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
