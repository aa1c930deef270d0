//! Audit records in the order of their ids.

use std::time::Duration;

use domain::audit::AuditRecord;
use domain::ids::{AuditId, ClinicId};

use super::partition;
use crate::key::Key;
use crate::page::skip_corrupt;
use crate::{Store, StoreError};

/// How many records are read at once.
const AT_ONCE: usize = 1000;

/// A clinic's records between two ids, or the first of them.
#[derive(Default)]
pub(crate) struct AuditSpan {
    /// The records, the oldest first. Corrupt ones are left out.
    pub(crate) records: Vec<AuditRecord>,
    /// The last id that was read.
    pub(crate) last: Option<AuditId>,
    /// Whether there are more.
    pub(crate) more: bool,
}

impl Store {
    /// Reads a clinic's records with these ids, both included. Stops after 1000, but not before it is past this id.
    pub(crate) async fn read_audit_between(
        &self,
        clinic: ClinicId,
        (first, last): (AuditId, AuditId),
        past: AuditId,
    ) -> Result<AuditSpan, StoreError> {
        const LONGEST_MONTH: Duration = Duration::from_hours(31 * 24);
        let (mut found, mut read) = (AuditSpan::default(), 0);
        let (mut month, last_month) =
            (first.created_at().month_start(), last.created_at().month_start());
        let mut from = first.min(last).to_string();
        while month <= last_month {
            let partition = partition(clinic, &month.month());
            let bounds = (from.clone(), last.to_string());
            let chunk = self.query_oldest(&partition, bounds, 1000).await?;
            read += chunk.items.len();
            for item in &chunk.items {
                found.last = AuditId::parse(&Key::of(item).sk).ok().or(found.last);
                match self.decode_audit_record(clinic, item) {
                    Ok(record) => found.records.push(record),
                    Err(error) => skip_corrupt(error)?,
                }
            }
            match chunk.items.last().map(|item| Key::of(item).sk) {
                // No other id lies between.
                Some(sk) if chunk.more && sk < last.to_string() => from = format!("{sk}!"),
                _ => month = month.plus(LONGEST_MONTH).month_start(),
            }
            if read >= AT_ONCE && found.last > Some(past) {
                found.more = month <= last_month;
                break;
            }
        }
        Ok(found)
    }
}
