//! Keeps what an access review reads, from the audit records of a batch.

use std::collections::BTreeMap;

use aws_lambda_events::event::dynamodb::EventRecord;
use domain::audit::AuditRecord;
use domain::clinic::TimeZone;
use domain::ids::ClinicId;
use domain::review::ReviewSubject;
use store::{RawItem, StoreError};

use crate::Deps;
use crate::group::{ClinicGroup, group_by_clinic};

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
    let mut newest = BTreeMap::<String, &AuditRecord>::new();
    for record in &some.items {
        let known = newest.entry(record.at.month()).or_insert(record);
        if known.id < record.id {
            *known = record;
        }
    }
    for record in newest.into_values() {
        deps.store.note_newest_reviewed(record).await?;
    }
    Ok(())
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
