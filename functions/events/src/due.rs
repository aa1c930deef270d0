//! The events of what ended by itself: invitations that expired, and temporary access.

use std::time::{Duration, Instant};

use domain::event::Event;
use domain::ids::{ClinicId, EventId};
use domain::time::Timestamp;
use store::{DUE_PARTS, DueEntry, DueItem, DueThing, NewEvent, StoreError};

use crate::order::{Predecessor, find_missing};
use crate::{Deps, append, new_event};

/// How long after its end an item is due. A request that was decided before the end is over by then, on any
/// clock: it lasts 10 seconds at most.
const GRACE: Duration = Duration::from_mins(1);
/// How many items are read at once.
const AT_ONCE: i32 = 100;
/// How much time some items need.
const TIME_NEEDED: Duration = Duration::from_secs(10);

/// An item that ended.
struct EndedItem {
    item: DueItem,
    event: NewEvent,
    /// The events that the item had before.
    after: Vec<Predecessor>,
}

/// One clinic's items that ended.
struct ClinicItems {
    clinic: ClinicId,
    items: Vec<EndedItem>,
}

#[derive(PartialEq, Eq)]
enum Found {
    All,
    More,
}

/// Appends the events of everything that is due, while there is time.
pub(crate) async fn append_due(deps: &Deps, deadline: Instant) -> Result<(), StoreError> {
    for part in 0..DUE_PARTS {
        while append_some(deps, part).await? == Found::More {
            if deadline.saturating_duration_since(Instant::now()) < TIME_NEEDED {
                tracing::info!("not all due events appended, the next run continues");
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn append_some(deps: &Deps, part: u8) -> Result<Found, StoreError> {
    let now = deps.clock.now();
    let due = deps.store.list_due_items(part, now.minus(GRACE), AT_ONCE).await?;
    let full = due.len() == usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
    let mut waiting = false;
    for some in group_by_clinic(deps, due, now).await? {
        waiting |= append_of_clinic(deps, some).await?;
    }
    // What waits would be listed again at once.
    Ok(if full && !waiting { Found::More } else { Found::All })
}

/// Appends the events of one clinic. Returns whether some wait for earlier events of their objects.
async fn append_of_clinic(deps: &Deps, some: ClinicItems) -> Result<bool, StoreError> {
    let ClinicItems { clinic, items } = some;
    let needed: Vec<_> = items.iter().flat_map(|item| item.after.clone()).collect();
    let missing = find_missing(deps, clinic, &needed).await?;
    let early = |item: &EndedItem| item.after.iter().any(|one| missing.contains(&one.id));
    let (waiting, ready): (Vec<_>, Vec<_>) = items.into_iter().partition(early);
    let (items, events): (Vec<_>, Vec<_>) =
        ready.into_iter().map(|item| (item.item, item.event)).unzip();
    append(deps, clinic, &events).await?;
    for item in &items {
        deps.store.drop_due_item(item).await?;
    }
    Ok(!waiting.is_empty())
}

async fn group_by_clinic(
    deps: &Deps,
    due: Vec<DueEntry>,
    now: Timestamp,
) -> Result<Vec<ClinicItems>, StoreError> {
    let mut groups: Vec<ClinicItems> = Vec::new();
    for DueEntry { item, thing, after } in due {
        let thing = match thing {
            Ok(thing) => thing,
            Err(error) => {
                tracing::error!(%error, "event skipped: corrupt item");
                // It would be the first of every run and delay the others.
                deps.store.drop_due_item(&item).await?;
                continue;
            }
        };
        let (clinic, event) = (thing.clinic(), event_of(&thing, now));
        let Some(event) = event else {
            tracing::error!(%clinic, "due item has not ended");
            deps.store.drop_due_item(&item).await?;
            continue;
        };
        let audited = Predecessor::audited(after, event.at);
        let after = audited.into_iter().chain(last_delivery(&thing, event.at)).collect();
        let event = new_event(&event, Some(item.clone()));
        let ended = EndedItem { item, event, after };
        match groups.iter_mut().find(|group| group.clinic == clinic) {
            Some(group) => group.items.push(ended),
            None => groups.push(ClinicItems { clinic, items: vec![ended] }),
        }
    }
    Ok(groups)
}

fn event_of(thing: &DueThing, now: Timestamp) -> Option<Event> {
    match thing {
        DueThing::Invitation(invitation) => Event::of_expiry(invitation, now),
        DueThing::Grant(grant) => Event::of_end(grant, now),
    }
}

/// The last change of the delivery before an invitation expired.
fn last_delivery(thing: &DueThing, end: Timestamp) -> Option<Predecessor> {
    let DueThing::Invitation(invitation) = thing else {
        return None;
    };
    let details = invitation.details();
    let change = details.recent_delivery(end);
    let id = EventId::of_delivery(details.id, change);
    (change > 0).then_some(Predecessor { id, since: end })
}
