//! The types of events.

/// The type of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventType {
    /// A person was invited.
    InvitationCreated,
    /// The names, role or permissions of an invitation changed.
    InvitationEdited,
    /// An invitation was emailed again with a new link.
    InvitationResent,
    /// The invited person accepted and is a user now.
    InvitationAccepted,
    /// The invited person declined.
    InvitationRejected,
    /// An invitation was revoked.
    InvitationRevoked,
    /// An invitation expired while it was pending.
    InvitationExpired,
    /// Whether the newest email of an invitation arrived is known better now.
    InvitationDeliveryChanged,
    /// The names, role, level or permissions of a user changed.
    UserUpdated,
    /// A user was deactivated.
    UserDeactivated,
    /// A user was reactivated.
    UserReactivated,
    /// A deactivated user was released.
    UserReleased,
    /// The verification of an NPI changed by itself: by the registry, or because someone attested it.
    NpiStatusChanged,
    /// An API key was created.
    ApiKeyCreated,
    /// An API key got another secret.
    ApiKeyRotated,
    /// An API key was revoked.
    ApiKeyRevoked,
    /// A link to temporary access was issued.
    AccessIssued,
    /// A link to temporary access was opened.
    AccessOpened,
    /// A link expired unopened, or a view reached its end.
    AccessEnded,
    /// Temporary access was revoked.
    AccessRevoked,
    /// A link did not open, or a view was not renewed.
    AccessRefused,
    /// Wrong passwords for a person's address reached a limit.
    SessionLocked,
    /// A user became an owner in another one's place.
    OwnershipTransferred,
    /// The keys that sign view tokens changed.
    SigningKeyRotated,
}

impl EventType {
    /// Every type.
    pub const ALL: [Self; 24] = [
        Self::InvitationCreated,
        Self::InvitationEdited,
        Self::InvitationResent,
        Self::InvitationAccepted,
        Self::InvitationRejected,
        Self::InvitationRevoked,
        Self::InvitationExpired,
        Self::InvitationDeliveryChanged,
        Self::UserUpdated,
        Self::UserDeactivated,
        Self::UserReactivated,
        Self::UserReleased,
        Self::NpiStatusChanged,
        Self::ApiKeyCreated,
        Self::ApiKeyRotated,
        Self::ApiKeyRevoked,
        Self::AccessIssued,
        Self::AccessOpened,
        Self::AccessEnded,
        Self::AccessRevoked,
        Self::AccessRefused,
        Self::SessionLocked,
        Self::OwnershipTransferred,
        Self::SigningKeyRotated,
    ];

    /// `type` in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvitationCreated => "invitation.created",
            Self::InvitationEdited => "invitation.edited",
            Self::InvitationResent => "invitation.resent",
            Self::InvitationAccepted => "invitation.accepted",
            Self::InvitationRejected => "invitation.rejected",
            Self::InvitationRevoked => "invitation.revoked",
            Self::InvitationExpired => "invitation.expired",
            Self::InvitationDeliveryChanged => "invitation.delivery_changed",
            Self::UserUpdated => "user.updated",
            Self::UserDeactivated => "user.deactivated",
            Self::UserReactivated => "user.reactivated",
            Self::UserReleased => "user.released",
            Self::NpiStatusChanged => "npi.status_changed",
            Self::ApiKeyCreated => "api_key.created",
            Self::ApiKeyRotated => "api_key.rotated",
            Self::ApiKeyRevoked => "api_key.revoked",
            Self::AccessIssued => "access.issued",
            Self::AccessOpened => "access.opened",
            Self::AccessEnded => "access.ended",
            Self::AccessRevoked => "access.revoked",
            Self::AccessRefused => "access.refused",
            Self::SessionLocked => "session.locked",
            Self::OwnershipTransferred => "ownership.transferred",
            Self::SigningKeyRotated => "signing_key.rotated",
        }
    }

    /// Reads a type.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_as_itself() {
        for kind in EventType::ALL {
            assert_eq!(EventType::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(EventType::parse("invitation"), None);
    }
}
