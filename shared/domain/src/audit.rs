//! The audit record: who did what to whom, with permissions before and after. Append only.

use crate::access::Mode;
use crate::ids::{AccessId, ApiKeyId, AuditId, ClinicId, InvitationId, UserId};
use crate::permissions::Permissions;
use crate::study::StudyRef;
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
    /// The holder of a temporary access's link.
    Viewer(AccessId),
    /// Whoever runs the service.
    Operator,
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
    /// Names, role or permissions of a user were changed.
    UserEdited,
    /// A user's access was ended.
    UserDeactivated,
    /// A user's access was opened again.
    UserReactivated,
    /// Temporary access was issued; for dictation, the study was assigned with it.
    AccessIssued(Mode),
    /// The link to a temporary access was opened.
    AccessRedeemed,
    /// Temporary access was ended before its time.
    AccessRevoked,
    /// The link to a temporary access did not open, or its view was not renewed.
    AccessRefused(Refusal),
}

/// Why a link did not open or a view was not renewed. The audit alone knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It was opened before.
    Used,
    /// It ran out.
    Expired,
    /// It was ended before its time.
    Revoked,
    /// The token claims to be this link's and was not made here.
    Tampered,
    /// The user is deactivated, may not report any more, or is gone.
    User,
    /// Whoever issued it may not issue any more.
    Issuer,
    /// The proof of the key that the view is bound to is missing or wrong.
    Proof,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 7] = [
        Self::Used,
        Self::Expired,
        Self::Revoked,
        Self::Tampered,
        Self::User,
        Self::Issuer,
        Self::Proof,
    ];

    /// The refusal's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Tampered => "tampered",
            Self::User => "user_not_allowed",
            Self::Issuer => "issuer_not_allowed",
            Self::Proof => "proof_invalid",
        }
    }
}

impl Action {
    /// Every action; one of each name where a name has several.
    pub const ALL: [Self; 17] = [
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
        Self::UserEdited,
        Self::UserDeactivated,
        Self::UserReactivated,
        Self::AccessIssued(Mode::Dictation),
        Self::AccessRedeemed,
        Self::AccessRevoked,
        Self::AccessRefused(Refusal::Used),
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
            Self::UserEdited => "user.edited",
            Self::UserDeactivated => "user.deactivated",
            Self::UserReactivated => "user.reactivated",
            Self::AccessIssued(_) => "access.issued",
            Self::AccessRedeemed => "access.redeemed",
            Self::AccessRevoked => "access.revoked",
            Self::AccessRefused(_) => "access.refused",
        }
    }

    /// What the name leaves open: the mode that was issued, or the reason of a refusal.
    pub const fn detail(self) -> Option<&'static str> {
        match self {
            Self::AccessIssued(mode) => Some(mode.as_str()),
            Self::AccessRefused(why) => Some(why.as_str()),
            _ => None,
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
    /// A temporary access. Records outlive it, so they say whose it was and to what.
    Access {
        /// The access.
        id: AccessId,
        /// Who views.
        user: Option<UserId>,
        /// What is viewed.
        study: Option<StudyRef>,
    },
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
