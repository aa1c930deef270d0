//! Clinics.

use std::collections::HashMap;

use domain::clinic::{Clinic, InvitationDays};
use domain::ids::ClinicId;
use domain::person::PersonName;
use domain::person::email::Email;
use domain::session::IdleMinutes;
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, field, time};
use crate::item::{RawItem, number};
use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, attr, key};

#[derive(Serialize, Deserialize)]
struct ClinicItem {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "na")]
    name: String,
    #[serde(rename = "dy")]
    invitation_days: u8,
    #[serde(rename = "im", default, skip_serializing_if = "Option::is_none")]
    session_idle: Option<u8>,
    #[serde(rename = "rt", default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<String>,
    #[serde(rename = "mg")]
    managers: u32,
    #[serde(rename = "ca")]
    created_at: i64,
}

impl Store {
    /// Loads the clinic with this id.
    pub async fn load_clinic(&self, id: ClinicId) -> Result<Option<Clinic>, StoreError> {
        self.get(&key::clinic(id)).await?.map(|item| self.decode_clinic(&item)).transpose()
    }

    /// Loads clinics in one read. Clinics that do not exist are left out.
    pub async fn load_clinics(&self, ids: &[ClinicId]) -> Result<Vec<Clinic>, StoreError> {
        let keys: Vec<_> = ids.iter().copied().map(key::clinic).collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.get_all(&keys).await?;
        found.iter().flatten().map(|item| self.decode_clinic(item)).collect()
    }

    pub(crate) fn decode_clinic(&self, raw: &RawItem) -> Result<Clinic, StoreError> {
        self.decode_with(raw, |item: ClinicItem| {
            Ok(Clinic {
                id: ClinicId::parse(&item.id).map_err(|_| BadField("id"))?,
                name: field("na", PersonName::parse(&item.name))?,
                invitation_days: field("dy", InvitationDays::new(item.invitation_days))?,
                session_idle: item
                    .session_idle
                    .map(|minutes| field("im", IdleMinutes::new(minutes)))
                    .transpose()?
                    .unwrap_or_default(),
                reply_to: item.reply_to.map(|a| field("rt", Email::parse(&a))).transpose()?,
                managers: item.managers,
                created_at: time("ca", item.created_at)?,
            })
        })
    }
}

impl Transaction {
    /// Writes a new clinic.
    pub fn put_clinic(&mut self, clinic: &Clinic) -> Result<(), StoreError> {
        let item = ClinicItem {
            id: clinic.id.to_string(),
            name: clinic.name.as_str().to_owned(),
            invitation_days: clinic.invitation_days.get(),
            session_idle: Some(clinic.session_idle.get()),
            reply_to: clinic.reply_to.as_ref().map(|a| a.as_typed().to_owned()),
            managers: clinic.managers,
            created_at: clinic.created_at.millis(),
        };
        self.put(Part::Clinic, key::clinic(clinic.id), &item, None, &Precondition::Absent)
    }

    /// Adds one to the active owners and admins.
    pub fn increment_managers(&mut self, clinic: ClinicId) -> Result<(), StoreError> {
        let update = format!("ADD {} :one", attr::MANAGERS);
        let condition = format!("attribute_exists({})", attr::PK);
        let values = HashMap::from([(":one".to_owned(), number(1))]);
        self.update(Part::Clinic, key::clinic(clinic), &update, &condition, values)
    }

    /// Subtracts one from the active owners and admins. Requires that one remains.
    pub fn decrement_managers(&mut self, clinic: ClinicId) -> Result<(), StoreError> {
        let update = format!("ADD {} :less", attr::MANAGERS);
        let condition = format!("{} > :one", attr::MANAGERS);
        let values =
            HashMap::from([(":less".to_owned(), number(-1)), (":one".to_owned(), number(1))]);
        self.update(Part::Clinic, key::clinic(clinic), &update, &condition, values)
    }
}
