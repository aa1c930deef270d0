//! How a grant changes. Pure: from a state and a command to the next state.

use super::lifetime::{LinkSeconds, VIEW_TOKEN_LIFE, ViewSeconds};
use super::state::{Grant, GrantDetails, IssuedGrant, OpenGrant, Opening, RevokedGrant};
use super::thumbprint::KeyThumbprint;
use super::view::View;
use crate::actor::Issuer;
use crate::audit::{AccessRefusal, AuditAction, AuditObject};
use crate::embed::EmbedOrigins;
use crate::ids::{AccessId, ClinicId};
use crate::time::Timestamp;

/// A decided change, to be written with its audit record under the condition that the grant still
/// has `expected_version`.
#[must_use = "a transition does nothing until the store writes it"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantTransition<S> {
    /// The grant afterwards.
    pub next: S,
    /// What happened, for the audit.
    pub action: AuditAction,
    /// The version that the decision was made on.
    pub expected_version: u64,
}

impl<S> GrantTransition<S> {
    /// The same change, its outcome seen as a grant in any state.
    pub fn map<T>(self, into: impl FnOnce(S) -> T) -> GrantTransition<T> {
        GrantTransition {
            next: into(self.next),
            action: self.action,
            expected_version: self.expected_version,
        }
    }
}

/// Why a link does not open. The caller is never told which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRedeemed {
    /// It was opened before.
    Used,
    /// It ran out.
    Expired,
    /// It was ended before its time.
    Revoked,
}

impl From<NotRedeemed> for AccessRefusal {
    fn from(why: NotRedeemed) -> Self {
        match why {
            NotRedeemed::Used => Self::Used,
            NotRedeemed::Expired => Self::Expired,
            NotRedeemed::Revoked => Self::Revoked,
        }
    }
}

/// The view's time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewEnded;

/// All that a new grant is made of.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// Its id.
    pub id: AccessId,
    /// The clinic.
    pub clinic: ClinicId,
    /// Who views what.
    pub view: View,
    /// Who issues it.
    pub issuer: Issuer,
    /// The user's epoch now; 0 for a view without a user.
    pub access_epoch: u32,
    /// Who may show the view in a frame.
    pub embed_origins: EmbedOrigins,
    /// How long the link can be opened.
    pub link: LinkSeconds,
    /// How long the view lives once opened.
    pub view_seconds: ViewSeconds,
}

impl NewGrant {
    /// The grant, its link fresh.
    pub fn issue(self, now: Timestamp) -> IssuedGrant {
        IssuedGrant {
            details: GrantDetails {
                id: self.id,
                clinic: self.clinic,
                view: self.view,
                issuer: self.issuer,
                access_epoch: self.access_epoch,
                embed_origins: self.embed_origins,
                created_at: now,
                link_expires_at: now.plus(self.link.duration()),
                view_seconds: self.view_seconds,
                version: 1,
            },
        }
    }
}

impl GrantDetails {
    /// What an audit record about it is on.
    pub fn audit_object(&self) -> AuditObject {
        AuditObject::Access {
            id: self.id,
            user: self.view.user(),
            study: self.view.study().copied(),
        }
    }

    fn transition<S>(
        self,
        action: AuditAction,
        next: impl FnOnce(Self) -> S,
    ) -> GrantTransition<S> {
        let expected_version = self.version;
        let version = expected_version + 1;
        GrantTransition { next: next(Self { version, ..self }), action, expected_version }
    }
}

impl IssuedGrant {
    /// What the record of its issuing says was done.
    pub fn action(&self) -> AuditAction {
        AuditAction::AccessIssued(self.details.view.mode())
    }

    /// The holder opens the link, and shows to have `key` if they have one.
    pub fn redeem(
        self,
        key: Option<KeyThumbprint>,
        now: Timestamp,
    ) -> Result<GrantTransition<OpenGrant>, NotRedeemed> {
        if now >= self.details.link_expires_at {
            return Err(NotRedeemed::Expired);
        }
        let until = now.plus(self.details.view_seconds.duration());
        let opening = Opening { at: now, until, key };
        let open = |details| OpenGrant { details, opening };
        Ok(self.details.transition(AuditAction::AccessRedeemed, open))
    }

    /// Ends it before it was opened.
    pub fn revoke(self, now: Timestamp) -> GrantTransition<RevokedGrant> {
        revocation(self.details, None, now)
    }
}

impl OpenGrant {
    /// Until when a view token that is made at `now` is good: five minutes, but not past the end.
    pub fn renew(&self, now: Timestamp) -> Result<Timestamp, ViewEnded> {
        if now < self.opening.until {
            Ok(now.plus(VIEW_TOKEN_LIFE).min(self.opening.until))
        } else {
            Err(ViewEnded)
        }
    }

    /// Ends the view.
    pub fn revoke(self, now: Timestamp) -> GrantTransition<RevokedGrant> {
        revocation(self.details, Some(self.opening), now)
    }
}

fn revocation(
    details: GrantDetails,
    opening: Option<Opening>,
    now: Timestamp,
) -> GrantTransition<RevokedGrant> {
    details.transition(AuditAction::AccessRevoked, |details| RevokedGrant {
        details,
        opening,
        at: now,
    })
}

impl Grant {
    /// The holder opens the link; see [`IssuedGrant::redeem`].
    pub fn redeem(
        self,
        key: Option<KeyThumbprint>,
        now: Timestamp,
    ) -> Result<GrantTransition<OpenGrant>, NotRedeemed> {
        match self {
            Self::Issued(issued) => issued.redeem(key, now),
            Self::Open(_) => Err(NotRedeemed::Used),
            Self::Revoked(_) => Err(NotRedeemed::Revoked),
        }
    }

    /// Ends link or view; `None` when nothing is left to end.
    pub fn revoke(self, now: Timestamp) -> Option<GrantTransition<RevokedGrant>> {
        match self {
            _ if !self.is_alive(now) => None,
            Self::Issued(issued) => Some(issued.revoke(now)),
            Self::Open(open) => Some(open.revoke(now)),
            Self::Revoked(_) => None,
        }
    }
}

macro_rules! any_state {
    ($($variant:ident($state:ident)),*) => {$(
        impl From<$state> for Grant {
            fn from(state: $state) -> Self {
                Self::$variant(state)
            }
        }
    )*};
}
any_state!(Issued(IssuedGrant), Open(OpenGrant), Revoked(RevokedGrant));

#[cfg(test)]
mod tests;
