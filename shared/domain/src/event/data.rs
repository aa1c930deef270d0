//! The data of an event.

use crate::audit::{AccessRefusal, AuditObject};
use crate::credentials::key_set::KeyChange;
use crate::delivery::DeliveryStatus;
use crate::ids::{AccessId, ApiKeyId, InvitationId, UserId};
use crate::person::ClinicRole;
use crate::person::permissions::{Level, Permissions};
use crate::study::ViewMode;

/// What an event is about: ids and states. What does not belong to its type is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventData {
    /// The invitation.
    pub invitation: Option<InvitationId>,
    /// The person, whose id is known from the invite on.
    pub user: Option<UserId>,
    /// The person's role and permissions after the change.
    pub person: Option<PersonState>,
    /// The owner before a transfer.
    pub previous_owner: Option<UserId>,
    /// The verification of the NPI before it changed.
    pub previous_verification: Option<&'static str>,
    /// How far the newest email of the invitation has come.
    pub delivery: Option<DeliveryStatus>,
    /// How far it had come before.
    pub previous_delivery: Option<DeliveryStatus>,
    /// The API key.
    pub api_key: Option<ApiKeyId>,
    /// The temporary access.
    pub access: Option<AccessId>,
    /// What the view allows.
    pub mode: Option<ViewMode>,
    /// Whether the link was opened before the access ended.
    pub opened: Option<bool>,
    /// Why a link did not open, or a view was not renewed.
    pub refusal: Option<AccessRefusal>,
    /// What a change of the signing keys did.
    pub key_change: Option<KeyChange>,
}

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonState {
    /// The role in the clinic.
    pub role: Option<ClinicRole>,
    /// The level.
    pub level: Level,
    /// `canManageStudies`.
    pub manage_studies: bool,
    /// `canCreateReports`.
    pub create_reports: bool,
    /// `hasDashboardAccess`.
    pub dashboard: bool,
    /// `npiVerification`.
    pub verification: &'static str,
}

impl PersonState {
    /// The state of a person with this role and these permissions.
    pub fn new(role: Option<ClinicRole>, permissions: &Permissions) -> Self {
        Self {
            role,
            level: permissions.level(),
            manage_studies: permissions.manage_studies,
            create_reports: permissions.can_create_reports(),
            dashboard: permissions.has_dashboard_access(),
            verification: permissions.verification_name(),
        }
    }
}

impl EventData {
    /// Names the object of a change.
    pub(super) fn of_object(object: &AuditObject) -> Self {
        match *object {
            AuditObject::Invitation(id) => Self::of_invitation(id),
            AuditObject::User(id) => Self { user: Some(id), ..Self::default() },
            AuditObject::ApiKey(id) => Self { api_key: Some(id), ..Self::default() },
            AuditObject::Access { id, user, mode, study: _ } => {
                Self { access: Some(id), user, mode, ..Self::default() }
            }
            AuditObject::Clinic(_)
            | AuditObject::Session(_)
            | AuditObject::Notice(_)
            | AuditObject::Keys(_)
            | AuditObject::Webhook(_) => Self::default(),
        }
    }

    /// Names an invitation and its person.
    pub(super) fn of_invitation(id: InvitationId) -> Self {
        Self { invitation: Some(id), user: Some(id.user_id()), ..Self::default() }
    }
}
