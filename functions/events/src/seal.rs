//! Seals the audit: writes the records of each clinic and hour to a bucket, where no one can change them.
//!
//! A run seals all hours that are over. An hour with many records is sealed in parts, so that a segment fits into
//! memory. Each is sealed once: the bucket takes no second segment at a place, and the table notes the newest segment
//! of each clinic, with the record where the next part continues. So a run that ended between the two is continued,
//! and a run that had no more time goes on with the next part, however many an hour has.

mod archive;
mod clinic;
mod signer;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use domain::ids::ClinicId;
use domain::time::Timestamp;
use futures_util::StreamExt as _;
use segment::{Hour, Place};
use serde::Deserialize;
use store::{SealOutcome, SealedPart, StoreError};
use telemetry::Metric;

use crate::Deps;
use clinic::seal_some;

pub use archive::{Archive, ArchiveError};
pub use signer::{SegmentSigner, SignerError};

/// How long after its end an hour is sealed. A record that was made within it is committed by then.
const GRACE: Duration = Duration::from_mins(10);
/// How many clinics are sealed at the same time.
const CLINICS_AT_ONCE: usize = 8;
/// How much time one segment needs.
const TIME_NEEDED: Duration = Duration::from_secs(20);

/// Where segments are kept, and what signs them.
#[derive(Clone)]
pub struct Sealing {
    /// The bucket.
    pub archive: Archive,
    /// The key.
    pub signer: SegmentSigner,
    /// How many records a segment has at most.
    pub most_records: usize,
}

impl Sealing {
    /// Segments of this size take about 2 MB each while they are made, and as many are made at the same time as
    /// clinics are sealed. The table may end a part earlier, if its records are large.
    pub const MOST_RECORDS: usize = 1000;
}

/// `{"sealAudit": true}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SealRequest {
    #[expect(dead_code, reason = "only its name is read")]
    seal_audit: bool,
}

/// Why an hour, or a whole run, was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket did not answer.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The key did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The bucket has an object at the place of a segment that `events` did not write.
    #[error("the bucket has another object at the place of the segment")]
    Foreign,
    /// The table has a state that no run writes.
    #[error("the table does not say which segment is the newest")]
    State,
    /// Some clinics failed. The log names them.
    #[error("the audit of {count} clinics was not sealed")]
    Clinics {
        /// How many.
        count: usize,
        /// Why the first of them failed.
        #[source]
        first: Box<SealError>,
    },
}

/// A clinic, and what is sealed of it.
struct Progress {
    clinic: ClinicId,
    sealed: SealedPart,
}

impl Progress {
    /// The place of the next segment.
    fn next(&self) -> Place {
        let SealedPart { hour, part, after, .. } = &self.sealed;
        let hour = Hour::of(*hour);
        match after {
            Some(_) => Place { hour, part: *part }.next_part(),
            None => Place::first_of(hour.next()),
        }
    }
}

/// Seals every hour that is over, while there is time. A clinic that fails does not stop the others.
pub(crate) async fn seal_audit(deps: &Deps, deadline: Instant) -> Result<(), SealError> {
    let now = deps.clock.now();
    let last = Hour::of(now.minus(GRACE)).previous();
    let has_time = || deadline.saturating_duration_since(Instant::now()) > TIME_NEEDED;
    let (mut work, mut failed) = load_progress(deps, now, last).await?;
    let mut done = Vec::new();
    while !work.is_empty() {
        // The clinic that is furthest behind comes first.
        work.sort_by_key(Progress::next);
        let seal = |one| seal_some(deps, one, last, &has_time);
        let round: Vec<_> = futures_util::stream::iter(work)
            .map(seal)
            .buffer_unordered(CLINICS_AT_ONCE)
            .collect()
            .await;
        work = Vec::new();
        for (progress, result) in round {
            if let Err(error) = result {
                report(progress.clinic, Some(progress.next()), &error);
                failed.push(error);
                done.push(progress.next());
            } else if progress.next().hour <= last && has_time() {
                work.push(progress);
            } else {
                done.push(progress.next());
            }
        }
    }
    if let Some(oldest) = done.iter().min() {
        telemetry::metric::time(Metric::SealAge, now.since(oldest.hour.start()));
    }
    let count = failed.len();
    match failed.into_iter().next() {
        Some(first) => Err(SealError::Clinics { count, first: Box::new(first) }),
        None => Ok(()),
    }
}

fn report(clinic: ClinicId, place: Option<Place>, error: &SealError) {
    let hour = place.map(|place| tracing::field::display(place.hour));
    let part = place.map(|place| place.part);
    match error {
        SealError::Foreign | SealError::State | SealError::Store(StoreError::Corrupt { .. }) => {
            tracing::error!(%clinic, hour, part, %error, "audit not sealed");
        }
        _ => tracing::warn!(%clinic, hour, part, %error, "audit not sealed, the next run retries"),
    }
}

/// What is sealed of each clinic of the index, of each that was ever there, and of the operator. Also returns why
/// that is not known of some.
async fn load_progress(
    deps: &Deps,
    now: Timestamp,
    last: Hour,
) -> Result<(Vec<Progress>, Vec<SealError>), SealError> {
    let listed = deps.store.list_clinics().await?;
    let mut noted = deps.store.list_sealed_parts().await?;
    let operator = [ClinicId::OPERATOR];
    let mut clinics: BTreeSet<_> = listed.into_iter().chain(operator).collect();
    for clinic in noted.keys() {
        if clinics.insert(*clinic) {
            // No write of the service takes a clinic out.
            tracing::error!(%clinic, "clinic is not in the index, its audit is sealed all the same");
        }
    }
    let (mut all, mut failed) = (Vec::with_capacity(clinics.len()), Vec::new());
    for clinic in clinics {
        let sealed = match noted.remove(&clinic) {
            Some(sealed) => sealed.map_err(SealError::from),
            None => start(deps, clinic, (now, last)).await,
        };
        match sealed {
            Ok(sealed) => all.push(Progress { clinic, sealed }),
            Err(error) => {
                report(clinic, None, &error);
                failed.push(error);
            }
        }
    }
    Ok((all, failed))
}

/// The hour in which a clinic was created. The operator has no such hour, so the hour of the first record counts.
async fn first_hour(
    deps: &Deps,
    clinic: ClinicId,
    now: Timestamp,
    last: Hour,
) -> Result<Hour, SealError> {
    if clinic != ClinicId::OPERATOR {
        return Ok(Hour::of(clinic.created_at()));
    }
    let first = deps.store.find_first_audit_record(clinic, now).await?;
    Ok(first.map_or(last, Hour::of))
}

/// Notes with which hour the segments of a clinic start, so that all runs agree.
async fn start(
    deps: &Deps,
    clinic: ClinicId,
    (now, last): (Timestamp, Hour),
) -> Result<SealedPart, SealError> {
    let first = first_hour(deps, clinic, now, last).await?;
    let hour = first.previous().start();
    let before = SealedPart { hour, part: 0, hash: None, after: None };
    match deps.store.note_sealed_part(clinic, None, &before).await? {
        SealOutcome::Noted => Ok(before),
        SealOutcome::Moved => reload(deps, clinic).await,
    }
}

/// Reads what another run sealed.
async fn reload(deps: &Deps, clinic: ClinicId) -> Result<SealedPart, SealError> {
    deps.store.load_sealed_part(clinic).await?.ok_or(SealError::State)
}
