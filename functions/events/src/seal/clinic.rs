//! Seals the hours of one clinic, one after another.

use segment::{Hour, Segment, SegmentFault, SegmentHash};
use store::{SealOutcome, SealedHour};

use super::archive::PutOutcome;
use super::{Progress, SealError, reload};
use crate::Deps;

/// How many hours of a clinic are sealed before the other clinics have their turn.
const HOURS_AT_ONCE: usize = 24;

/// Seals some hours up to `last`. Returns how far it came, also if it failed.
pub(super) async fn seal_some(
    deps: &Deps,
    mut progress: Progress,
    last: Hour,
    has_time: &impl Fn() -> bool,
) -> (Progress, Result<(), SealError>) {
    for _ in 0..HOURS_AT_ONCE {
        if progress.next() > last || !has_time() {
            break;
        }
        match seal_hour(deps, &progress).await {
            Ok(sealed) => progress.sealed = sealed,
            Err(error) => return (progress, Err(error)),
        }
    }
    (progress, Ok(()))
}

/// Seals the next hour. Returns how far the clinic is then, which another run may have decided.
async fn seal_hour(deps: &Deps, progress: &Progress) -> Result<SealedHour, SealError> {
    let (clinic, hour) = (progress.clinic, progress.next());
    let previous = match &progress.sealed.hash {
        Some(hash) => Some(SegmentHash::parse(hash).ok_or(SealError::State)?),
        None => None,
    };
    let records = deps.store.read_audit_hour(clinic, (hour.start(), hour.end())).await?;
    let count = records.len();
    let segment = Segment { clinic, hour, previous, records };
    let sealing = &deps.sealing;
    let body = sealing.signer.sign(&segment, &sealing.archive).await?;
    let key = hour.object_key(clinic);
    let hash = match sealing.archive.put_segment(&key, body.clone()).await? {
        PutOutcome::Created => SegmentHash::of(&body),
        PutOutcome::Exists => adopt(deps, &key, &segment).await?,
    };
    let sealed = SealedHour { hour: hour.start(), hash: Some(hash.to_string()) };
    match deps.store.note_sealed_hour(clinic, Some(&progress.sealed), &sealed).await? {
        SealOutcome::Noted => {
            tracing::info!(%clinic, %hour, records = count, "audit sealed");
            Ok(sealed)
        }
        SealOutcome::Moved => reload(deps, clinic).await,
    }
}

/// Takes over the segment of a run that ended before the table noted it. Its records count, because they were
/// read first.
async fn adopt(deps: &Deps, key: &str, own: &Segment) -> Result<SegmentHash, SealError> {
    let sealing = &deps.sealing;
    let body = sealing.archive.get(key).await?.ok_or(SealError::Foreign)?;
    let mut keys = sealing.signer.trusted(&sealing.archive).await?;
    let mut found = Segment::read(&body, &keys);
    if let Err(SegmentFault::UnknownKey(kid)) = &found {
        // The key was rotated since.
        if let Some(old) = sealing.archive.get_key(kid).await? {
            keys.add(old);
            found = Segment::read(&body, &keys);
        }
    }
    match found {
        Ok(found)
            if (found.clinic, found.hour, found.previous)
                == (own.clinic, own.hour, own.previous) =>
        {
            Ok(SegmentHash::of(&body))
        }
        _ => Err(SealError::Foreign),
    }
}
