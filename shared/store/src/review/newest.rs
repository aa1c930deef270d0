//! Whether a clinic's records are all kept for reviews.

use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use domain::audit::AuditRecord;
use domain::ids::{AuditId, ClinicId};
use domain::review::ReviewSubject;
use domain::time::Timestamp;

use crate::item::text;
use crate::{AuditRange, PageRequest, Store, StoreError, attr, key};

/// How long a record may take from its commit until it is kept. It is about a second.
const LONGEST_LAG: Duration = Duration::from_secs(10);
/// How old a record can be that is not kept yet. The stream keeps records for a day.
const OLDEST: Duration = Duration::from_hours(24);

impl Store {
    /// Notes that the stream's records up to this one are kept. The stream has a month of a clinic in order.
    pub async fn note_newest_reviewed(&self, record: &AuditRecord) -> Result<(), StoreError> {
        let newest = attr::NEWEST;
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(
                key::newest_reviewed(record.clinic, &record.at.month()).into_attributes(),
            ))
            .update_expression(format!("SET {newest} = :id"))
            .condition_expression(format!("attribute_not_exists({newest}) OR {newest} < :id"))
            .expression_attribute_values(":id", text(record.id.to_string()));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                // A later one was noted before.
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }

    /// Whether the records up to this time are kept for reviews, apart from those of the last seconds.
    pub async fn has_kept_for_review(
        &self,
        clinic: ClinicId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let to = until.min(now.minus(LONGEST_LAG));
        let range = AuditRange { from: to.minus(OLDEST), to };
        let matters = |record: &AuditRecord| ReviewSubject::of(record).is_some();
        let found = self.list_audit_records(clinic, range, PageRequest::new(1, None), matters);
        let found = found.await?.items;
        let Some(newest) = found.first() else {
            return Ok(true);
        };
        let kept = self.get(&key::newest_reviewed(clinic, &newest.at.month())).await?;
        let kept = kept.and_then(|item| AuditId::parse(item.get(attr::NEWEST)?.as_s().ok()?).ok());
        Ok(kept.is_some_and(|kept| newest.id <= kept))
    }
}
