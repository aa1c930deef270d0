//! How an invitation changes. Pure: from a state and a command to the next state.

use std::time::Duration;

use super::state::{
    AcceptedInvitation, Fingerprint, Invitation, InvitationDetails, PendingInvitation,
    RejectReason, RejectedInvitation, RevokedInvitation,
};
use crate::actor::Inviter;
use crate::audit::AuditAction;
use crate::delivery::EmailDelivery;
use crate::ids::{ClinicId, InvitationId, UserId};
use crate::npi::RegistryAnswer;
use crate::person::email::Email;
use crate::person::permissions::NotAttested;
use crate::person::profile::Profile;
use crate::time::Timestamp;
use crate::user::{User, UserStatus};

/// How long a resend has to wait for the one before it.
pub const RESEND_PAUSE: Duration = Duration::from_mins(1);

/// A decided change, to be written with its audit record under the condition that the invitation
/// still has `expected_version`.
#[must_use = "a transition does nothing until the store writes it"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationTransition<S> {
    /// The invitation afterwards.
    pub next: S,
    /// What it was called before.
    pub before: Profile,
    /// What happened, for the audit.
    pub action: AuditAction,
    /// The version that the decision was made on.
    pub expected_version: u64,
}

impl<S> InvitationTransition<S> {
    fn new(details: &InvitationDetails, action: AuditAction, next: S) -> Self {
        Self { next, before: details.profile.clone(), action, expected_version: details.version }
    }

    /// The same change, its outcome seen as an invitation in any state.
    pub fn map<T>(self, into: impl FnOnce(S) -> T) -> InvitationTransition<T> {
        InvitationTransition {
            next: into(self.next),
            before: self.before,
            action: self.action,
            expected_version: self.expected_version,
        }
    }
}

/// A pending invitation that has not run out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnexpiredInvitation(PendingInvitation);

/// A pending invitation that has run out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiredInvitation(PendingInvitation);

/// A resend came less than [`RESEND_PAUSE`] after the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResendTooSoon {
    /// How long to wait.
    pub retry_after: Duration,
}

/// An accepted invitation together with the user that it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The invitation afterwards.
    pub invitation: AcceptedInvitation,
    /// The new user.
    pub user: User,
}

/// All that a new invitation is made of.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The address invited.
    pub email: Email,
    /// What is offered.
    pub profile: Profile,
    /// Who invites.
    pub invited_by: Inviter,
    /// How long it stays open.
    pub open_for: Duration,
    /// What was asked and by whom.
    pub fingerprint: Fingerprint,
}

impl NewInvitation {
    /// The invitation, its first mail queued.
    pub fn create(self, now: Timestamp) -> PendingInvitation {
        PendingInvitation {
            details: InvitationDetails {
                id: self.id,
                clinic: self.clinic,
                email: self.email,
                profile: self.profile,
                invited_by: self.invited_by,
                created_at: now,
                updated_at: now,
                expiry: now.plus(self.open_for),
                queued_at: now,
                generation: 1,
                email_delivery: EmailDelivery::queued(),
                fingerprint: self.fingerprint,
                version: 1,
            },
            new_requested: false,
        }
    }
}

impl InvitationDetails {
    fn touch(mut self, now: Timestamp) -> Self {
        self.updated_at = now;
        self.version += 1;
        self
    }
}

impl PendingInvitation {
    /// Whether it has run out at `now`.
    pub fn check_expiry(self, now: Timestamp) -> Result<UnexpiredInvitation, ExpiredInvitation> {
        if now < self.details.expiry {
            Ok(UnexpiredInvitation(self))
        } else {
            Err(ExpiredInvitation(self))
        }
    }

    /// Takes the invitation back, run out or not.
    pub fn revoke(self, now: Timestamp) -> InvitationTransition<RevokedInvitation> {
        let details = self.details;
        InvitationTransition::new(
            &details,
            AuditAction::InvitationRevoked,
            RevokedInvitation { details: details.clone().touch(now), at: now },
        )
    }

    /// Queues a mail with a new link; the expiry starts again and the old link is dead.
    pub fn resend(
        self,
        now: Timestamp,
        open_for: Duration,
    ) -> Result<InvitationTransition<Self>, ResendTooSoon> {
        let waited = now.since(self.details.queued_at);
        if waited < RESEND_PAUSE {
            return Err(ResendTooSoon { retry_after: RESEND_PAUSE.saturating_sub(waited) });
        }
        let mut next = self.details.clone().touch(now);
        next.expiry = now.plus(open_for);
        next.queued_at = now;
        next.generation += 1;
        next.email_delivery = EmailDelivery::queued();
        let next = Self { details: next, new_requested: false };
        Ok(InvitationTransition::new(&self.details, AuditAction::InvitationResent, next))
    }
}

impl UnexpiredInvitation {
    /// The invitation.
    pub fn details(&self) -> &InvitationDetails {
        &self.0.details
    }

    /// Changes what is offered.
    pub fn edit(self, profile: Profile, now: Timestamp) -> InvitationTransition<PendingInvitation> {
        self.change_offer(profile, AuditAction::InvitationEdited, now)
    }

    /// An owner or admin who knows the person vouches for the NPI that is registered under
    /// another surname.
    pub fn attest(
        self,
        by: UserId,
        now: Timestamp,
    ) -> Result<InvitationTransition<PendingInvitation>, NotAttested> {
        let profile = self.0.details.profile.clone().attest(by, now)?;
        Ok(self.change_offer(profile, AuditAction::NpiAttested, now))
    }

    /// What follows when the registry was asked again about the NPI; `None` when its answer
    /// changes nothing.
    #[must_use]
    pub fn recheck_npi(
        self,
        answer: &RegistryAnswer,
        now: Timestamp,
    ) -> Option<InvitationTransition<PendingInvitation>> {
        let profile = self.0.details.profile.clone().recheck_npi(answer);
        let news = profile != self.0.details.profile;
        news.then(|| self.change_offer(profile, AuditAction::NpiVerificationChanged, now))
    }

    fn change_offer(
        self,
        profile: Profile,
        action: AuditAction,
        now: Timestamp,
    ) -> InvitationTransition<PendingInvitation> {
        let mut next = self.0.details.clone().touch(now);
        next.profile = profile;
        let next = PendingInvitation { details: next, new_requested: self.0.new_requested };
        InvitationTransition::new(&self.0.details, action, next)
    }

    /// The person confirms. `registry` is the answer about an NPI that was still pending.
    pub fn accept(
        self,
        registry: Option<&RegistryAnswer>,
        now: Timestamp,
    ) -> InvitationTransition<Acceptance> {
        let before = self.0.details;
        let mut details = before.clone().touch(now);
        if let Some(answer) = registry {
            details.profile = details.profile.record_answer(answer);
        }
        let user = User {
            id: details.id.user_id(),
            clinic: details.clinic,
            email: details.email.clone(),
            profile: details.profile.clone(),
            status: UserStatus::Active,
            invited_by: details.invited_by,
            created_at: details.created_at,
            confirmed_at: now,
            last_login_at: None,
            access_epoch: 0,
            version: 1,
        };
        let acceptance = Acceptance { invitation: AcceptedInvitation { details, at: now }, user };
        InvitationTransition::new(&before, AuditAction::InvitationAccepted, acceptance)
    }

    /// The person declines.
    pub fn reject(
        self,
        reason: Option<RejectReason>,
        now: Timestamp,
    ) -> InvitationTransition<RejectedInvitation> {
        let details = self.0.details;
        let next = RejectedInvitation { details: details.clone().touch(now), at: now, reason };
        InvitationTransition::new(&details, AuditAction::InvitationRejected, next)
    }
}

impl ExpiredInvitation {
    /// Notes that the person wants a new link; `None` when the inviter was already told.
    pub fn request_new(self, now: Timestamp) -> Option<InvitationTransition<PendingInvitation>> {
        if self.0.new_requested {
            return None;
        }
        let next =
            PendingInvitation { details: self.0.details.clone().touch(now), new_requested: true };
        Some(InvitationTransition::new(&self.0.details, AuditAction::InvitationNewRequested, next))
    }
}

impl From<UnexpiredInvitation> for PendingInvitation {
    fn from(live: UnexpiredInvitation) -> Self {
        live.0
    }
}

macro_rules! any_state {
    ($($variant:ident($state:ident)),*) => {$(
        impl From<$state> for Invitation {
            fn from(state: $state) -> Self {
                Self::$variant(state)
            }
        }
    )*};
}
any_state!(
    Pending(PendingInvitation),
    Accepted(AcceptedInvitation),
    Rejected(RejectedInvitation),
    Revoked(RevokedInvitation)
);

#[cfg(test)]
mod tests;
