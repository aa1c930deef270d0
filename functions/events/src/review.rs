//! Keeps what an access review reads, from the audit records of a batch.

use std::collections::BTreeMap;

use aws_lambda_events::event::dynamodb::EventRecord;
use domain::audit::AuditRecord;
use domain::ids::ClinicId;
use domain::review::ReviewSubject;
use store::{RawItem, StoreError};

use crate::Deps;

/// One clinic's records of a batch that matter to a review.
struct ReviewRecords {
    clinic: ClinicId,
    records: Vec<AuditRecord>,
    /// The place of the first one in the batch.
    first: usize,
}

/// Keeps the records of a batch. Returns the place of the first record that has to be delivered again.
pub(crate) async fn keep_batch(deps: &Deps, records: &[EventRecord]) -> Option<usize> {
    let mut failed = None;
    for some in group_by_clinic(deps, records) {
        if let Err(error) = keep_of_clinic(deps, &some).await {
            tracing::warn!(%error, clinic = %some.clinic, "access review records not kept, they will be retried");
            failed = Some(failed.map_or(some.first, |failed: usize| failed.min(some.first)));
        }
    }
    failed
}

fn group_by_clinic(deps: &Deps, records: &[EventRecord]) -> Vec<ReviewRecords> {
    let mut groups: Vec<ReviewRecords> = Vec::new();
    for (first, record) in records.iter().enumerate() {
        let new = RawItem::from(record.change.new_image.clone());
        // A corrupt record is logged when its event is read.
        let Ok(Some(record)) = deps.store.read_audit_image(&new) else { continue };
        if ReviewSubject::of(&record).is_none() {
            continue;
        }
        let clinic = record.clinic;
        if let Some(group) = groups.iter_mut().find(|group| group.clinic == clinic) {
            group.records.push(record);
        } else {
            groups.push(ReviewRecords { clinic, records: vec![record], first });
        }
    }
    groups
}

async fn keep_of_clinic(deps: &Deps, some: &ReviewRecords) -> Result<(), StoreError> {
    keep(deps, some.clinic, &some.records).await?;
    let mut newest = BTreeMap::<String, &AuditRecord>::new();
    for record in &some.records {
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
    let zone = deps.store.load_clinic(clinic).await?.map(|clinic| clinic.time_zone);
    deps.store.keep_for_review(clinic, records, &zone.unwrap_or_default()).await
}
