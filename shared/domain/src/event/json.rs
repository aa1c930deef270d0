//! The data of an event as JSON. It is written once, and readers get the same text each time.

use serde_json::{Map, Value};

use super::{Event, PersonState};
use crate::audit::AccessRefusal;
use crate::credentials::key_set::KeyChange;
use crate::delivery::DeliveryStatus;
use crate::person::ClinicRole;
use crate::study::ViewMode;

impl Event {
    /// The data as the text of a JSON object. What the event does not have is left out.
    pub fn data_json(&self) -> String {
        let mut members = Members(Map::new());
        members.add("actor", Some(self.actor));
        let data = &self.data;
        members.add("invitationId", data.invitation);
        members.add("userId", data.user);
        if let Some(person) = &data.person {
            members.add_person(person);
        }
        members.add("previousOwnerId", data.previous_owner);
        members.add("previousNpiVerification", data.previous_verification);
        members.add("delivery", data.delivery.map(DeliveryStatus::as_str));
        members.add("previousDelivery", data.previous_delivery.map(DeliveryStatus::as_str));
        members.add("apiKeyId", data.api_key);
        members.add("accessId", data.access);
        members.add("mode", data.mode.map(ViewMode::as_str));
        members.0.extend(data.opened.map(|opened| ("opened".to_owned(), opened.into())));
        members.add("reason", data.refusal.map(AccessRefusal::as_str));
        members.add("step", data.key_change.map(KeyChange::as_str));
        Value::Object(members.0).to_string()
    }
}

struct Members(Map<String, Value>);

impl Members {
    fn add(&mut self, name: &str, value: Option<impl ToString>) {
        self.0.extend(value.map(|value| (name.to_owned(), value.to_string().into())));
    }

    fn add_person(&mut self, person: &PersonState) {
        self.add("clinicRole", person.role.map(ClinicRole::as_str));
        self.add("level", Some(person.level.as_str()));
        self.add("npiVerification", Some(person.verification));
        for (name, value) in [
            ("canManageStudies", person.manage_studies),
            ("canCreateReports", person.create_reports),
            ("hasDashboardAccess", person.dashboard),
        ] {
            self.0.insert(name.to_owned(), value.into());
        }
    }
}
