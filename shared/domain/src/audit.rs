//! The audit record: who did what to whom, with permissions before and after. Append only.

use std::fmt;

use crate::actor::Actor;
use crate::ids::{AccessId, ApiKeyId, AuditId, ClinicId, InvitationId, SessionId, UserId};
use crate::person::permissions::Permissions;
use crate::study::StudyRef;
use crate::study::ViewMode;
use crate::time::Timestamp;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
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
    /// A person signed in.
    SessionStarted,
    /// A person signed out.
    SessionEnded,
    /// An old refresh token came back, which ended the session: one of two holders stole it.
    SessionTokenReused,
    /// A person set a new password, which ended every session.
    PasswordReset,
    /// An API key was ended.
    ApiKeyRevoked,
    /// Temporary access was issued; for dictation, the study was assigned with it.
    AccessIssued(ViewMode),
    /// The link to a temporary access was opened.
    AccessRedeemed,
    /// Temporary access was ended before its time.
    AccessRevoked,
    /// The link to a temporary access did not open, or its view was not renewed.
    AccessRefused(AccessRefusal),
}

/// Why a link did not open or a view was not renewed. The audit alone knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessRefusal {
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

impl AccessRefusal {
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

impl AuditAction {
    /// Every action; one of each name where a name has several.
    pub const ALL: [Self; 23] = [
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
        Self::SessionStarted,
        Self::SessionEnded,
        Self::SessionTokenReused,
        Self::PasswordReset,
        Self::ApiKeyRevoked,
        Self::AccessIssued(ViewMode::Dictation),
        Self::AccessRedeemed,
        Self::AccessRevoked,
        Self::AccessRefused(AccessRefusal::Used),
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
            Self::SessionStarted => "session.started",
            Self::SessionEnded => "session.ended",
            Self::SessionTokenReused => "session.token_reused",
            Self::PasswordReset => "password.reset",
            Self::ApiKeyRevoked => "api_key.revoked",
            Self::AccessIssued(_) => "access.issued",
            Self::AccessRedeemed => "access.redeemed",
            Self::AccessRevoked => "access.revoked",
            Self::AccessRefused(_) => "access.refused",
        }
    }

    /// Whether some action has this name.
    pub fn is_name(text: &str) -> bool {
        Self::ALL.iter().any(|action| action.as_str() == text)
    }

    /// Reads a name with what it leaves open.
    pub fn parse(name: &str, detail: Option<&str>) -> Option<Self> {
        let issued = ViewMode::ALL.into_iter().map(Self::AccessIssued);
        let refused = AccessRefusal::ALL.into_iter().map(Self::AccessRefused);
        Self::ALL
            .into_iter()
            .chain(issued)
            .chain(refused)
            .find(|action| action.as_str() == name && action.detail() == detail)
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
pub enum AuditObject {
    /// A clinic.
    Clinic(ClinicId),
    /// An API key.
    ApiKey(ApiKeyId),
    /// An invitation, and through the shared UUID its user.
    Invitation(InvitationId),
    /// A user.
    User(UserId),
    /// A person's session at the dashboard.
    Session(SessionId),
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

impl fmt::Display for AuditObject {
    /// `clinic:<id>`, `key:<id>`, or an id whose prefix says its kind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clinic(id) => write!(f, "clinic:{id}"),
            Self::ApiKey(id) => write!(f, "key:{id}"),
            Self::Invitation(id) => id.fmt(f),
            Self::User(id) => id.fmt(f),
            Self::Session(id) => id.fmt(f),
            Self::Access { id, .. } => id.fmt(f),
        }
    }
}

impl AuditObject {
    /// Whether whoever asks about `asked` wants to know of this: the same object, or of a user
    /// the invitation that made them and their temporary accesses.
    pub fn concerns(&self, asked: &Self) -> bool {
        match (self, asked) {
            (Self::Access { id, .. }, Self::Access { id: asked, .. }) => id == asked,
            (Self::Access { user, .. }, Self::User(asked)) => *user == Some(*asked),
            (Self::Invitation(id), Self::User(asked)) => id.user_id() == *asked,
            (this, asked) => this == asked,
        }
    }

    /// Reads what `Display` writes; of an access only its id.
    pub fn parse(text: &str) -> Option<Self> {
        let access = |id| Self::Access { id, user: None, study: None };
        let clinic = |text: &str| ClinicId::parse(text.strip_prefix("clinic:")?).ok();
        let key = |text: &str| ApiKeyId::parse(text.strip_prefix("key:")?).ok();
        (UserId::parse(text).map(Self::User).ok())
            .or_else(|| InvitationId::parse(text).map(Self::Invitation).ok())
            .or_else(|| SessionId::parse(text).map(Self::Session).ok())
            .or_else(|| AccessId::parse(text).map(access).ok())
            .or_else(|| clinic(text).map(Self::Clinic))
            .or_else(|| key(text).map(Self::ApiKey))
    }
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
    pub action: AuditAction,
    /// On what.
    pub object: AuditObject,
    /// Permissions before.
    pub before: Option<Permissions>,
    /// Permissions after.
    pub after: Option<Permissions>,
    /// The network address that the request came from.
    pub ip: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn objects_read_as_themselves(bytes in any::<[u8; 16]>()) {
            let user = UserId::from_bytes(bytes);
            let invitation = InvitationId::from_bytes(bytes);
            let key = ApiKeyId::from_bytes(bytes);
            let clinic = AuditObject::Clinic(ClinicId::from_bytes(bytes));
            let session = AuditObject::Session(SessionId::from_bytes(bytes));
            let others = [AuditObject::ApiKey(key), AuditObject::Invitation(invitation), AuditObject::User(user)];
            for object in [clinic, session].into_iter().chain(others) {
                prop_assert_eq!(AuditObject::parse(&object.to_string()), Some(object));
            }
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = (AuditObject::parse(&text), AuditAction::parse(&text, Some(&text)));
        }
    }

    #[test]
    fn of_a_user_the_invitation_and_the_accesses_are_of_interest_too() {
        let (ada, grace) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let asked = AuditObject::User(ada);
        let access =
            |user| AuditObject::Access { id: AccessId::from_bytes([3; 16]), user, study: None };
        assert!(AuditObject::User(ada).concerns(&asked));
        assert!(AuditObject::Invitation(ada.invitation_id()).concerns(&asked));
        assert!(access(Some(ada)).concerns(&asked));
        assert!(access(Some(ada)).concerns(&access(None)), "of an access the id decides");
        for other in [
            AuditObject::User(grace),
            AuditObject::Invitation(grace.invitation_id()),
            access(Some(grace)),
            access(None),
        ] {
            assert!(!other.concerns(&asked));
        }
        assert!(!AuditObject::User(ada).concerns(&AuditObject::Invitation(ada.invitation_id())));
    }

    #[test]
    fn every_action_reads_as_itself() {
        let refused = AccessRefusal::ALL.map(AuditAction::AccessRefused);
        for action in AuditAction::ALL.into_iter().chain(refused) {
            assert_eq!(AuditAction::parse(action.as_str(), action.detail()), Some(action));
            assert!(AuditAction::is_name(action.as_str()));
        }
        assert!(!AuditAction::is_name("access"));
    }
}
