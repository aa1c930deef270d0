//! Marks on items that cannot be read. Nothing else of the item changes, so that it can still be repaired.

use std::collections::HashMap;

use domain::audit::AuditObject;
use domain::ids::{AccessId, ApiKeyId, ClinicId, InvitationId, SessionId, UserId, WebhookId};
use domain::time::Timestamp;

use crate::item::{RawItem, number};
use crate::key::Key;
use crate::{Part, Store, StoreError, Transaction, attr, key};

/// An item of a clinic that can be marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkableItem {
    clinic: ClinicId,
    sort_key: String,
    /// What the audit calls it.
    pub object: AuditObject,
}

/// Whether an item can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemState {
    /// There is no such item.
    Missing,
    /// It can be read.
    Readable,
    /// It is corrupt.
    Corrupt,
    /// It is corrupt and marked.
    Marked,
}

impl MarkableItem {
    /// Reads a sort key as logs show it: an invitation, a user, an API key, a temporary access,
    /// a session or a webhook endpoint.
    pub fn parse(clinic: ClinicId, sort_key: &str) -> Option<Self> {
        let id = |prefix| sort_key.strip_prefix(prefix);
        let invitation = || InvitationId::parse(id(key::INVITATION)?).ok();
        let access = || AccessId::parse(id(key::GRANT)?).ok();
        let session = || SessionId::parse(id("SESSION#")?.split_once('#')?.1).ok();
        let object = invitation()
            .map(AuditObject::Invitation)
            .or_else(|| UserId::parse(id(key::USER)?).map(AuditObject::User).ok())
            .or_else(|| ApiKeyId::parse(id(key::API_KEY)?).map(AuditObject::ApiKey).ok())
            .or_else(|| {
                Some(AuditObject::Access { id: access()?, user: None, study: None, mode: None })
            })
            .or_else(|| session().map(AuditObject::Session))
            .or_else(|| WebhookId::parse(id(key::WEBHOOK)?).map(AuditObject::Webhook).ok())?;
        Some(Self { clinic, sort_key: sort_key.to_owned(), object })
    }

    fn key(&self) -> Key {
        Key { pk: key::clinic_partition(self.clinic), sk: self.sort_key.clone() }
    }
}

impl Store {
    /// Whether an item can be read.
    pub async fn check_item(&self, item: &MarkableItem) -> Result<ItemState, StoreError> {
        let Some(raw) = self.get(&item.key()).await? else {
            return Ok(ItemState::Missing);
        };
        match self.decode_any(item, &raw) {
            Ok(()) => Ok(ItemState::Readable),
            Err(StoreError::Corrupt { marked: true, .. }) => Ok(ItemState::Marked),
            Err(StoreError::Corrupt { .. }) => Ok(ItemState::Corrupt),
            Err(error) => Err(error),
        }
    }

    fn decode_any(&self, item: &MarkableItem, raw: &RawItem) -> Result<(), StoreError> {
        match item.object {
            AuditObject::User(_) => self.decode_user(raw).map(|_| ()),
            AuditObject::ApiKey(_) => self.decode_stored_key(raw).map(|_| ()),
            AuditObject::Access { .. } => self.decode_grant(raw).map(|_| ()),
            AuditObject::Session(_) => self.decode_session(raw).map(|_| ()),
            AuditObject::Webhook(_) => self.decode_webhook(raw).map(|_| ()),
            _ => self.decode_invitation(raw).map(|_| ()),
        }
    }
}

impl Transaction {
    /// Marks an item and takes it out of the indexes, and so out of every queue.
    pub fn mark_item(&mut self, item: &MarkableItem, now: Timestamp) -> Result<(), StoreError> {
        let update = format!(
            "SET {} = :now REMOVE {}, {}, {}, {}, {}, {}, {}, {}",
            attr::MARKED,
            attr::GSI1PK,
            attr::GSI1SK,
            attr::GSI2PK,
            attr::GSI2SK,
            attr::GSI3PK,
            attr::GSI3SK,
            attr::GSI4PK,
            attr::GSI4SK,
        );
        let condition =
            format!("attribute_exists({}) AND attribute_not_exists({})", attr::PK, attr::MARKED);
        let values = HashMap::from([(":now".to_owned(), number(now.millis()))]);
        self.update(Part::Marked, item.key(), &update, &condition, values)
    }
}
