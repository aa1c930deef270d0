//! The events of what ended by itself: invitations that expired, and temporary access.

use std::time::{Duration, Instant};

use domain::event::Event;
use domain::ids::ClinicId;
use domain::time::Timestamp;
use store::{DUE_PARTS, DueEntry, DueItem, DueThing, NewEvent, StoreError};

use crate::{Deps, append, new_event};

/// How long after its end an item is due. A request that was decided before the end is over by then, on any
/// clock: it lasts 10 seconds at most.
const GRACE: Duration = Duration::from_mins(1);
/// How many items are read at once.
const AT_ONCE: i32 = 100;
/// How much time some items need.
const TIME_NEEDED: Duration = Duration::from_secs(10);

/// One clinic's items that are due, with the events.
struct ClinicItems {
    clinic: ClinicId,
    events: Vec<NewEvent>,
    items: Vec<DueItem>,
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

#[derive(PartialEq, Eq)]
enum Found {
    All,
    More,
}

async fn append_some(deps: &Deps, part: u8) -> Result<Found, StoreError> {
    let now = deps.clock.now();
    let due = deps.store.list_due_items(part, now.minus(GRACE), AT_ONCE).await?;
    let full = due.len() == usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
    for some in group_by_clinic(deps, due, now).await? {
        append(deps, some.clinic, &some.events).await?;
        for item in &some.items {
            deps.store.drop_due_item(item).await?;
        }
    }
    Ok(if full { Found::More } else { Found::All })
}

async fn group_by_clinic(
    deps: &Deps,
    due: Vec<DueEntry>,
    now: Timestamp,
) -> Result<Vec<ClinicItems>, StoreError> {
    let mut groups: Vec<ClinicItems> = Vec::new();
    for DueEntry { item, thing } in due {
        let thing = match thing {
            Ok(thing) => thing,
            Err(error) => {
                tracing::error!(%error, "event skipped: corrupt item");
                // It would be the first of every run and delay the others.
                deps.store.drop_due_item(&item).await?;
                continue;
            }
        };
        let Some(event) = event_of(&thing, now) else {
            tracing::error!(clinic = %thing.clinic(), "due item has not ended");
            deps.store.drop_due_item(&item).await?;
            continue;
        };
        let (clinic, event) = (thing.clinic(), new_event(&event, Some(item.clone())));
        match groups.iter_mut().find(|group| group.clinic == clinic) {
            Some(group) => {
                group.events.push(event);
                group.items.push(item);
            }
            None => groups.push(ClinicItems { clinic, events: vec![event], items: vec![item] }),
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
