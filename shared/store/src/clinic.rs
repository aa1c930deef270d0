//! Clinics.

use std::collections::HashMap;

use domain::clinic::{Clinic, ClinicName, InvitationDays, TimeZone};
use domain::ids::ClinicId;
use domain::person::email::Email;
use domain::session::IdleMinutes;
use domain::user::ManagerDelta;
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, field, time};
use crate::item::{RawItem, number, text};
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
    #[serde(rename = "tz", default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(rename = "mg")]
    managers: u32,
    #[serde(rename = "ow")]
    owners: u32,
    #[serde(rename = "v")]
    version: u64,
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
                name: ClinicName::from_stored(item.name),
                invitation_days: field("dy", InvitationDays::new(item.invitation_days))?,
                session_idle: item
                    .session_idle
                    .map(|minutes| field("im", IdleMinutes::new(minutes)))
                    .transpose()?
                    .unwrap_or_default(),
                reply_to: item.reply_to.map(|a| field("rt", Email::parse(&a))).transpose()?,
                time_zone: item.time_zone.map(TimeZone::from_stored).unwrap_or_default(),
                managers: item.managers,
                owners: item.owners,
                version: item.version,
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
            time_zone: Some(clinic.time_zone.as_str().to_owned()),
            managers: clinic.managers,
            owners: clinic.owners,
            version: clinic.version,
            created_at: clinic.created_at.millis(),
        };
        let index = [(attr::GSI4PK, key::CLINICS.to_owned()), (attr::GSI4SK, item.id.clone())];
        self.put(Part::Clinic, key::clinic(clinic.id), &item, Some(index), &Precondition::Absent)
    }

    /// Writes the settings of a clinic if they are still those of the previous version. The counts of
    /// owners and admins stay as they are.
    pub fn replace_clinic_settings(&mut self, next: &Clinic) -> Result<(), StoreError> {
        let before = next.version.saturating_sub(1);
        let mut values = HashMap::from([
            (":name".to_owned(), text(next.name.as_str())),
            (":days".to_owned(), number(next.invitation_days.get())),
            (":idle".to_owned(), number(next.session_idle.get())),
            (":zone".to_owned(), text(next.time_zone.as_str())),
            (":version".to_owned(), number(next.version)),
            (":before".to_owned(), number(before)),
        ]);
        let mut update = format!(
            "SET {} = :name, {} = :days, {} = :idle, {} = :zone, {} = :version",
            attr::CLINIC_NAME,
            attr::INVITATION_DAYS,
            attr::IDLE_MINUTES,
            attr::TIME_ZONE,
            attr::VERSION
        );
        if let Some(address) = &next.reply_to {
            update = format!("{update}, {} = :reply", attr::REPLY_TO);
            values.insert(":reply".to_owned(), text(address.as_typed()));
        } else {
            update = format!("{update} REMOVE {}", attr::REPLY_TO);
        }
        let condition = format!("{} = :before", attr::VERSION);
        self.update(Part::ClinicSettings, key::clinic(next.id), &update, &condition, values)
    }

    /// Changes the counts of active owners and admins. Requires that one of each remains.
    pub fn count_managers(
        &mut self,
        clinic: ClinicId,
        delta: ManagerDelta,
    ) -> Result<(), StoreError> {
        if delta == ManagerDelta::default() {
            return Ok(());
        }
        let update = format!("ADD {} :managers, {} :owners", attr::MANAGERS, attr::OWNERS);
        let mut values = HashMap::from([
            (":managers".to_owned(), number(delta.managers)),
            (":owners".to_owned(), number(delta.owners)),
        ]);
        let mut condition = format!("attribute_exists({})", attr::PK);
        for (name, count, left) in [
            (attr::MANAGERS, delta.managers, ":managers_left"),
            (attr::OWNERS, delta.owners, ":owners_left"),
        ] {
            if count < 0 {
                condition = format!("{condition} AND {name} > {left}");
                values.insert(left.to_owned(), number(-count));
            }
        }
        self.update(Part::Clinic, key::clinic(clinic), &update, &condition, values)
    }
}
