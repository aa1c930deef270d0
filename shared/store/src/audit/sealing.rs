//! Audit records as they are, for the copy outside the table, and how far that copy is.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use domain::ids::{AuditId, ClinicId};
use domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::partition;
use crate::codec::BadField;
use crate::item::{RawItem, text};
use crate::key::Key;
use crate::page::below;
use crate::{Store, StoreError, attr, key};

/// How many records are read at once.
const AT_ONCE: i32 = 1000;
/// The first month of which a table may have records.
const FIRST_MONTH: &str = "2026-11";

/// How far the copy of a clinic's audit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedHour {
    /// The first instant of the last hour that needs no further segment.
    pub hour: Timestamp,
    /// The hash of that hour's segment, in hexadecimal. `None` if the copy starts after this hour.
    pub hash: Option<String>,
}

/// Whether it was noted how far the copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealOutcome {
    /// It was noted.
    Noted,
    /// Another run noted one meanwhile.
    Moved,
}

#[derive(Deserialize)]
struct SealedItem {
    #[serde(rename = "sh")]
    hour: String,
    #[serde(rename = "sg", default)]
    hash: Option<String>,
}

/// The smallest bytes of an id that was made at `time` or later.
fn floor(time: Timestamp) -> [u8; 16] {
    (u128::try_from(time.millis()).unwrap_or(0) << 80).to_be_bytes()
}

impl Store {
    /// Reads a clinic's records of one hour, with every attribute, in the order of their ids. Reads no record's
    /// content, so a corrupt one is there too.
    pub async fn read_audit_hour(
        &self,
        clinic: ClinicId,
        (start, end): (Timestamp, Timestamp),
    ) -> Result<Vec<Map<String, Value>>, StoreError> {
        let partition = partition(clinic, &start.month());
        let mut from = AuditId::from_bytes(floor(start)).to_string();
        let to = AuditId::from_bytes(below(&floor(end))).to_string();
        let mut records = Vec::new();
        loop {
            let chunk = self.query_oldest(&partition, (from, to.clone()), AT_ONCE).await?;
            let newest = chunk.items.last().map(Key::of);
            for item in chunk.items {
                records.push(self.to_json(item)?);
            }
            match newest {
                // No other id lies between.
                Some(newest) if chunk.more => from = format!("{}!", newest.sk),
                _ => return Ok(records),
            }
        }
    }

    /// An item as JSON. Its numbers stay numbers.
    fn to_json(&self, item: RawItem) -> Result<Map<String, Value>, StoreError> {
        let key = Key::of(&item);
        serde_dynamo::from_item(item).map_err(|_| self.corrupt(&key, "item"))
    }

    /// When a clinic's first record was made. `None` if there is none until `now`.
    pub async fn find_first_audit_record(
        &self,
        clinic: ClinicId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let mut months = vec![now.month_start()];
        while let Some(month) = months.last().filter(|one| one.month().as_str() > FIRST_MONTH) {
            months.push(month.previous_month());
        }
        let [from, to] = [[0; 16], [0xff; 16]].map(|id| AuditId::from_bytes(id).to_string());
        for month in months.into_iter().rev() {
            let partition = partition(clinic, &month.month());
            let found = self.query_oldest(&partition, (from.clone(), to.clone()), 1).await?;
            if let Some(item) = found.items.first() {
                let key = Key::of(item);
                let id = AuditId::parse(&key.sk).map_err(|_| self.corrupt(&key, attr::SK))?;
                return Ok(Some(id.created_at()));
            }
        }
        Ok(None)
    }

    /// Reads how far the copies of clinics are, in the order of the clinics, 100 at most.
    pub async fn load_sealed_hours(
        &self,
        clinics: &[ClinicId],
    ) -> Result<Vec<Option<SealedHour>>, StoreError> {
        let keys: Vec<Key> = clinics.iter().map(|clinic| key::sealed_hour(*clinic)).collect();
        let found = self.get_all(&keys).await?;
        found
            .iter()
            .map(|item| item.as_ref().map(|item| self.decode_sealed(item)).transpose())
            .collect()
    }

    fn decode_sealed(&self, raw: &RawItem) -> Result<SealedHour, StoreError> {
        self.decode_with(raw, |item: SealedItem| {
            let hour = Timestamp::parse(&item.hour).map_err(|_| BadField("sh"))?;
            Ok::<_, BadField>(SealedHour { hour, hash: item.hash })
        })
    }

    /// Notes how far the copy of a clinic is, if that is still what was read before.
    pub async fn note_sealed_hour(
        &self,
        clinic: ClinicId,
        before: Option<&SealedHour>,
        newest: &SealedHour,
    ) -> Result<SealOutcome, StoreError> {
        let mut values = HashMap::from([(":hour".to_owned(), text(newest.hour.to_string()))]);
        let mut change = format!("SET {} = :hour", attr::SEALED_HOUR);
        if let Some(hash) = &newest.hash {
            change = format!("{change}, {} = :hash", attr::SEALED_HASH);
            values.insert(":hash".to_owned(), text(hash));
        }
        let condition = if let Some(before) = before {
            values.insert(":before".to_owned(), text(before.hour.to_string()));
            format!("{} = :before", attr::SEALED_HOUR)
        } else {
            format!("attribute_not_exists({})", attr::PK)
        };
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::sealed_hour(clinic).into_attributes()))
            .update_expression(change)
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values));
        match update.send().await {
            Ok(_) => Ok(SealOutcome::Noted),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(SealOutcome::Moved),
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }

    /// Whether a key is that of an audit record.
    pub fn is_audit_key(keys: &RawItem) -> bool {
        super::is_record(&Key::of(keys))
    }
}
