//! Items that end by themselves: pending invitations and open grants. An index lists them by their end.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use domain::grant::Grant;
use domain::ids::{ClinicId, EventId};
use domain::invitation::Invitation;
use domain::time::Timestamp;

use crate::due::{DuePage, DueStart, due_key};
use crate::item::{RawItem, text};
use crate::key::{self, Key};
use crate::page::readable;
use crate::{Store, StoreError, attr};

/// In how many parts the items are listed.
pub const DUE_PARTS: u8 = key::EVENT_DUE_PARTS;

/// An item as the index lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueItem {
    pub(super) key: Key,
    /// Its key in the index. It changes with the item's end.
    pub(super) at: String,
}

/// What is due.
#[derive(Clone, Debug)]
pub enum DueThing {
    /// An invitation that expires.
    Invitation(Box<Invitation>),
    /// A link or a view that ends.
    Grant(Box<Grant>),
}

/// An item that is due.
#[derive(Debug)]
pub struct DueEntry {
    /// How the index lists it.
    pub item: DueItem,
    /// What it is, or that it is corrupt.
    pub thing: Result<DueThing, StoreError>,
    /// The event of its last change, which was before.
    pub after: Option<EventId>,
}

impl DueThing {
    /// The clinic.
    pub fn clinic(&self) -> ClinicId {
        match self {
            Self::Invitation(invitation) => invitation.details().clinic,
            Self::Grant(grant) => grant.details().clinic,
        }
    }
}

impl Store {
    /// Lists items of one part that ended at `until` or before, the first end first. Reads each from the table
    /// with strong consistency. An item that has another end now is left out.
    pub async fn list_due_items(
        &self,
        part: u8,
        until: Timestamp,
        (limit, start): (i32, Option<DueStart>),
    ) -> Result<DuePage<DueEntry>, StoreError> {
        let found = self.query_due(key::event_due(part), until, (limit, start)).await?;
        let listed: Vec<_> = found
            .items
            .iter()
            .map(|item| DueItem { key: Key::of(item), at: due_key(item) })
            .collect();
        let keys: Vec<Key> = listed.iter().map(|item| item.key.clone()).collect();
        let items = self.get_all(&keys).await?;
        let both = listed.into_iter().zip(items);
        let due = both.filter_map(|(item, raw)| {
            let raw = raw.filter(|raw| due_key(raw) == item.at)?;
            let after = raw.get(attr::LAST_EVENT).and_then(|event| event.as_s().ok());
            let after = after.and_then(|event| EventId::parse(event).ok());
            Some(DueEntry { thing: self.decode_due(&raw), item, after })
        });
        Ok(DuePage { items: due.collect(), next: found.next })
    }

    fn decode_due(&self, raw: &RawItem) -> Result<DueThing, StoreError> {
        if Key::of(raw).sk.starts_with(key::GRANT) {
            Ok(DueThing::Grant(Box::new(self.decode_grant(raw)?)))
        } else {
            Ok(DueThing::Invitation(Box::new(self.decode_invitation(raw)?)))
        }
    }

    /// Takes an item out of the index if it still has the end that was listed. Nothing else of it changes.
    pub async fn drop_due_item(&self, item: &DueItem) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(item.key.clone().into_attributes()))
            .update_expression(format!("REMOVE {}, {}", attr::GSI4PK, attr::GSI4SK))
            .condition_expression(format!("{} = :due", attr::GSI4SK))
            .expression_attribute_values(":due", text(&item.at));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                // It has another end now, or is written at this moment. The next run lists it if it is due.
                Some(
                    UpdateItemError::ConditionalCheckFailedException(_)
                    | UpdateItemError::TransactionConflictException(_),
                ) => Ok(()),
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }

    /// Lists every clinic, from the index. Leaves out corrupt entries, which are logged.
    pub async fn list_clinics(&self) -> Result<Vec<ClinicId>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(attr::GSI4)
            .key_condition_expression(format!("{} = :clinics", attr::GSI4PK))
            .expression_attribute_values(":clinics", text(key::CLINICS))
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|e| StoreError::from_sdk(&e))?;
            let id = ClinicId::parse(&due_key(&item));
            found.push(id.map_err(|_| self.corrupt(&Key::of(&item), attr::GSI4SK)));
        }
        readable(found.into_iter())
    }
}
