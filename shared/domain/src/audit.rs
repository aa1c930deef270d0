//! The audit record: who did what to whom, with permissions before and after. Append only.

use crate::ids::{ApiKeyId, AuditId, ClinicId, InvitationId, UserId};
use crate::permissions::Permissions;
use crate::time::Timestamp;

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person signed in at the dashboard.
    User(UserId),
    /// A PACS or script.
    ApiKey(ApiKeyId),
    /// The holder of an invitation's link.
    Invitee(InvitationId),
    /// Whoever runs the service.
    Operator,
    /// The service itself, on its schedule.
    System,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A clinic was provisioned.
    ClinicProvisioned,
    /// An API key was made.
    ApiKeyCreated,
    /// A person was invited.
    InvitationCreated,
    /// What is offered was changed.
    InvitationEdited,
    /// A new link was mailed.
    InvitationResent,
    /// An invitation was taken back.
    InvitationRevoked,
    /// The person confirmed.
    InvitationAccepted,
    /// The person declined.
    InvitationRejected,
    /// The holder of an expired link asked for a new one.
    InvitationNewRequested,
    /// An owner or admin attested that the NPI is the person's.
    NpiAttested,
    /// The registry was asked again and says something else than before.
    NpiVerificationChanged,
    /// Names, role or permissions of a user were changed.
    UserEdited,
    /// A user's access was ended.
    UserDeactivated,
    /// A user's access was opened again.
    UserReactivated,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 14] = [
        Self::ClinicProvisioned,
        Self::ApiKeyCreated,
        Self::InvitationCreated,
        Self::InvitationEdited,
        Self::InvitationResent,
        Self::InvitationRevoked,
        Self::InvitationAccepted,
        Self::InvitationRejected,
        Self::InvitationNewRequested,
        Self::NpiAttested,
        Self::NpiVerificationChanged,
        Self::UserEdited,
        Self::UserDeactivated,
        Self::UserReactivated,
    ];

    /// The action's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClinicProvisioned => "clinic.provisioned",
            Self::ApiKeyCreated => "api_key.created",
            Self::InvitationCreated => "invitation.created",
            Self::InvitationEdited => "invitation.edited",
            Self::InvitationResent => "invitation.resent",
            Self::InvitationRevoked => "invitation.revoked",
            Self::InvitationAccepted => "invitation.accepted",
            Self::InvitationRejected => "invitation.rejected",
            Self::InvitationNewRequested => "invitation.new_requested",
            Self::NpiAttested => "npi.attested",
            Self::NpiVerificationChanged => "npi.verification_changed",
            Self::UserEdited => "user.edited",
            Self::UserDeactivated => "user.deactivated",
            Self::UserReactivated => "user.reactivated",
        }
    }
}

/// What was acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// A clinic.
    Clinic(ClinicId),
    /// An API key.
    ApiKey(ApiKeyId),
    /// An invitation, and through the shared UUID its user.
    Invitation(InvitationId),
    /// A user.
    User(UserId),
}

/// One audit record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Sorts by time.
    pub id: AuditId,
    /// The clinic.
    pub clinic: ClinicId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// On what.
    pub object: Object,
    /// Permissions before.
    pub before: Option<Permissions>,
    /// Permissions after.
    pub after: Option<Permissions>,
    /// The network address that the request came from.
    pub ip: Option<String>,
}
