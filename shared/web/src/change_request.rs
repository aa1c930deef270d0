//! The PATCH request for an invitation or a user.

use domain::field::FieldFaults;
use domain::npi::Npi;
use domain::person::permissions::{AssignableLevel, Level};
use domain::person::profile::ProfileChanges;
use domain::person::{ClinicRole, NameSuffix, PersonName, PhoneNumber};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::field::{FaultCollector, Field, FieldValue, NotedFault, RequestFields};
use crate::field_value::read_text;
use crate::schema::{ClinicRoleName, LevelName};

/// The fields to change. A missing field stays as it is. Null or `""` clears an optional field. Read-only fields
/// of the object are ignored.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeRequest {
    /// 1 to 100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100, required = false)]
    first_name: Field<PersonName>,
    /// 1 to 100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100, required = false)]
    last_name: Field<PersonName>,
    /// 1 to 100 characters. Null clears it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    middle_name: Field<PersonName>,
    /// 1 to 100 characters. Null clears it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    suffix1: Field<NameSuffix>,
    /// 1 to 100 characters. Null clears it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    suffix2: Field<NameSuffix>,
    /// 10 to 15 digits. Null clears it.
    #[schema(value_type = Option<String>)]
    phone_number: Field<PhoneNumber>,
    /// One of the 61 clinic roles.
    #[schema(value_type = ClinicRoleName, required = false)]
    clinic_role: Field<ClinicRole>,
    /// `admin` needs `hasDashboardAccess`. `owner` only for a person who is one already.
    #[schema(value_type = LevelName, required = false)]
    level: Field<LevelToKeepOrAssign>,
    /// Assign tasks, create studies, edit study metadata.
    #[schema(value_type = bool, required = false)]
    can_manage_studies: Field<bool>,
    /// Dictate and create reports. Needs an NPI.
    #[schema(value_type = bool, required = false)]
    can_create_reports: Field<bool>,
    /// Sign in at the dashboard.
    #[schema(value_type = bool, required = false)]
    has_dashboard_access: Field<bool>,
    /// National Provider Identifier, looked up in the NPPES registry. Null clears it.
    #[schema(value_type = Option<String>, pattern = "^[12][0-9]{9}$")]
    npi_number: Field<Npi>,
}

/// A level that a request may assign, or the level of an owner, who keeps it.
struct LevelToKeepOrAssign(Level);

impl FieldValue for LevelToKeepOrAssign {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        read_text(&value, |text| match text {
            "owner" => Ok(Self(Level::Owner)),
            _ => AssignableLevel::parse(text).map(|level| Self(level.into())),
        })
    }
}

impl RequestFields for ChangeRequest {
    type Values = ProfileChanges;

    const READ_ONLY: &'static [&'static str] = &[
        "apiKeyDescription",
        "assignable",
        "clinicId",
        "createdAt",
        "delivery",
        "deliveryDetail",
        "email",
        "expiry",
        "grantedBy",
        "grantedByName",
        "invitationId",
        "invitedByApiKeyId",
        "invitedSource",
        "inviterId",
        "inviterName",
        "lastLoginAt",
        "lastViewAt",
        "npiRegistryName",
        "npiVerification",
        "rejectReason",
        "sendCount",
        "status",
        "updatedAt",
        "userId",
    ];

    fn read(self, faults: &mut FaultCollector) -> Result<ProfileChanges, NotedFault> {
        Ok(ProfileChanges {
            first: faults.change(self.first_name),
            last: faults.change(self.last_name),
            middle: faults.clearable(self.middle_name),
            suffix1: faults.clearable(self.suffix1),
            suffix2: faults.clearable(self.suffix2),
            phone: faults.clearable(self.phone_number),
            role: faults.change(self.clinic_role),
            level: faults.change(self.level).map(|level| level.0),
            manage_studies: faults.change(self.can_manage_studies),
            create_reports: faults.change(self.can_create_reports),
            dashboard: faults.change(self.has_dashboard_access),
            npi: faults.clearable(self.npi_number),
        })
    }
}
