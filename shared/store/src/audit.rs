//! Audit records. They are only ever added, in one partition for each clinic and month.

mod between;
mod month;
mod sealing;

use std::collections::HashMap;
use std::time::Duration;

use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject, AuditRecord, NameChange, ReceiverChange};
use domain::ids::{AuditId, ClinicId, UserId};
use domain::npi::NpiStatus;
use domain::person::ClinicRole;
use domain::person::permissions::Permissions;
use domain::review::ReviewFacts;
use domain::study::ViewMode;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use telemetry::Metric;

use crate::codec::{BadField, StudyItem, field, is_zero, time};
use crate::item::RawItem;
use crate::key::Key;
use crate::page::{Page, PageBuilder, PageRequest, RawChunk, below};
use crate::profile::{NameItem, PermissionsItem};
use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, attr};

pub use month::{StoredRecord, StoredRecords, audit_months};
pub use sealing::{AuditPart, SealOutcome, SealedPart, SealedRecord};

#[derive(Serialize, Deserialize)]
pub(crate) struct AuditItem {
    at: i64,
    #[serde(rename = "ac")]
    actor: String,
    #[serde(rename = "an")]
    action: String,
    /// The detail beside the name of the action.
    #[serde(rename = "de", default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(rename = "ob")]
    object: String,
    #[serde(rename = "us", default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(flatten)]
    study: StudyItem,
    /// What a temporary access allows.
    #[serde(rename = "mo", default, skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    #[serde(rename = "be", default, skip_serializing_if = "Option::is_none")]
    before: Option<PermissionsItem>,
    #[serde(rename = "af", default, skip_serializing_if = "Option::is_none")]
    after: Option<PermissionsItem>,
    #[serde(rename = "bn", default, skip_serializing_if = "Option::is_none")]
    name_before: Option<NameItem>,
    #[serde(rename = "nn", default, skip_serializing_if = "Option::is_none")]
    name_after: Option<NameItem>,
    #[serde(rename = "hb", default, skip_serializing_if = "Option::is_none")]
    receiver_before: Option<String>,
    #[serde(rename = "ha", default, skip_serializing_if = "Option::is_none")]
    receiver_after: Option<String>,
    #[serde(rename = "ro", default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(rename = "dn", default, skip_serializing_if = "is_zero")]
    deliveries: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ip: Option<String>,
    #[serde(rename = "cn", default, skip_serializing_if = "is_zero")]
    change: u32,
    #[serde(rename = "gb", default, skip_serializing_if = "Option::is_none")]
    granted_by: Option<String>,
    /// When a view ends, in milliseconds.
    #[serde(rename = "un", default, skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
}

impl From<&AuditRecord> for AuditItem {
    fn from(record: &AuditRecord) -> Self {
        let (user, study, mode) = match record.object {
            AuditObject::Access { user, study, mode, .. } => (user, study, mode),
            _ => (None, None, None),
        };
        Self {
            at: record.at.millis(),
            actor: record.actor.to_string(),
            action: record.action.as_str().to_owned(),
            detail: record.action.detail().map(str::to_owned),
            object: record.object.to_string(),
            user: user.map(|id| id.to_string()),
            study: study.as_ref().map(Into::into).unwrap_or_default(),
            mode: mode.map(|mode| mode.as_str().to_owned()),
            before: record.before.as_ref().map(Into::into),
            after: record.after.as_ref().map(Into::into),
            name_before: record.names.before.as_ref().map(Into::into),
            name_after: record.names.after.as_ref().map(Into::into),
            receiver_before: record.receiver.before.clone(),
            receiver_after: record.receiver.after.clone(),
            role: record.role.map(|role| role.as_str().to_owned()),
            deliveries: record.deliveries,
            ip: record.ip.clone(),
            change: record.review.change,
            granted_by: record.review.granted_by.map(|actor| actor.to_string()),
            until: record.review.until.map(Timestamp::millis),
        }
    }
}

impl AuditItem {
    fn object(&self) -> Result<AuditObject, BadField> {
        let object = AuditObject::parse(&self.object).ok_or(BadField("ob"))?;
        let AuditObject::Access { id, .. } = object else {
            return Ok(object);
        };
        let user = self.user.as_deref().map(UserId::parse).transpose();
        let mode = |text: &str| ViewMode::parse(text).ok_or(BadField("mo"));
        Ok(AuditObject::Access {
            id,
            user: user.map_err(|_| BadField("us"))?,
            study: self.study.study_if_any()?,
            mode: self.mode.as_deref().map(mode).transpose()?,
        })
    }

    fn review(&self) -> Result<ReviewFacts, BadField> {
        let actor = |text: &str| Actor::parse(text).ok_or(BadField("gb"));
        Ok(ReviewFacts {
            change: self.change,
            granted_by: self.granted_by.as_deref().map(actor).transpose()?,
            until: self.until.map(|until| time("un", until)).transpose()?,
        })
    }

    /// The record with this id, which is in the key.
    pub(crate) fn into_record(
        self,
        clinic: ClinicId,
        id: AuditId,
    ) -> Result<AuditRecord, BadField> {
        let role = self.role.as_deref().map(|role| field("ro", ClinicRole::parse(role)));
        Ok(AuditRecord {
            id,
            clinic,
            at: time("at", self.at)?,
            actor: Actor::parse(&self.actor).ok_or(BadField("ac"))?,
            action: AuditAction::parse(&self.action, self.detail.as_deref())
                .ok_or(BadField("an"))?,
            object: self.object()?,
            review: self.review()?,
            before: self.before.map(TryInto::try_into).transpose()?,
            after: self.after.map(TryInto::try_into).transpose()?,
            names: NameChange {
                before: self.name_before.map(Into::into),
                after: self.name_after.map(Into::into),
            },
            receiver: ReceiverChange { before: self.receiver_before, after: self.receiver_after },
            role: role.transpose()?,
            deliveries: self.deliveries,
            ip: self.ip,
        })
    }
}

/// The time range of a list of audit records, both ends included.
#[derive(Clone, Copy, Debug)]
pub struct AuditRange {
    /// The earliest time.
    pub from: Timestamp,
    /// The latest time.
    pub to: Timestamp,
}

/// How far the time in a record's id can be from that of the record.
const ID_SLACK: Duration = Duration::from_mins(1);

impl AuditRange {
    /// Ids between which those of all records of this range are.
    fn ids(self) -> (AuditId, AuditId) {
        let after = self.to.plus(ID_SLACK).plus(Duration::from_millis(1));
        (AuditId::floor(self.from.minus(ID_SLACK)), AuditId::floor(after))
    }
}

/// The partition of a clinic's audit records of one month, `yyyy-mm`.
fn partition(clinic: ClinicId, month: &str) -> String {
    format!("AUDIT#{clinic}#{month}")
}

/// Whether a key is that of a record.
fn is_record(key: &Key) -> bool {
    key.pk.split('#').next() == Some("AUDIT")
}

/// The key of a record. Private, so that [`Transaction::put_audit_record`] is the only write in these
/// partitions. IAM cannot see the condition of a write.
fn record_key(record: &AuditRecord) -> Key {
    Key { pk: partition(record.clinic, &record.at.month()), sk: record.id.to_string() }
}

impl Store {
    /// Lists one page of a clinic's audit records that `keep` accepts, newest first. Reads month by
    /// month, because each month is a partition, and in each only ids of the range.
    pub async fn list_audit_records(
        &self,
        clinic: ClinicId,
        range: AuditRange,
        page: PageRequest<AuditId>,
        keep: impl Fn(&AuditRecord) -> bool,
    ) -> Result<Page<AuditRecord, AuditId>, StoreError> {
        let mut builder = PageBuilder::new(page);
        let newest = page.after.map_or(range.to, |id| id.created_at().min(range.to));
        let mut month = newest.month_start();
        let (first, last) = range.ids();
        while let Some((after, size)) = builder.next_read() {
            let after = after.map_or(last, |id| AuditId::from_bytes(below(id.bytes())));
            // DynamoDB refuses a range that ends before it begins.
            let bounds = (first.to_string(), after.min(last).max(first).to_string());
            let partition = partition(clinic, &month.month());
            let raw = self.query_newest(&partition, bounds, size).await?;
            let month_read = !raw.more;
            let raw = RawChunk { more: raw.more || range.from < month, ..raw };
            let id = |sk: &str| AuditId::parse(sk).ok();
            let chunk =
                self.decode_chunk(&raw, id, |item| self.decode_audit_record(clinic, item))?;
            let within = |record: &AuditRecord| range.from <= record.at && record.at <= range.to;
            builder.add(chunk, |record| within(record) && keep(record));
            if month_read {
                month = month.previous_month();
            }
        }
        Ok(builder.finish())
    }

    /// Reads the audit record in a stream record's new image. `None` if the image is of another item.
    pub fn read_audit_image(&self, image: &RawItem) -> Result<Option<AuditRecord>, StoreError> {
        let key = Key::of(image);
        if !is_record(&key) {
            return Ok(None);
        }
        let clinic = key.pk.split('#').nth(1).and_then(|clinic| ClinicId::parse(clinic).ok());
        let clinic = clinic.ok_or_else(|| self.corrupt(&key, attr::PK))?;
        self.decode_audit_record(clinic, image).map(Some)
    }

    fn decode_audit_record(
        &self,
        clinic: ClinicId,
        raw: &RawItem,
    ) -> Result<AuditRecord, StoreError> {
        let key = Key::of(raw);
        let id = AuditId::parse(&key.sk).map_err(|_| BadField(attr::SK));
        self.decode_with(raw, |item: AuditItem| item.into_record(clinic, id?))
    }
}

impl Store {
    /// Starts the transaction of a state change with its audit record.
    pub fn transaction(&self, audit: &AuditRecord) -> Result<Transaction, StoreError> {
        let mut tx = Transaction::new(self);
        tx.put_audit_record(audit)?;
        Ok(tx)
    }
}

impl Transaction {
    /// Requires that a record was not written.
    pub(crate) fn require_no_audit_record(
        &mut self,
        record: &AuditRecord,
    ) -> Result<(), StoreError> {
        let absent = format!("attribute_not_exists({})", attr::PK);
        self.check(Part::Audit, record_key(record), &absent, HashMap::new())
    }

    /// Adds an audit record. An existing one is never overwritten.
    pub fn put_audit_record(&mut self, record: &AuditRecord) -> Result<(), StoreError> {
        for metric in [action_metric(record.action), npi_metric(record)].into_iter().flatten() {
            self.count_on_commit(metric);
        }
        self.note_event(record);
        let item = AuditItem::from(record);
        self.put(Part::Audit, record_key(record), &item, None, &Precondition::Absent)
    }
}

/// The metric that counts an action.
fn action_metric(action: AuditAction) -> Option<Metric> {
    match action {
        AuditAction::InvitationCreated => Some(Metric::Invited),
        AuditAction::InvitationAccepted => Some(Metric::Accepted),
        AuditAction::AccessRedeemed => Some(Metric::LinksOpened),
        AuditAction::AccessRefused(_) => Some(Metric::LinksRefused),
        _ => None,
    }
}

/// The metric that counts the state that a person's NPI has now, if it changed.
fn npi_metric(record: &AuditRecord) -> Option<Metric> {
    let npi = |permissions: Option<Permissions>| permissions.and_then(|one| one.npi());
    let (before, after) = (npi(record.before), npi(record.after)?);
    if before.is_some_and(|(npi, status)| npi == after.0 && status.as_str() == after.1.as_str()) {
        return None;
    }
    Some(match after.1 {
        NpiStatus::Pending => Metric::NpiPending,
        NpiStatus::Verified(_) => Metric::NpiVerified,
        NpiStatus::NameMismatch => Metric::NpiNameMismatch,
        NpiStatus::NotFound => Metric::NpiNotFound,
        NpiStatus::Deactivated => Metric::NpiDeactivated,
    })
}
