//! Up to where a clinic's records are kept for reviews.
//!
//! The mark moves only over records that were read from the audit. So a record that was lost on its way is found
//! with the next one, and a review that comes before knows that it would be incomplete.

use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::audit::AuditRecord;
use domain::ids::{AuditId, ClinicId};
use domain::review::ReviewSubject;
use domain::time::Timestamp;
use serde::Deserialize;

use crate::codec::BadField;
use crate::item::text;
use crate::page::skip_corrupt;
use crate::{AuditRange, PageRequest, Store, StoreError, attr, key};

/// How long a record may take from its commit until it is kept. It is about a second.
const LONGEST_LAG: Duration = Duration::from_secs(10);
/// How much later than its id a sign-in or view can be committed. Requests have ten seconds. Other changes are
/// counted.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// Up to where a clinic's records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewMark {
    /// The newest record.
    newest: AuditId,
    /// How many records matter of those that may not be the last ones with so old an id. More of them show that one
    /// was committed later.
    recent: usize,
}

#[derive(Deserialize)]
struct MarkItem {
    #[serde(rename = "nr")]
    newest: String,
    #[serde(rename = "rr")]
    recent: usize,
}

/// What the audit has beyond a clinic's mark.
#[derive(Clone, Debug)]
pub struct UnkeptRecords {
    /// The records that matter to a review, the oldest first.
    pub records: Vec<AuditRecord>,
    /// The mark once they are kept. `None` without any.
    pub mark: Option<ReviewMark>,
    /// Whether there are more.
    pub more: bool,
}

impl ReviewMark {
    fn new(newest: AuditId, matter: &[AuditRecord]) -> Self {
        let mark = Self { newest, recent: 0 };
        Self { recent: matter.iter().filter(|record| mark.is_recent(record)).count(), ..mark }
    }

    /// The first id that a record can still get in a request that has not ended.
    fn first_recent(&self) -> AuditId {
        AuditId::floor(self.newest.created_at().minus(LONGEST_REQUEST))
    }

    fn is_recent(&self, record: &AuditRecord) -> bool {
        (self.first_recent()..=self.newest).contains(&record.id)
    }
}

impl Store {
    async fn load_review_mark(&self, clinic: ClinicId) -> Result<Option<ReviewMark>, StoreError> {
        let Some(raw) = self.get(&key::review_mark(clinic)).await? else {
            return Ok(None);
        };
        let read = self.decode_with(&raw, |item: MarkItem| {
            let newest = AuditId::parse(&item.newest).map_err(|_| BadField(attr::NEWEST))?;
            Ok::<_, BadField>(ReviewMark { newest, recent: item.recent })
        });
        match read {
            Ok(mark) => Ok(Some(mark)),
            // The stream must not wait for the operator.
            Err(error) => skip_corrupt(error).map(|()| None),
        }
    }

    /// Reads the audit from a clinic's mark to `until`, or a part of it.
    pub async fn read_unkept_records(
        &self,
        clinic: ClinicId,
        until: AuditId,
    ) -> Result<UnkeptRecords, StoreError> {
        let known = self.load_review_mark(clinic).await?;
        let created = AuditId::floor(clinic.created_at().minus(LONGEST_REQUEST));
        let (first, past) =
            known.map_or((created, created), |mark| (mark.first_recent(), mark.newest));
        let last = if known.is_some() { until.max(past) } else { until };
        let found = self.read_audit_between(clinic, (first.min(last), last), past).await?;
        let mut records = found.records;
        records.retain(matters);
        let mark = found.last.map(|newest| ReviewMark::new(newest, &records));
        let is_late = |mark: ReviewMark| ReviewMark::new(mark.newest, &records) != mark;
        if known.is_some_and(|mark| !is_late(mark)) {
            records.retain(|record| past < record.id);
        }
        Ok(UnkeptRecords { records, mark, more: found.more })
    }

    /// Notes that the records up to here are kept.
    pub async fn note_review_mark(
        &self,
        clinic: ClinicId,
        mark: ReviewMark,
    ) -> Result<(), StoreError> {
        let (newest, recent) = (attr::NEWEST, attr::RECENT);
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::review_mark(clinic).into_attributes()))
            .update_expression(format!("SET {newest} = :id, {recent} = :recent"))
            .condition_expression(format!(
                "attribute_not_exists({newest}) OR {newest} < :id OR ({newest} = :id AND {recent} < :recent)"
            ))
            .expression_attribute_values(":id", text(mark.newest.to_string()))
            .expression_attribute_values(":recent", AttributeValue::N(mark.recent.to_string()));
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
        let Some(mark) = self.load_review_mark(clinic).await? else {
            return Ok(false);
        };
        let newest = mark.newest.created_at();
        let to = until.min(now.minus(LONGEST_LAG));
        if newest <= to {
            let range = AuditRange { from: newest, to };
            let later = |record: &AuditRecord| mark.newest < record.id && matters(record);
            let page = self.list_audit_records(clinic, range, PageRequest::new(1, None), later);
            if !page.await?.items.is_empty() {
                return Ok(false);
            }
        }
        if to < newest.minus(LONGEST_REQUEST) {
            return Ok(true);
        }
        let recent = (mark.first_recent(), mark.newest);
        let found = self.read_audit_between(clinic, recent, mark.newest).await?;
        Ok(found.records.iter().filter(|record| matters(record)).count() == mark.recent)
    }
}

fn matters(record: &AuditRecord) -> bool {
    ReviewSubject::of(record).is_some()
}
