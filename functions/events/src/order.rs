//! The order of events that come from different shards of the stream.
//!
//! Lambda delivers the records of one shard in order. The audit of a clinic and the clinic's other items are in
//! different shards. So an event about an object that also has events from elsewhere names the one before it,
//! and waits for it.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ids::{AuditId, ClinicId, EventId};
use domain::time::Timestamp;
use store::StoreError;

use crate::Deps;

/// How long an event waits at most for the one before it. Then it is appended all the same, so that a lost
/// record does not stop the feed.
const LONGEST_WAIT: Duration = Duration::from_mins(10);
/// How old the event before may be. The stream keeps records for a day, so an older one does not come anymore.
const OLDEST: Duration = Duration::from_hours(24);
/// What an event waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Predecessor {
    /// The event before it.
    pub(crate) id: EventId,
    /// When the change of the event itself was made.
    pub(crate) since: Timestamp,
}

impl Predecessor {
    /// The event of the object's last audited change. `None` if that is so old that its event is in the feed.
    pub(crate) fn audited(id: Option<EventId>, since: Timestamp) -> Option<Self> {
        let id = id?;
        // Ids of audited changes hold the time of the change.
        let made = AuditId::from_bytes(*id.bytes()).created_at();
        (since.since(made) < OLDEST).then_some(Self { id, since })
    }
}

/// Returns which of the events before are missing.
pub(crate) async fn find_missing(
    deps: &Deps,
    clinic: ClinicId,
    needed: &[Predecessor],
) -> Result<BTreeSet<EventId>, StoreError> {
    let now = deps.clock.now();
    let waits = |one: &&Predecessor| now.since(one.since) < LONGEST_WAIT;
    let mut missing: BTreeSet<EventId> = needed.iter().filter(waits).map(|one| one.id).collect();
    let ids: Vec<_> = missing.iter().copied().collect();
    for some in ids.chunks(100) {
        let found = deps.store.find_events(clinic, some).await?;
        missing.retain(|id| !found.contains(id));
    }
    Ok(missing)
}
