//! Reads a person and their permissions from an invite.

use domain::npi::{Npi, NpiStatus};
use domain::person::email::Email;
use domain::person::permissions::{AssignableLevel, Permissions, RequestedPermissions};
use domain::person::profile::Profile;
use domain::person::vouched::VouchedNames;
use domain::person::{ClinicRole, FullName, NameSuffix, PersonName, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::schema::{AssignableLevelName, ClinicRoleName};

/// A person to invite, and their permissions.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct InviteRequest {
    /// The address, at most 254 bytes.
    #[schema(value_type = String, format = Email, max_length = 254)]
    email: Field<Email>,
    /// 1 to 100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    first_name: Field<PersonName>,
    /// 1 to 100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    last_name: Field<PersonName>,
    /// 1 to 100 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    middle_name: Field<PersonName>,
    /// 1 to 100 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    suffix1: Field<NameSuffix>,
    /// 1 to 100 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    suffix2: Field<NameSuffix>,
    /// 10 to 15 digits. Spaces, hyphens and `().` are removed. A leading `+` stays.
    #[schema(value_type = Option<String>)]
    phone_number: Field<PhoneNumber>,
    /// One of 61 roles.
    #[schema(value_type = ClinicRoleName)]
    clinic_role: Field<ClinicRole>,
    /// `admin` requires `hasDashboardAccess`.
    #[schema(value_type = AssignableLevelName)]
    level: Field<AssignableLevel>,
    /// Assign tasks, create studies, edit study metadata.
    #[schema(value_type = bool)]
    can_manage_studies: Field<bool>,
    /// Dictate and create reports. Requires `npiNumber`.
    #[schema(value_type = bool)]
    can_create_reports: Field<bool>,
    /// Sign in at the dashboard.
    #[schema(value_type = bool)]
    has_dashboard_access: Field<bool>,
    /// National Provider Identifier, looked up in the NPPES registry.
    #[schema(value_type = Option<String>, pattern = "^[12][0-9]{9}$")]
    npi_number: Field<Npi>,
}

/// A person to invite.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) email: Email,
    pub(crate) profile: Profile,
}

impl RequestFields for InviteRequest {
    type Values = Draft;

    fn read(self, faults: &mut FaultCollector) -> Result<Draft, NotedFault> {
        let email = faults.required(self.email);
        let first = faults.required(self.first_name);
        let last = faults.required(self.last_name);
        let middle = faults.optional(self.middle_name);
        let suffix1 = faults.optional(self.suffix1);
        let suffix2 = faults.optional(self.suffix2);
        let phone = faults.optional(self.phone_number);
        let role = faults.required(self.clinic_role);
        let permissions = PermissionFields {
            level: self.level,
            manage_studies: self.can_manage_studies,
            create_reports: self.can_create_reports,
            dashboard: self.has_dashboard_access,
            npi: self.npi_number,
        };
        let permissions = permissions.read(faults);
        let name = FullName { first: first?, middle, last: last?, suffix1, suffix2 };
        let vouched = VouchedNames::default();
        let profile = Profile { name, phone, role: role?, permissions: permissions?, vouched };
        Ok(Draft { email: email?, profile })
    }
}

/// The fields that make the permissions.
struct PermissionFields {
    level: Field<AssignableLevel>,
    manage_studies: Field<bool>,
    create_reports: Field<bool>,
    dashboard: Field<bool>,
    npi: Field<Npi>,
}

impl PermissionFields {
    fn read(self, faults: &mut FaultCollector) -> Result<Permissions, NotedFault> {
        let level = faults.required(self.level);
        let manage_studies = faults.required(self.manage_studies);
        let create_reports = faults.required(self.create_reports);
        let dashboard = faults.required(self.dashboard);
        // Don't report `npi_required` when an invalid NPI was already reported.
        let invalid_npi = self.npi.is_fault();
        let npi = faults.optional(self.npi);
        let requested = RequestedPermissions {
            level: level?.into(),
            manage_studies: manage_studies?,
            create_reports: create_reports? && !invalid_npi,
            dashboard: dashboard?,
            npi: npi.map(|npi| (npi, NpiStatus::Pending)),
        };
        Permissions::grant(requested).map_err(|found| faults.note_all(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use web::field::read_object;

    fn read(value: Value) -> Result<Draft, Vec<(String, &'static str)>> {
        let Value::Object(members) = value else { panic!("no object") };
        read_object::<InviteRequest>(members)
            .map_err(|f| f.0.into_iter().map(|f| (f.field, f.code)).collect())
    }

    #[test]
    fn every_invalid_field_is_reported_in_one_answer() {
        let faults = read(json!({
            "email": "x", "firstName": "", "lastName": 3, "middleName": "<", "suffix1": "<", "phoneNumber": "1",
            "clinicRole": "radiologist", "level": "owner", "canManageStudies": "yes", "npiNumber": "1234567890",
            "canCreateReports": true, "hasDashboardAccess": false, "isAdmin": true,
        }))
        .unwrap_err();
        let codes: Vec<_> = faults.iter().map(|(field, code)| (field.as_str(), *code)).collect();
        assert_eq!(
            codes,
            [
                ("email", "email_invalid"),
                ("firstName", "name_length"),
                ("lastName", "wrong_type"),
                ("middleName", "name_characters"),
                ("suffix1", "name_characters"),
                ("phoneNumber", "phone_invalid"),
                ("clinicRole", "clinic_role_unknown"),
                ("level", "owner_not_assignable"),
                ("canManageStudies", "wrong_type"),
                ("npiNumber", "npi_invalid"),
                ("isAdmin", "unknown_field"),
            ]
        );
    }

    #[test]
    fn rules_across_fields_are_reported_with_the_others() {
        let faults = read(json!({
            "email": "x", "firstName": "Ada", "lastName": "Okafor", "clinicRole": "Radiologist", "level": "admin",
            "canManageStudies": true, "canCreateReports": true, "hasDashboardAccess": false,
        }))
        .unwrap_err();
        let codes: Vec<_> = faults.iter().map(|(_, code)| *code).collect();
        assert_eq!(codes, ["email_invalid", "admin_needs_dashboard", "npi_required"]);
    }
}
