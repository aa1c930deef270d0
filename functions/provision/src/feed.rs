//! `{"restartFeeds": true}`: after a restore of the table, no cursor of an event feed is valid anymore.
//!
//! The restored counters are older, so that later events get numbers that readers know already.

use changes::{Attempt, Requester};
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject};
use domain::ids::ClinicId;
use serde::{Deserialize, Serialize};

use crate::{Deps, ProvisionError};

/// `{"restartFeeds": true}`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestartFeedsRequest {
    /// Whether to do it. If false, nothing changes.
    pub restart_feeds: bool,
}

/// How many feeds were started again.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestartedFeeds {
    /// The feeds, each of one clinic. A clinic without events has none.
    pub restarted_feeds: usize,
}

/// Starts the feed of every clinic again.
pub(crate) async fn restart(deps: &Deps) -> Result<RestartedFeeds, ProvisionError> {
    let mut restarted_feeds = 0;
    for clinic in deps.context.store.list_clinics().await? {
        if deps.context.store.has_feed(clinic).await? {
            restart_one(deps, clinic).await?;
            restarted_feeds += 1;
        }
    }
    Ok(RestartedFeeds { restarted_feeds })
}

async fn restart_one(deps: &Deps, clinic: ClinicId) -> Result<(), ProvisionError> {
    changes::retry!(async {
        let operator = Requester::new(Actor::Operator, None);
        let (action, object) = (AuditAction::FeedRestarted, AuditObject::Clinic(clinic));
        let record = operator.audit_record(&deps.context, clinic, action, object, (None, None));
        let mut tx = deps.context.store.transaction(&record)?;
        tx.restart_feed(clinic)?;
        Ok::<_, ProvisionError>(Attempt::of(tx.commit().await?, ()))
    })
}
