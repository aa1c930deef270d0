//! Reading a person and permissions from a request.

use domain::field::Faults;
use domain::npi::{Npi, Verification};
use domain::person::email::Email;
use domain::person::permissions::{AssignableLevel, Level, Permissions, RequestedPermissions};
use domain::person::profile::Profile;
use domain::person::{ClinicRole, FullName, PersonName, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;
use web::fields::Fields;
use web::schema::{AssignableLevelName, ClinicRoleName};

/// A person to invite and what they shall be allowed to do.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "documents what `draft` reads field by field, to tell of every fault at once"
)]
pub(crate) struct InviteRequest {
    /// The address, at most 254 bytes.
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    first_name: String,
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    last_name: String,
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    middle_name: Option<String>,
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    suffix1: Option<String>,
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    suffix2: Option<String>,
    /// 10 to 15 digits; ` -().` and a leading + are dropped.
    phone_number: Option<String>,
    /// One of 61.
    #[schema(value_type = ClinicRoleName)]
    clinic_role: String,
    /// `admin` needs `hasDashboardAccess`.
    #[schema(value_type = AssignableLevelName)]
    level: String,
    /// Assign tasks, create studies, edit study metadata.
    can_manage_studies: bool,
    /// Dictate and create reports; needs `npiNumber`.
    can_create_reports: bool,
    /// Sign in at the dashboard.
    has_dashboard_access: bool,
    /// National Provider Identifier, looked up in the NPPES registry.
    #[schema(pattern = "^[12][0-9]{9}$")]
    npi_number: Option<String>,
}

/// A person to invite.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) email: Email,
    pub(crate) profile: Profile,
}

/// Reads an invite.
pub(crate) fn draft(mut fields: Fields) -> Result<Draft, Faults> {
    let email = fields.required("email", Email::parse);
    let first = fields.required("firstName", PersonName::parse);
    let last = fields.required("lastName", PersonName::parse);
    let middle = fields.optional("middleName", PersonName::parse);
    let suffix1 = fields.optional("suffix1", PersonName::parse);
    let suffix2 = fields.optional("suffix2", PersonName::parse);
    let phone = fields.optional("phoneNumber", PhoneNumber::parse);
    let role = fields.required("clinicRole", ClinicRole::parse);
    let permissions = permissions(&mut fields);
    let person = (|| {
        let name = FullName { first: first?, middle, last: last?, suffix1, suffix2 };
        Some(Draft {
            email: email?,
            profile: Profile { name, phone, role: role?, permissions: permissions? },
        })
    })();
    // Whatever is missing was noted as a fault, so `finish` has already failed when it is.
    fields.finish(())?;
    person.ok_or_else(Faults::default)
}

fn permissions(fields: &mut Fields) -> Option<Permissions> {
    let level = fields.required("level", AssignableLevel::parse);
    let manage_studies = fields.required_bool("canManageStudies");
    let create_reports = fields.required_bool("canCreateReports");
    let dashboard = fields.required_bool("hasDashboardAccess");
    let npi_sent = fields.holds("npiNumber");
    let npi = fields.optional("npiNumber", Npi::parse);
    let level = match level? {
        AssignableLevel::Admin => Level::Admin,
        AssignableLevel::Member => Level::Member,
    };
    let (manage_studies, create_reports, dashboard) =
        (manage_studies?, create_reports?, dashboard?);
    // A faulty NPI was told already; that one is needed would only confuse.
    let faulty_npi = npi_sent && npi.is_none();
    let wanted = RequestedPermissions {
        level,
        manage_studies,
        create_reports: create_reports && !faulty_npi,
        dashboard,
        npi: npi.map(|npi| (npi, Verification::Pending)),
    };
    Permissions::grant(wanted).map_err(|faults| fields.note(faults)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(value: Value) -> Result<Draft, Vec<(String, &'static str)>> {
        let Value::Object(members) = value else { panic!("no object") };
        draft(Fields::new(members))
            .map_err(|f| f.0.into_iter().map(|f| (f.field, f.code)).collect())
    }

    #[test]
    fn ten_faulty_fields_are_told_at_once() {
        let faults = read(json!({
            "email": "x", "firstName": "", "lastName": 3, "middleName": "<", "suffix1": "evil.com", "phoneNumber": "1",
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
                ("suffix1", "name_looks_like_link"),
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
    fn rules_across_fields_are_told_with_the_others() {
        let faults = read(json!({
            "email": "x", "firstName": "Ada", "lastName": "Okafor", "clinicRole": "Radiologist", "level": "admin",
            "canManageStudies": true, "canCreateReports": true, "hasDashboardAccess": false,
        }))
        .unwrap_err();
        let codes: Vec<_> = faults.iter().map(|(_, code)| *code).collect();
        assert_eq!(codes, ["email_invalid", "admin_needs_dashboard", "npi_required"]);
    }
}
