//! Audit records as they are, for the copy outside the table, and how far that copy is.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use domain::ids::{AuditId, ClinicId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::{audit_months, partition};
use crate::codec::BadField;
use crate::item::{RawItem, item_json, number, text};
use crate::key::Key;
use crate::page::skip_corrupt;
use crate::{Store, StoreError, attr, key};

/// How many records of a whole hour are read at once.
const AT_ONCE: usize = 1000;
/// How many bytes of records a part of an hour has before it ends. The last read can exceed it, by 1 MB at most.
const PART_BYTES: u64 = 1024 * 1024;

/// A record in the JSON of DynamoDB, with every attribute. As text, because maps take ten times the memory.
#[derive(Serialize)]
#[serde(transparent)]
pub struct SealedRecord {
    /// The id, also if it is malformed.
    #[serde(skip)]
    pub id: String,
    json: Box<RawValue>,
}

/// Records of one clinic and hour, in the order of their ids.
pub struct AuditPart {
    /// The records.
    pub records: Vec<SealedRecord>,
    /// Whether the hour may have more.
    pub more: bool,
}

/// How far the copy of a clinic's audit is: its newest segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPart {
    /// The first instant of its hour.
    pub hour: Timestamp,
    /// The part of the hour. 0 if there is no segment yet, and the copy starts after this hour.
    pub part: u32,
    /// The hash of the segment, in hexadecimal. `None` if the next one starts a chain.
    pub hash: Option<String>,
    /// The id after which the next part of the hour continues. `None` if the hour needs no other part.
    pub after: Option<String>,
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
    #[serde(rename = "sp")]
    part: u32,
    #[serde(rename = "sl", default)]
    after: Option<String>,
    #[serde(rename = "sg", default)]
    hash: Option<String>,
}

/// The smallest bytes of an id that was made at `time` or later.
fn floor(time: Timestamp) -> [u8; 16] {
    (u128::try_from(time.millis()).unwrap_or(0) << 80).to_be_bytes()
}

impl Store {
    /// Reads all records of a clinic's hour. Reads no record's content, so a corrupt one is there too, as is one
    /// whose id is malformed but lies between those of the hour.
    pub async fn read_audit_hour(
        &self,
        clinic: ClinicId,
        hour: (Timestamp, Timestamp),
    ) -> Result<Vec<Map<String, Value>>, StoreError> {
        let (mut records, mut after) = (Vec::new(), None);
        loop {
            let part = self.read_audit_part(clinic, hour, (after.as_deref(), AT_ONCE)).await?;
            for SealedRecord { id, json } in part.records {
                let record = serde_json::from_str(json.get());
                let key = Key { pk: partition(clinic, &hour.0.month()), sk: id.clone() };
                records.push(record.map_err(|_| self.corrupt(&key, "item"))?);
                after = Some(id);
            }
            if !part.more {
                return Ok(records);
            }
        }
    }

    /// Reads the records of a clinic's hour after one of them, up to a number or 1 to 2 MB.
    pub async fn read_audit_part(
        &self,
        clinic: ClinicId,
        (start, end): (Timestamp, Timestamp),
        (after, most): (Option<&str>, usize),
    ) -> Result<AuditPart, StoreError> {
        let partition = partition(clinic, &start.month());
        let from = AuditId::from_bytes(floor(start)).to_string();
        let mut after = after.filter(|after| *after >= from.as_str()).map(str::to_owned);
        // A malformed id can come after the last one of the hour, and before the first one of the next.
        let end = AuditId::from_bytes(floor(end)).to_string();
        let (mut records, mut bytes) = (Vec::new(), 0);
        loop {
            // One more shows whether another part follows.
            let size = most.saturating_add(1) - records.len();
            let size = i32::try_from(size).unwrap_or(i32::MAX);
            let mut chunk = self
                .query_after((&partition, after.as_deref()), (from.clone(), end.clone()), size)
                .await?;
            chunk.more &= chunk.items.pop_if(|item| Key::of(item).sk == end).is_none();
            let newest = chunk.items.last().map(Key::of);
            for item in chunk.items {
                records.push(self.to_stored(&item)?);
            }
            bytes += chunk.bytes;
            let is_full = records.len() > most;
            if is_full {
                records.truncate(most);
            }
            match newest {
                Some(newest) if chunk.more && !is_full && bytes < PART_BYTES => {
                    after = Some(newest.sk);
                }
                _ => return Ok(AuditPart { records, more: is_full || chunk.more }),
            }
        }
    }

    fn to_stored(&self, item: &RawItem) -> Result<SealedRecord, StoreError> {
        let key = Key::of(item);
        let json = item_json(item).and_then(|json| to_raw_value(&json).ok());
        let json = json.ok_or_else(|| self.corrupt(&key, "item"))?;
        Ok(SealedRecord { id: key.sk, json })
    }

    /// When a clinic's first record was made. `None` if there is none until `now`.
    pub async fn find_first_audit_record(
        &self,
        clinic: ClinicId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let [from, to] = [[0; 16], [0xff; 16]].map(|id| AuditId::from_bytes(id).to_string());
        for month in audit_months(None, now) {
            let partition = partition(clinic, &month.month());
            let found = self.query_oldest(&partition, (from.clone(), to.clone()), 1).await?;
            if let Some(item) = found.items.first() {
                // Of one that is malformed, only the month is known.
                let made = AuditId::parse(&Key::of(item).sk).map(|id| id.created_at());
                let made = made.ok().filter(|made| made.month() == month.month());
                return Ok(Some(made.unwrap_or(month)));
            }
        }
        Ok(None)
    }

    /// Reads how far the copies of all clinics are that were ever noted. One that is corrupt fails alone.
    pub async fn list_sealed_parts(
        &self,
    ) -> Result<BTreeMap<ClinicId, Result<SealedPart, StoreError>>, StoreError> {
        let mut parts = BTreeMap::new();
        for item in self.query_between(key::SEALED, ("0", "~")).await? {
            let key = Key::of(&item);
            match ClinicId::parse(&key.sk) {
                Ok(clinic) => _ = parts.insert(clinic, self.decode_sealed(&item)),
                Err(_) => skip_corrupt(self.corrupt_item(&item, attr::SK))?,
            }
        }
        Ok(parts)
    }

    /// Reads how far the copy of a clinic is.
    pub async fn load_sealed_part(
        &self,
        clinic: ClinicId,
    ) -> Result<Option<SealedPart>, StoreError> {
        let found = self.get(&key::sealed_part(clinic)).await?;
        found.map(|item| self.decode_sealed(&item)).transpose()
    }

    fn decode_sealed(&self, raw: &RawItem) -> Result<SealedPart, StoreError> {
        self.decode_with(raw, |item: SealedItem| {
            let hour = Timestamp::parse(&item.hour).map_err(|_| BadField(attr::SEALED_HOUR))?;
            let SealedItem { part, hash, after, .. } = item;
            Ok::<_, BadField>(SealedPart { hour, part, hash, after })
        })
    }

    /// Notes how far the copy of a clinic is, if that is still what was read before.
    pub async fn note_sealed_part(
        &self,
        clinic: ClinicId,
        before: Option<&SealedPart>,
        newest: &SealedPart,
    ) -> Result<SealOutcome, StoreError> {
        let (hour, part) = (attr::SEALED_HOUR, attr::SEALED_PART);
        let mut change = format!("SET {hour} = :hour, {part} = :part");
        let mut values = HashMap::from([
            (":hour".to_owned(), text(newest.hour.to_string())),
            (":part".to_owned(), number(newest.part)),
        ]);
        if let Some(hash) = &newest.hash {
            change = format!("{change}, {} = :hash", attr::SEALED_HASH);
            values.insert(":hash".to_owned(), text(hash));
        }
        if let Some(after) = &newest.after {
            change = format!("{change}, {} = :after", attr::SEALED_LAST);
            values.insert(":after".to_owned(), text(after));
        } else {
            change = format!("{change} REMOVE {}", attr::SEALED_LAST);
        }
        let condition = if let Some(before) = before {
            values.insert(":before".to_owned(), text(before.hour.to_string()));
            values.insert(":partBefore".to_owned(), number(before.part));
            format!("{hour} = :before AND {part} = :partBefore")
        } else {
            format!("attribute_not_exists({})", attr::PK)
        };
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::sealed_part(clinic).into_attributes()))
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
