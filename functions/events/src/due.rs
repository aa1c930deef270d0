//! The events of what ended by itself: invitations that expired, and temporary access.

use std::time::{Duration, Instant};

use domain::event::Event;
use domain::ids::{ClinicId, EventId};
use domain::time::Timestamp;
use store::{DUE_PARTS, DueEntry, DueItem, DueThing, EVENTS_KEPT_FOR, NewEvent, StoreError};

use crate::order::{Predecessor, find_missing};
use crate::{Deps, append, new_event, note_failure};

/// How long after its end an item is due. A request that was decided before the end is over by then, on any
/// clock: it lasts 10 seconds at most.
const GRACE: Duration = Duration::from_mins(1);
/// How many items are read at once.
const AT_ONCE: i32 = 100;
/// How much time some items need.
const TIME_NEEDED: Duration = Duration::from_secs(10);
/// How long after its end an item may still have its event. After that, the feed may have had the event and
/// forgotten its id: a change of an item that ended long ago lists it again.
const OLDEST: Duration = EVENTS_KEPT_FOR.saturating_sub(Duration::from_hours(24));

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

/// Appends the events of everything that is due, while there is time. What fails is an error once the rest is done.
pub(crate) async fn append_due(deps: &Deps, deadline: Instant) -> Result<(), StoreError> {
    let mut failed = None;
    for part in 0..DUE_PARTS {
        let mut start = None;
        loop {
            if deadline.saturating_duration_since(Instant::now()) < TIME_NEEDED {
                tracing::info!("not all due events appended, the next run continues");
                return failed.map_or(Ok(()), Err);
            }
            let until = deps.clock.now().minus(GRACE);
            let page = match deps.store.list_due_items(part, until, (AT_ONCE, start)).await {
                Ok(page) => page,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            };
            failed = append_some(deps, page.items).await.err().or(failed);
            start = page.next;
            if start.is_none() {
                break;
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn append_some(deps: &Deps, due: Vec<DueEntry>) -> Result<(), StoreError> {
    let (groups, dropped) = group_by_clinic(due, deps.clock.now());
    let mut failed = drop_items(deps, &dropped).await.err();
    for some in groups {
        let clinic = some.clinic;
        if let Err(error) = append_of_clinic(deps, some).await {
            failed = Some(note_failure(clinic, error));
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Appends the events of one clinic. Some may wait for earlier events of their objects, until the next run.
async fn append_of_clinic(deps: &Deps, some: ClinicItems) -> Result<(), StoreError> {
    let ClinicItems { clinic, items } = some;
    let needed: Vec<_> = items.iter().flat_map(|item| item.after.clone()).collect();
    let missing = find_missing(deps, clinic, &needed).await?;
    let early = |item: &EndedItem| item.after.iter().any(|one| missing.contains(&one.id));
    let ready = items.into_iter().filter(|item| !early(item));
    let (items, events): (Vec<_>, Vec<_>) = ready.map(|item| (item.item, item.event)).unzip();
    append(deps, clinic, &events).await?;
    drop_items(deps, &items).await
}

async fn drop_items(deps: &Deps, items: &[DueItem]) -> Result<(), StoreError> {
    for item in items {
        deps.store.drop_due_item(item).await?;
    }
    Ok(())
}

/// The items of each clinic, and those that have no event.
fn group_by_clinic(due: Vec<DueEntry>, now: Timestamp) -> (Vec<ClinicItems>, Vec<DueItem>) {
    let (mut groups, mut dropped): (Vec<ClinicItems>, _) = (Vec::new(), Vec::new());
    for DueEntry { item, thing, after } in due {
        let thing = match thing {
            Ok(thing) => thing,
            Err(error) => {
                tracing::error!(%error, "event skipped: corrupt item");
                // It would be listed by every run.
                dropped.push(item);
                continue;
            }
        };
        let (clinic, event) = (thing.clinic(), event_of(&thing, now));
        let Some(event) = event else {
            tracing::error!(%clinic, "due item has not ended");
            dropped.push(item);
            continue;
        };
        if now.since(event.at) > OLDEST {
            tracing::info!(%clinic, "due item dropped: it ended long ago");
            dropped.push(item);
            continue;
        }
        let audited = Predecessor::audited(after, event.at);
        let after = audited.into_iter().chain(last_delivery(&thing, event.at)).collect();
        let event = new_event(&event, Some(item.clone()));
        let ended = EndedItem { item, event, after };
        match groups.iter_mut().find(|group| group.clinic == clinic) {
            Some(group) => group.items.push(ended),
            None => groups.push(ClinicItems { clinic, items: vec![ended] }),
        }
    }
    (groups, dropped)
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
