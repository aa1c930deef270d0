//! Conversion between items and domain values, and the fields that several items share.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::actor::Inviter;
use domain::actor::Issuer;
use domain::delivery::DeliveryStatus;
use domain::embed::{EmbedOrigin, EmbedOrigins};
use domain::field::Refusal;
use domain::ids::{ApiKeyId, StudyId, UserId};
use domain::study::{StudyInstanceUid, StudyRef};
use domain::time::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::attr;
use crate::client::Store;
use crate::error::StoreError;
use crate::item::{RawItem, text};
use crate::key::Key;

/// The delivery of an email that no mailer has taken.
const QUEUED: &str = DeliveryStatus::Queued.as_str();

/// The name of a corrupt field.
#[derive(Debug)]
pub(crate) struct BadField(pub(crate) &'static str);

impl Store {
    /// Converts `body` to an item with this key.
    pub(crate) fn encode(&self, key: Key, body: &impl Serialize) -> Result<RawItem, StoreError> {
        let mut item: RawItem =
            serde_dynamo::to_item(body).map_err(|e| self.corrupt(&key, e.to_string()))?;
        item.extend(key.into_attributes());
        // The email that a write queues belongs to the trace of the request.
        if item.get(attr::DELIVERY).is_some_and(|delivery| *delivery == text(QUEUED))
            && let Some(trace) = telemetry::current_trace()
        {
            item.insert(attr::TRACE.to_owned(), text(trace.as_ref()));
        }
        Ok(item)
    }

    /// Reads the struct of an item.
    pub(crate) fn decode<T: DeserializeOwned>(&self, raw: &RawItem) -> Result<T, StoreError> {
        let value = serde_dynamo::AttributeValue::from(AttributeValue::M(raw.clone()));
        let input = serde_dynamo::Deserializer::from_attribute_value(value);
        serde_path_to_error::deserialize(input).map_err(|e| {
            let path = e.path().to_string();
            // A missing field has no path. serde names it in the message.
            let field = if path == "." { e.inner().to_string() } else { path };
            self.corrupt_item(raw, field)
        })
    }

    /// Reads the domain value of an item. `read` converts the item's struct to it.
    pub(crate) fn decode_with<I: DeserializeOwned, T>(
        &self,
        raw: &RawItem,
        read: impl FnOnce(I) -> Result<T, BadField>,
    ) -> Result<T, StoreError> {
        read(self.decode(raw)?).map_err(|bad| self.corrupt_item(raw, bad.0))
    }

    /// The error for a corrupt field of an item.
    pub(crate) fn corrupt(&self, key: &Key, field: impl Into<String>) -> StoreError {
        StoreError::Corrupt {
            table: self.table.clone(),
            key: format!("{key:?}"),
            field: field.into(),
            marked: false,
        }
    }

    pub(crate) fn corrupt_item(&self, raw: &RawItem, field: impl Into<String>) -> StoreError {
        StoreError::Corrupt {
            table: self.table.clone(),
            key: format!("{:?}", Key::of(raw)),
            field: field.into(),
            marked: raw.contains_key(attr::MARKED),
        }
    }
}

/// Returns the parsed value, or names the field that it was read from.
pub(crate) fn field<T>(name: &'static str, parsed: Result<T, Refusal>) -> Result<T, BadField> {
    parsed.map_err(|_| BadField(name))
}

/// Reads a stored instant.
pub(crate) fn time(name: &'static str, millis: i64) -> Result<Timestamp, BadField> {
    Timestamp::from_millis(millis).map_err(|_| BadField(name))
}

/// For `skip_serializing_if`. Most items leave this count out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn is_zero(count: &u32) -> bool {
    *count == 0
}

pub(crate) fn invited_by_text(by: Inviter) -> String {
    match by {
        Inviter::User(id) => id.to_string(),
        Inviter::ApiKey(id) => format!("key:{id}"),
        Inviter::Operator => "operator".to_owned(),
    }
}

pub(crate) fn invited_by(text: &str) -> Result<Inviter, BadField> {
    let bad = |_| BadField("by");
    match text.strip_prefix("key:") {
        Some(id) => ApiKeyId::parse(id).map(Inviter::ApiKey).map_err(bad),
        None if text == "operator" => Ok(Inviter::Operator),
        None => UserId::parse(text).map(Inviter::User).map_err(bad),
    }
}

pub(crate) fn issuer_text(by: Issuer) -> String {
    match by {
        Issuer::User(id) => id.to_string(),
        Issuer::ApiKey(id) => format!("key:{id}"),
    }
}

pub(crate) fn issuer(text: &str) -> Result<Issuer, BadField> {
    let bad = |_| BadField("by");
    match text.strip_prefix("key:") {
        Some(id) => ApiKeyId::parse(id).map(Issuer::ApiKey).map_err(bad),
        None => UserId::parse(text).map(Issuer::User).map_err(bad),
    }
}

pub(crate) fn embed_origins_text(origins: &EmbedOrigins) -> Vec<String> {
    origins.as_slice().iter().map(|origin| origin.as_str().to_owned()).collect()
}

pub(crate) fn embed_origins(texts: &[String]) -> Result<EmbedOrigins, BadField> {
    let origins = texts.iter().map(|text| EmbedOrigin::parse(text));
    field("eo", origins.collect::<Result<Vec<_>, _>>().and_then(EmbedOrigins::new))
}

/// The names of a study in a grant, an assignment or an audit record.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct StudyItem {
    #[serde(rename = "si", default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "ui", default, skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
}

impl From<&StudyRef> for StudyItem {
    fn from(study: &StudyRef) -> Self {
        Self {
            id: study.id().map(|id| id.to_string()),
            uid: study.uid().map(|uid| uid.as_str().to_owned()),
        }
    }
}

impl StudyItem {
    /// Reads the study. An item with neither name is corrupt.
    pub(crate) fn study(&self) -> Result<StudyRef, BadField> {
        self.study_if_any()?.ok_or(BadField("si"))
    }

    /// Reads the study. Returns `None` for an item with neither name.
    pub(crate) fn study_if_any(&self) -> Result<Option<StudyRef>, BadField> {
        let id = self.id.as_deref().map(StudyId::parse).transpose();
        let id = id.map_err(|_| BadField("si"))?;
        let uid = field("ui", self.uid.as_deref().map(StudyInstanceUid::parse).transpose())?;
        Ok(StudyRef::new(id, uid).ok())
    }
}
