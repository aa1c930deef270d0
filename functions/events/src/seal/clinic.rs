//! Seals the hours of one clinic, one after another, part by part.

use domain::ids::{AuditId, ClinicId};
use segment::{Hour, Place, Segment, SegmentFault, SegmentHash, record_id};
use store::{SealOutcome, SealedPart, SealedRecord};

use super::archive::PutOutcome;
use super::{Progress, SealError, reload};
use crate::Deps;

/// How many segments of a clinic are made before the other clinics have their turn.
const SEGMENTS_AT_ONCE: usize = 24;

/// What names a segment, before its records are read.
#[derive(Clone, Copy, PartialEq)]
struct Start {
    clinic: ClinicId,
    place: Place,
    previous: Option<SegmentHash>,
}

/// What the bucket has at the place of a segment.
struct Sealed {
    hash: SegmentHash,
    /// The id of its last record, if the hour needs another part.
    after: Option<String>,
}

/// Makes some segments, up to the hour `last`. Returns how far it came, also if it failed.
pub(super) async fn seal_some(
    deps: &Deps,
    mut progress: Progress,
    last: Hour,
    has_time: &impl Fn() -> bool,
) -> (Progress, Result<(), SealError>) {
    for _ in 0..SEGMENTS_AT_ONCE {
        if progress.next().hour > last || !has_time() {
            break;
        }
        match seal_next(deps, &progress).await {
            Ok(sealed) => progress.sealed = sealed,
            Err(error) => return (progress, Err(error)),
        }
    }
    (progress, Ok(()))
}

/// Makes the next segment. Returns how far the clinic is then, which another run may have decided.
async fn seal_next(deps: &Deps, progress: &Progress) -> Result<SealedPart, SealError> {
    let (clinic, place) = (progress.clinic, progress.next());
    let previous = match &progress.sealed.hash {
        Some(hash) => Some(SegmentHash::parse(hash).ok_or(SealError::State)?),
        None => None,
    };
    let start = Start { clinic, place, previous };
    let Sealed { hash, after } = put(deps, start, progress.sealed.after.as_deref()).await?;
    let (hour, hash) = (place.hour.start(), Some(hash.to_string()));
    let sealed = SealedPart { hour, part: place.part, hash, after };
    match deps.store.note_sealed_part(clinic, Some(&progress.sealed), &sealed).await? {
        SealOutcome::Noted => Ok(sealed),
        SealOutcome::Moved => reload(deps, clinic).await,
    }
}

/// Seals the records of an hour after one of them, or takes over the segment that is there.
async fn put(deps: &Deps, start: Start, before: Option<&str>) -> Result<Sealed, SealError> {
    let Start { clinic, place, previous } = start;
    let Place { hour, part } = place;
    let sealing = &deps.sealing;
    let range = (hour.start(), hour.end());
    let most = sealing.most_records;
    let found = deps.store.read_audit_part(clinic, range, (before, most)).await?;
    report_malformed(clinic, hour, &found.records);
    let last = found.records.last().map(|record| record.id.clone());
    let (count, is_last) = (found.records.len(), !found.more);
    let segment = Segment { clinic, place, is_last, previous, records: found.records };
    let after = after_of(is_last, last.as_deref().or(before));
    let body = sealing.signer.sign(&segment, &sealing.archive).await?;
    drop(segment);
    let (key, hash) = (place.object_key(clinic), SegmentHash::of(&body));
    match sealing.archive.put_segment(&key, body).await? {
        PutOutcome::Created => {
            tracing::info!(%clinic, %hour, part, records = count, last = is_last, "audit sealed");
            Ok(Sealed { hash, after })
        }
        PutOutcome::Exists => adopt(deps, &key, start, before).await,
    }
}

/// Logs the records that do not belong into their hour. They are sealed as they are, because what they say and that
/// they were there is evidence.
fn report_malformed(clinic: ClinicId, hour: Hour, records: &[SealedRecord]) {
    for id in records.iter().map(|record| record.id.as_str()) {
        if !AuditId::parse(id).is_ok_and(|id| hour.holds(id)) {
            tracing::error!(%clinic, %hour, id, "audit record with a malformed id sealed");
        }
    }
}

/// Where the part after a segment continues, if there is one.
fn after_of(is_last: bool, last: Option<&str>) -> Option<String> {
    (!is_last).then(|| last.unwrap_or_default().to_owned())
}

/// Takes over the segment of a run that ended before the table noted it. Its records count, because they were
/// read first.
async fn adopt(
    deps: &Deps,
    key: &str,
    start: Start,
    before: Option<&str>,
) -> Result<Sealed, SealError> {
    let sealing = &deps.sealing;
    let body = sealing.archive.get(key).await?;
    let mut keys = sealing.signer.trusted(&sealing.archive).await?;
    let mut found = Segment::read(&body, &keys);
    if let Err(SegmentFault::UnknownKey(kid)) = &found {
        // The key was rotated since.
        if let Some(old) = sealing.archive.get_key(kid).await? {
            keys.add(old);
            found = Segment::read(&body, &keys);
        }
    }
    let found = found.map_err(|_| SealError::Foreign)?;
    let Segment { clinic, place, previous, .. } = found;
    if (Start { clinic, place, previous }) != start {
        return Err(SealError::Foreign);
    }
    tracing::info!(%clinic, hour = %place.hour, part = place.part, "sealed audit taken over");
    let last = found.records.last().map(record_id).or(before);
    Ok(Sealed { hash: SegmentHash::of(&body), after: after_of(found.is_last, last) })
}
