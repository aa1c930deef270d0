//! Keeps what an access review reads, from the audit records of a batch.

use std::time::Duration;

use aws_lambda_events::event::dynamodb::EventRecord;
use domain::audit::AuditRecord;
use domain::clinic::TimeZone;
use domain::ids::{AuditId, ClinicId};
use domain::review::ReviewSubject;
use store::{RawItem, StoreError, UnkeptRecords};

use crate::Deps;
use crate::group::{ClinicGroup, group_by_clinic};

/// How much ahead the clock of another host can be.
const CLOCK_DIFFERENCE: Duration = Duration::from_mins(1);

/// Keeps the records of a batch. Returns the place of the first record that has to be delivered again.
pub(crate) async fn keep_batch(deps: &Deps, records: &[EventRecord]) -> Option<usize> {
    let mut failed = None;
    for some in group_by_clinic(read_records(deps, records)) {
        if let Err(error) = keep_of_clinic(deps, &some).await {
            tracing::warn!(%error, clinic = %some.clinic, "access review records not kept, they will be retried");
            failed = Some(failed.map_or(some.first, |failed: usize| failed.min(some.first)));
        }
    }
    failed
}

/// The records of a batch that matter to a review, with their places in it.
fn read_records(
    deps: &Deps,
    records: &[EventRecord],
) -> impl Iterator<Item = (usize, ClinicId, AuditRecord)> {
    // An audit record is only ever added. What else the stream shows is tampering.
    let added = records.iter().enumerate().filter(|(_, record)| record.event_name == "INSERT");
    added.filter_map(|(at, record)| {
        let new = RawItem::from(record.change.new_image.clone());
        // A corrupt record is logged when its event is read.
        let record = deps.store.read_audit_image(&new).ok()??;
        ReviewSubject::of(&record)?;
        Some((at, record.clinic, record))
    })
}

async fn keep_of_clinic(deps: &Deps, some: &ClinicGroup<AuditRecord>) -> Result<(), StoreError> {
    keep(deps, some.clinic, &some.items).await?;
    if let Some(newest) = some.items.iter().map(|record| record.id).max() {
        catch_up(deps, some.clinic, newest, &some.items).await?;
    }
    Ok(())
}

/// Keeps what the audit has up to this record and is not kept yet: records of batches that were given up, and those
/// that were committed late. Returns whether there are more of them.
pub(crate) async fn catch_up(
    deps: &Deps,
    clinic: ClinicId,
    until: AuditId,
    kept: &[AuditRecord],
) -> Result<bool, StoreError> {
    // An id of the future is not of this service.
    let until = until.min(AuditId::floor(deps.clock.now().plus(CLOCK_DIFFERENCE)));
    let UnkeptRecords { mut records, mark, more } =
        deps.store.read_unkept_records(clinic, until).await?;
    records.retain(|record| kept.iter().all(|one| one.id != record.id));
    if !records.is_empty() {
        keep(deps, clinic, &records).await?;
        tracing::info!(%clinic, records = records.len(), "records kept for access reviews from the audit");
    }
    if let Some(mark) = mark {
        deps.store.note_review_mark(clinic, mark).await?;
    }
    Ok(more)
}

/// Keeps some records of a clinic. Returns how many matter to a review.
pub(crate) async fn keep(
    deps: &Deps,
    clinic: ClinicId,
    records: &[AuditRecord],
) -> Result<usize, StoreError> {
    if !records.iter().any(|record| ReviewSubject::of(record).is_some()) {
        return Ok(0);
    }
    let zone = load_time_zone(deps, clinic).await?;
    deps.store.keep_for_review(clinic, records, &zone).await
}

/// The time zone of a clinic. The others of its shard don't wait for one that is corrupt.
async fn load_time_zone(deps: &Deps, clinic: ClinicId) -> Result<TimeZone, StoreError> {
    match deps.store.load_clinic(clinic).await {
        Ok(found) => Ok(found.map(|clinic| clinic.time_zone).unwrap_or_default()),
        Err(error @ StoreError::Corrupt { marked, .. }) => {
            if marked {
                tracing::info!(%error, "days of use kept in UTC: the operator has marked the clinic");
            } else {
                tracing::error!(%error, "days of use kept in UTC: corrupt clinic");
            }
            Ok(TimeZone::default())
        }
        Err(error) => Err(error),
    }
}
