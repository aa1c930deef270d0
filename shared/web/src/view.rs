//! The JSON of users and clinics.

use domain::clinic::Clinic;
use domain::invitation::Invitation;
use domain::npi::{NpiStatus, VerificationBasis};
use domain::person::permissions::Permissions;
use domain::person::profile::Profile;
use domain::person::{NameSuffix, PersonName};
use domain::user::User;
use serde::Serialize;
use utoipa::ToSchema;

use crate::name_view::RegistryNameView;
use crate::schema::{
    ClinicRoleName, InvitationStatusName, InvitedSource, LevelName, NpiVerification, UserStatusName,
};

/// A person and their permissions, in users and invitations. What the person does not have is left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    /// The address as it was typed.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub middle_name: Option<String>,
    /// Suffix such as `Jr.` or `MD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub suffix1: Option<String>,
    /// Second suffix.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub suffix2: Option<String>,
    /// 10 to 15 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub phone_number: Option<String>,
    /// Role in the clinic.
    #[schema(value_type = ClinicRoleName)]
    pub clinic_role: &'static str,
    /// Level.
    #[schema(value_type = LevelName)]
    pub level: &'static str,
    /// Assign tasks, create studies, edit study metadata.
    pub can_manage_studies: bool,
    /// Dictate and create reports. Has effect only while `npiVerification` is `verified`.
    pub can_create_reports: bool,
    /// Sign in at the dashboard.
    pub has_dashboard_access: bool,
    /// National Provider Identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub npi_number: Option<String>,
    /// Whether the NPI is verified.
    #[schema(value_type = NpiVerification)]
    pub npi_verification: &'static str,
    /// The name of the NPI's holder in the registry. Left out if the registry lists none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub npi_registry_name: Option<RegistryNameView>,
}

impl PersonView {
    pub(crate) fn new(email: &domain::person::email::Email, profile: &Profile) -> Self {
        let text = |name: &PersonName| name.as_str().to_owned();
        let suffix = |suffix: &NameSuffix| suffix.as_str().to_owned();
        let Profile { name, phone, role, permissions, vouched } = profile;
        Self {
            email: email.as_typed().to_owned(),
            first_name: text(&name.first),
            last_name: text(&name.last),
            middle_name: name.middle.as_ref().map(text),
            suffix1: name.suffix1.as_ref().map(suffix),
            suffix2: name.suffix2.as_ref().map(suffix),
            phone_number: phone.as_ref().map(|p| p.as_str().to_owned()),
            clinic_role: role.as_str(),
            level: permissions.level().as_str(),
            can_manage_studies: permissions.manage_studies,
            can_create_reports: permissions.can_create_reports(),
            has_dashboard_access: permissions.has_dashboard_access(),
            npi_number: permissions.npi().map(|(npi, _)| npi.as_str().to_owned()),
            npi_verification: Permissions::verification_name(permissions),
            npi_registry_name: vouched.registry.as_ref().map(Into::into),
        }
    }
}

/// A user.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    /// `usr_` and 32 hex characters.
    pub user_id: String,
    /// The person.
    #[serde(flatten)]
    pub person: PersonView,
    /// Whether the person may use AutoScribe. Left out until they accept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = UserStatusName, required = false)]
    pub status: Option<&'static str>,
    /// Where the invitation came from.
    #[schema(value_type = InvitedSource)]
    pub invited_source: &'static str,
    /// Whether studies can be assigned to the person: confirmed, active, and able to create reports now.
    pub assignable: bool,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub last_login_at: Option<String>,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id.to_string(),
            person: PersonView::new(&user.email, &user.profile),
            status: Some(user.status.as_str()),
            invited_source: user.invited_by.source(),
            assignable: user.is_assignable(),
            created_at: user.created_at.to_string(),
            last_login_at: user.last_login_at.map(|t| t.to_string()),
        }
    }
}

/// The response to an invite: the future user and the invitation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitedView {
    /// The future user. Not assignable until the person accepts.
    #[serde(flatten)]
    pub user: UserView,
    /// `inv_` and 32 hex characters.
    pub invitation_id: String,
    /// The status of the invitation.
    #[schema(value_type = InvitationStatusName)]
    pub invitation_status: &'static str,
}

impl From<&Invitation> for InvitedView {
    fn from(invitation: &Invitation) -> Self {
        let details = invitation.details();
        let user = UserView {
            user_id: details.id.user_id().to_string(),
            person: PersonView::new(&details.email, &details.profile),
            status: None,
            invited_source: details.invited_by.source(),
            assignable: false,
            created_at: details.created_at.to_string(),
            last_login_at: None,
        };
        let invitation_id = details.id.to_string();
        Self { user, invitation_id, invitation_status: invitation.status().as_str() }
    }
}

/// The permissions of a person at one time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PermissionsView {
    /// Level.
    #[schema(value_type = LevelName)]
    pub level: &'static str,
    /// Assign tasks, create studies, edit study metadata.
    pub can_manage_studies: bool,
    /// Dictate and create reports. Has effect only while `npiVerification` is `verified`.
    pub can_create_reports: bool,
    /// Sign in at the dashboard.
    pub has_dashboard_access: bool,
    /// National Provider Identifier.
    pub npi_number: Option<String>,
    /// Whether the NPI was verified.
    #[schema(value_type = NpiVerification)]
    pub npi_verification: &'static str,
    /// Who attested the NPI, if the registry lists it under another surname.
    pub npi_attested_by: Option<String>,
    /// When they attested it. RFC 3339.
    #[schema(format = DateTime)]
    pub npi_attested_at: Option<String>,
}

impl From<&Permissions> for PermissionsView {
    fn from(permissions: &Permissions) -> Self {
        let attested = match permissions.npi() {
            Some((_, NpiStatus::Verified(VerificationBasis::Attested { by, at }))) => {
                Some((by, at))
            }
            _ => None,
        };
        Self {
            level: permissions.level().as_str(),
            can_manage_studies: permissions.manage_studies,
            can_create_reports: permissions.can_create_reports(),
            has_dashboard_access: permissions.has_dashboard_access(),
            npi_number: permissions.npi().map(|(npi, _)| npi.as_str().to_owned()),
            npi_verification: permissions.verification_name(),
            npi_attested_by: attested.map(|(by, _)| by.to_string()),
            npi_attested_at: attested.map(|(_, at)| at.to_string()),
        }
    }
}

/// A clinic.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClinicView {
    /// Its UUID.
    pub clinic_id: String,
    /// Its name.
    pub name: String,
}

impl From<&Clinic> for ClinicView {
    fn from(clinic: &Clinic) -> Self {
        Self { clinic_id: clinic.id.to_string(), name: clinic.name.as_str().to_owned() }
    }
}

/// The response to a completed change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Done {
    /// Always true.
    pub success: bool,
    /// What was done, for a person.
    pub message: String,
}

impl Done {
    /// A response with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { success: true, message: message.into() }
    }
}
