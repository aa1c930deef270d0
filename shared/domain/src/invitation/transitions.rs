//! The transitions of an invitation: pure functions from a state and a command to the next state.

use std::time::Duration;

use super::state::{
    AcceptedInvitation, Fingerprint, Invitation, InvitationDetails, PendingInvitation,
    RejectReason, RejectedInvitation, RevokedInvitation,
};
use crate::actor::Inviter;
use crate::audit::AuditAction;
use crate::delivery::EmailDelivery;
use crate::ids::{ClinicId, InvitationId};
use crate::npi::{Attester, RegistryAnswer};
use crate::person::email::Email;
use crate::person::permissions::{NotAttested, Permissions};
use crate::person::profile::Profile;
use crate::time::Timestamp;
use crate::user::{User, UserStatus};

/// The shortest time between two emails of an invitation.
pub const RESEND_PAUSE: Duration = Duration::from_mins(1);

/// A change to write together with its audit record. The write requires that the invitation still has
/// `expected_version`.
#[must_use = "a transition does nothing until the store writes it"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationTransition<S> {
    /// The invitation after the change.
    pub next: S,
    /// The profile before the change.
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

    /// Converts the next state, such as to an invitation in any state.
    pub fn map<T>(self, into: impl FnOnce(S) -> T) -> InvitationTransition<T> {
        InvitationTransition {
            next: into(self.next),
            before: self.before,
            action: self.action,
            expected_version: self.expected_version,
        }
    }
}

/// A pending invitation that has not expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnexpiredInvitation(PendingInvitation);

/// The invitation has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationExpired;

/// The resend came less than [`RESEND_PAUSE`] after the last email was queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResendTooSoon {
    /// How long to wait.
    pub retry_after: Duration,
}

/// An accepted invitation and its new user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The accepted invitation.
    pub invitation: AcceptedInvitation,
    /// The new user.
    pub user: User,
}

/// The data of a new invitation.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The id of the invitation.
    pub id: InvitationId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The address that the invitation is sent to.
    pub email: Email,
    /// The names, role and permissions of the invited person.
    pub profile: Profile,
    /// Who invites.
    pub invited_by: Inviter,
    /// How long it stays open.
    pub open_for: Duration,
    /// The digest of the caller and the request.
    pub fingerprint: Fingerprint,
}

impl NewInvitation {
    /// Creates the invitation and queues its first email.
    pub fn create(self, now: Timestamp) -> PendingInvitation {
        PendingInvitation {
            details: InvitationDetails {
                id: self.id,
                clinic: self.clinic,
                email: self.email,
                profile: self.profile,
                invited_by: self.invited_by,
                granted_by: self.invited_by,
                resent_by: None,
                created_at: now,
                updated_at: now,
                expiry: now.plus(self.open_for),
                queued_at: now,
                generation: 1,
                email_delivery: EmailDelivery::unsent(),
                deliveries: 0,
                last_event: None,
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
    /// Checks whether it has expired at `now`.
    pub fn check_expiry(self, now: Timestamp) -> Result<UnexpiredInvitation, InvitationExpired> {
        if now < self.details.expiry {
            Ok(UnexpiredInvitation(self))
        } else {
            Err(InvitationExpired)
        }
    }

    /// Records that the person asks for a new link. Returns `None` if they already asked for one in this
    /// generation.
    #[must_use]
    pub fn request_new(self, now: Timestamp) -> Option<InvitationTransition<Self>> {
        if self.new_requested {
            return None;
        }
        let next = Self { details: self.details.clone().touch(now), new_requested: true };
        Some(InvitationTransition::new(&self.details, AuditAction::InvitationNewRequested, next))
    }

    /// Revokes the invitation, even if it has expired.
    pub fn revoke(self, now: Timestamp) -> InvitationTransition<RevokedInvitation> {
        let details = self.details;
        InvitationTransition::new(
            &details,
            AuditAction::InvitationRevoked,
            RevokedInvitation { details: details.clone().touch(now), at: now },
        )
    }

    /// Whether a resend by this caller repeats the one that queued the newest email.
    pub fn is_resend_repeated(&self, caller: Inviter, now: Timestamp) -> bool {
        self.details.resent_by == Some(caller) && now.since(self.details.queued_at) < RESEND_PAUSE
    }

    /// Queues an email with a new link, as `caller` asks. The expiry starts again and the old link stops
    /// working. `granted_by` takes the place of a granter who is no longer entitled.
    pub fn resend(
        self,
        caller: Inviter,
        now: Timestamp,
        open_for: Duration,
        granted_by: Option<Inviter>,
    ) -> Result<InvitationTransition<Self>, ResendTooSoon> {
        let waited = now.since(self.details.queued_at);
        if waited < RESEND_PAUSE {
            return Err(ResendTooSoon { retry_after: RESEND_PAUSE.saturating_sub(waited) });
        }
        let mut next = self.details.clone().touch(now);
        next.expiry = now.plus(open_for);
        next.queued_at = now;
        next.resent_by = Some(caller);
        next.generation += 1;
        next.email_delivery = EmailDelivery::unsent();
        next.granted_by = granted_by.unwrap_or(next.granted_by);
        let next = Self { details: next, new_requested: false };
        Ok(InvitationTransition::new(&self.details, AuditAction::InvitationResent, next))
    }
}

impl UnexpiredInvitation {
    /// The invitation.
    pub fn details(&self) -> &InvitationDetails {
        &self.0.details
    }

    /// Changes names, role or permissions. If permissions change, `by` is who grants them from now on.
    pub fn edit(
        mut self,
        profile: Profile,
        by: Inviter,
        now: Timestamp,
    ) -> InvitationTransition<PendingInvitation> {
        let granted = |permissions: &Permissions| {
            let npi = permissions.npi().map(|(npi, _)| npi);
            let studies = permissions.manage_studies;
            (permissions.access_level, studies, permissions.can_create_reports(), npi)
        };
        let before = &self.0.details.profile.permissions;
        if granted(before) != granted(&profile.permissions) {
            self.0.details.granted_by = by;
        }
        self.change_profile(profile, AuditAction::InvitationEdited, now)
    }

    /// Records that someone else attests the NPI, which is registered under another surname.
    pub fn attest(
        self,
        by: Attester,
        now: Timestamp,
    ) -> Result<InvitationTransition<PendingInvitation>, NotAttested> {
        let profile = self.0.details.profile.clone().attest(by, now)?;
        Ok(self.change_profile(profile, AuditAction::NpiAttested, now))
    }

    /// Records the answer of a repeated registry lookup. Returns `None` if the answer changes nothing.
    #[must_use]
    pub fn recheck_npi(
        self,
        answer: &RegistryAnswer,
        now: Timestamp,
    ) -> Option<InvitationTransition<PendingInvitation>> {
        let profile = self.0.details.profile.clone().recheck_npi(answer);
        let news = profile != self.0.details.profile;
        news.then(|| self.change_profile(profile, AuditAction::NpiVerificationChanged, now))
    }

    fn change_profile(
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

    /// Accepts the invitation. `registry` is the answer about an NPI that was still pending.
    /// `password_epoch` is the account's.
    pub fn accept(
        self,
        registry: Option<&RegistryAnswer>,
        password_epoch: u32,
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
            password_epoch,
            changes: 1,
            version: 1,
        };
        let acceptance = Acceptance { invitation: AcceptedInvitation { details, at: now }, user };
        InvitationTransition::new(&before, AuditAction::InvitationAccepted, acceptance)
    }

    /// Declines the invitation.
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
