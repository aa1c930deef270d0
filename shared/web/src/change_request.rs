//! A PATCH of a person's names, role and permissions: of an invitation or a user.

use domain::field::Faults;
use domain::npi::Npi;
use domain::person::permissions::AssignableLevel;
use domain::person::profile::Changes;
use domain::person::{ClinicRole, PersonName, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::fields::Fields;
use crate::schema::{AssignableLevelName, ClinicRoleName};

/// What to change; a missing field stays as it is, null clears one that may be empty.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "documents what `changes` reads field by field, to tell of every fault at once"
)]
pub struct ChangeRequest {
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, required = false, nullable = false)]
    first_name: Option<String>,
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, required = false, nullable = false)]
    last_name: Option<String>,
    /// 1 to 100 characters; null clears.
    #[schema(min_length = 1, max_length = 100)]
    middle_name: Option<String>,
    /// 1 to 100 characters; null clears.
    #[schema(min_length = 1, max_length = 100)]
    suffix1: Option<String>,
    /// 1 to 100 characters; null clears.
    #[schema(min_length = 1, max_length = 100)]
    suffix2: Option<String>,
    /// 10 to 15 digits; null clears.
    phone_number: Option<String>,
    /// One of 61.
    #[schema(value_type = ClinicRoleName, required = false)]
    clinic_role: Option<String>,
    /// `admin` needs `hasDashboardAccess`.
    #[schema(value_type = AssignableLevelName, required = false)]
    level: Option<String>,
    /// Assign tasks, create studies, edit study metadata.
    #[schema(required = false, nullable = false)]
    can_manage_studies: Option<bool>,
    /// Dictate and create reports; needs an NPI.
    #[schema(required = false, nullable = false)]
    can_create_reports: Option<bool>,
    /// Sign in at the dashboard.
    #[schema(required = false, nullable = false)]
    has_dashboard_access: Option<bool>,
    /// National Provider Identifier, looked up in the NPPES registry; null clears.
    #[schema(pattern = "^[12][0-9]{9}$")]
    npi_number: Option<String>,
}

/// Reads a change.
pub fn changes(mut fields: Fields) -> Result<Changes, Faults> {
    let changes = Changes {
        first: fields.change("firstName", PersonName::parse),
        middle: fields.clearable("middleName", PersonName::parse),
        last: fields.change("lastName", PersonName::parse),
        suffix1: fields.clearable("suffix1", PersonName::parse),
        suffix2: fields.clearable("suffix2", PersonName::parse),
        phone: fields.clearable("phoneNumber", PhoneNumber::parse),
        role: fields.change("clinicRole", ClinicRole::parse),
        level: fields.change("level", AssignableLevel::parse),
        manage_studies: fields.change_bool("canManageStudies"),
        create_reports: fields.change_bool("canCreateReports"),
        dashboard: fields.change_bool("hasDashboardAccess"),
        npi: fields.clearable("npiNumber", Npi::parse),
    };
    fields.finish(changes)
}
