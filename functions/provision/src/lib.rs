//! The commands of the operator. The first one provisions a clinic.
//!
//! An operator invokes this function. It has no route.

mod attest_npi;
mod clinic;
mod corrupt_item;
mod email;
mod feed;
mod key_secrets;
mod owner_email;
mod rotation;

use changes::Context;
use domain::credentials::key_set::KeySet;
use domain::failure::Failure;
use domain::field::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::StoreError;

pub use attest_npi::{AttestNpiRequest, AttestRefusal, AttestedNpi, UserToAttest};
pub use clinic::{ClinicRequest, ProvisionedClinic, provision};
pub use corrupt_item::{MarkCorruptRequest, MarkRefusal, MarkedItem};
pub use email::{RequeueEmailRequest, RequeueRefusal, RequeuedEmail};
pub use feed::{RestartFeedsRequest, RestartedFeeds};
pub use key_secrets::{KeySecrets, SecretFault, SecretPlace, secret_settings};
pub use owner_email::{CorrectOwnerEmailRequest, CorrectedOwner, OwnerRefusal};
pub use rotation::{
    ChangedKeys, ClinicNames, ReplaceLeakedKeysRequest, RotateKeysRequest, RotationRefusal,
};

/// What provisioning needs.
#[derive(Clone)]
pub struct Deps {
    /// The secrets that keys derive from.
    pub secrets: KeySecrets,
    /// The table, the clock and randomness.
    pub context: Context,
}

/// The request of an operator.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub enum ProvisionCommand {
    /// Publish the public halves of the signing keys, after the secret was changed.
    PublishKeys(PublishKeysRequest),
    /// Take the next step of a rotation.
    RotateKeys(RotateKeysRequest),
    /// Replace keys that leaked.
    ReplaceLeakedKeys(ReplaceLeakedKeysRequest),
    /// Queue an email again.
    RequeueEmail(RequeueEmailRequest),
    /// Invite a new clinic's owner at another address.
    CorrectOwnerEmail(CorrectOwnerEmailRequest),
    /// Mark an item that cannot be read.
    MarkCorrupt(MarkCorruptRequest),
    /// Attest a user's NPI, in a clinic without another manager.
    AttestNpi(AttestNpiRequest),
    /// Start the event feed of every clinic again.
    RestartFeeds(RestartFeedsRequest),
    /// Provision a clinic.
    Clinic(ClinicRequest),
}

impl TryFrom<Value> for ProvisionCommand {
    type Error = serde_json::Error;

    /// Chooses the variant before it reads the fields, so that an error names the invalid field.
    fn try_from(value: Value) -> Result<Self, Self::Error> {
        if value.get("publishKeys").is_some() {
            PublishKeysRequest::deserialize(value).map(Self::PublishKeys)
        } else if value.get("rotateKeys").is_some() {
            RotateKeysRequest::deserialize(value).map(Self::RotateKeys)
        } else if value.get("replaceLeakedKeys").is_some() {
            ReplaceLeakedKeysRequest::deserialize(value).map(Self::ReplaceLeakedKeys)
        } else if value.get("requeueEmail").is_some() {
            RequeueEmailRequest::deserialize(value).map(Self::RequeueEmail)
        } else if value.get("correctOwnerEmail").is_some() {
            CorrectOwnerEmailRequest::deserialize(value).map(Self::CorrectOwnerEmail)
        } else if value.get("markCorrupt").is_some() {
            MarkCorruptRequest::deserialize(value).map(Self::MarkCorrupt)
        } else if value.get("attestNpi").is_some() {
            AttestNpiRequest::deserialize(value).map(Self::AttestNpi)
        } else if value.get("restartFeeds").is_some() {
            RestartFeedsRequest::deserialize(value).map(Self::RestartFeeds)
        } else {
            ClinicRequest::deserialize(value).map(Self::Clinic)
        }
    }
}

/// `{"publishKeys": true}`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublishKeysRequest {
    /// Whether to publish them. If false, the answer only lists the published keys.
    pub publish_keys: bool,
}

/// The result of a command.
#[derive(Serialize)]
#[serde(untagged)]
pub enum ProvisionResult {
    /// The new clinic.
    Clinic(ProvisionedClinic),
    /// The published keys.
    Keys(PublishedKeyIds),
    /// The user whose NPI was attested.
    Attested(AttestedNpi),
    /// The keys that were changed.
    Changed(ChangedKeys),
    /// The email that is queued.
    Requeued(RequeuedEmail),
    /// The owner's new invitation.
    Corrected(CorrectedOwner),
    /// The marked item.
    Marked(MarkedItem),
    /// The feeds that were started again.
    Restarted(RestartedFeeds),
}

/// The keys that verify tokens from now on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishedKeyIds {
    /// Their `kid`s.
    pub published_keys: Vec<String>,
}

/// Runs a command.
pub async fn handle(
    deps: &Deps,
    command: &ProvisionCommand,
) -> Result<ProvisionResult, ProvisionError> {
    match command {
        ProvisionCommand::Clinic(request) => {
            Ok(ProvisionResult::Clinic(provision(deps, request).await?))
        }
        ProvisionCommand::AttestNpi(request) => {
            Ok(ProvisionResult::Attested(attest_npi::attest_npi(deps, &request.attest_npi).await?))
        }
        ProvisionCommand::PublishKeys(PublishKeysRequest { publish_keys }) => {
            if *publish_keys {
                publish_current_keys(deps).await?;
            }
            Ok(ProvisionResult::Keys(PublishedKeyIds {
                published_keys: published_kids(deps).await?,
            }))
        }
        ProvisionCommand::RotateKeys(request) => {
            Ok(ProvisionResult::Changed(rotation::rotate(deps, &request.rotate_keys).await?))
        }
        ProvisionCommand::ReplaceLeakedKeys(request) => {
            let set = &request.replace_leaked_keys;
            Ok(ProvisionResult::Changed(rotation::replace_leaked(deps, set).await?))
        }
        ProvisionCommand::RequeueEmail(request) => {
            Ok(ProvisionResult::Requeued(email::requeue(deps, &request.requeue_email).await?))
        }
        ProvisionCommand::CorrectOwnerEmail(request) => {
            let owner = &request.correct_owner_email;
            Ok(ProvisionResult::Corrected(owner_email::correct(deps, owner).await?))
        }
        ProvisionCommand::MarkCorrupt(request) => {
            Ok(ProvisionResult::Marked(corrupt_item::mark(deps, &request.mark_corrupt).await?))
        }
        ProvisionCommand::RestartFeeds(RestartFeedsRequest { restart_feeds }) => {
            let restarted = match restart_feeds {
                true => feed::restart(deps).await?,
                false => RestartedFeeds { restarted_feeds: 0 },
            };
            Ok(ProvisionResult::Restarted(restarted))
        }
    }
}

/// The `kid`s of the published keys.
async fn published_kids(deps: &Deps) -> Result<Vec<String>, ProvisionError> {
    let keys = deps.context.store.read_public_keys().await?;
    Ok(keys.into_iter().map(|key| key.kid).collect())
}

/// Publishes the keys that the secret has now, over all that were published before.
async fn publish_current_keys(deps: &Deps) -> Result<(), ProvisionError> {
    publish(deps, &deps.secrets.read(KeySet::SigningKeys).await?.text).await
}

async fn publish(deps: &Deps, secret: &str) -> Result<(), ProvisionError> {
    Ok(deps.context.store.publish_keys(&key_secrets::public_keys(secret)?).await?)
}

/// Why a command failed. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// A field of the request is invalid.
    #[error("{field}: {refused}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        refused: Refusal,
    },
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret could not be used.
    #[error(transparent)]
    Secret(#[from] SecretFault),
    /// The keys cannot be changed now.
    #[error(transparent)]
    NotRotated(#[from] RotationRefusal),
    /// The email cannot be queued.
    #[error(transparent)]
    NotRequeued(#[from] RequeueRefusal),
    /// The owner's address cannot be corrected.
    #[error(transparent)]
    NotCorrected(#[from] OwnerRefusal),
    /// The item cannot be marked.
    #[error(transparent)]
    NotMarked(#[from] MarkRefusal),
    /// The NPI cannot be attested.
    #[error(transparent)]
    NotAttested(#[from] AttestRefusal),
    /// Another write came first on every attempt, or another person holds the NPI.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// New ids exist already, so the randomness is broken.
    #[error("new ids already exist")]
    Collision,
}

const ID_INVALID: Refusal = Refusal::new("id_invalid", "Send the id as the API shows it.");

fn check_field<T>(field: &'static str, parsed: Result<T, Refusal>) -> Result<T, ProvisionError> {
    parsed.map_err(|refused| ProvisionError::Field { field, refused })
}
