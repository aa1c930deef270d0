//! The transitions of a grant: pure functions from a state and a command to the next state.

use super::lifetime::{LinkSeconds, VIEW_TOKEN_LIFE, ViewSeconds};
use super::redeemer::Redeemer;
use super::state::{Grant, GrantDetails, IssuedGrant, OpenGrant, Opening, RevokedGrant};
use super::view::View;
use crate::actor::Issuer;
use crate::audit::{AccessRefusal, AuditAction, AuditObject};
use crate::embed::EmbedOrigins;
use crate::ids::{AccessId, ClinicId};
use crate::time::Timestamp;

/// A change to write together with its audit record. The write requires that the grant still has
/// `expected_version`.
#[must_use = "a transition does nothing until the store writes it"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantTransition<S> {
    /// The grant after the change.
    pub next: S,
    /// What happened, for the audit.
    pub action: AuditAction,
    /// The version that the decision was made on.
    pub expected_version: u64,
}

impl<S> GrantTransition<S> {
    /// Converts the next state, such as to a grant in any state.
    pub fn map<T>(self, into: impl FnOnce(S) -> T) -> GrantTransition<T> {
        GrantTransition {
            next: into(self.next),
            action: self.action,
            expected_version: self.expected_version,
        }
    }
}

/// What a request to open a link does.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redemption {
    /// It opens the link.
    Open(GrantTransition<OpenGrant>),
    /// It repeats the request that opened the link, and changes nothing.
    Repeat(OpenGrant),
}

impl Redemption {
    /// The open grant.
    pub fn grant(&self) -> &OpenGrant {
        match self {
            Self::Open(change) => &change.next,
            Self::Repeat(open) => open,
        }
    }
}

/// Why a link does not open. The caller never learns the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRedeemed {
    /// The link was opened before.
    Used,
    /// The link expired.
    Expired,
    /// The access was revoked.
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

/// The view has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewEnded;

/// The data of a new grant.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// The id of the access.
    pub id: AccessId,
    /// The clinic.
    pub clinic: ClinicId,
    /// Who views what, and in which mode.
    pub view: View,
    /// Who issues it.
    pub issuer: Issuer,
    /// The user's epoch now. 0 for a view without a user.
    pub access_epoch: u32,
    /// Which web pages may show the view in a frame.
    pub embed_origins: EmbedOrigins,
    /// How long the link works.
    pub link: LinkSeconds,
    /// How long the view lasts once opened.
    pub view_seconds: ViewSeconds,
}

impl NewGrant {
    /// Issues the grant at `now`.
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
    /// The object of its audit records.
    pub fn audit_object(&self) -> AuditObject {
        AuditObject::Access {
            id: self.id,
            user: self.view.user(),
            study: self.view.study().copied(),
            mode: Some(self.view.mode()),
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
    /// The action of the audit record about issuing it.
    pub fn action(&self) -> AuditAction {
        AuditAction::AccessIssued(self.details.view.mode())
    }

    /// Opens the link. Without a key that the holder proved to hold, the view lasts an hour at most.
    pub fn redeem(
        self,
        by: &Redeemer,
        now: Timestamp,
    ) -> Result<GrantTransition<OpenGrant>, NotRedeemed> {
        if now >= self.details.link_expires_at {
            return Err(NotRedeemed::Expired);
        }
        let asked = self.details.view_seconds;
        let granted = if by.key.is_some() { asked } else { asked.unbound() };
        let until = now.plus(granted.duration());
        let Redeemer { key, idempotency_key } = by.clone();
        let opening = Opening { at: now, until, key, idempotency_key };
        let open = |details| OpenGrant { details, opening };
        Ok(self.details.transition(AuditAction::AccessRedeemed, open))
    }

    /// Whether a new grant of `issuer` for `view` replaces this one: the same reader, study and mode, from the
    /// same issuer. So a link that was asked for twice does not stay open beside the one that is used.
    pub fn is_replaced_by(&self, issuer: Issuer, view: &View) -> bool {
        view.study().is_some() && self.details.issuer == issuer && self.details.view == *view
    }

    /// Revokes the link before it was opened.
    pub fn revoke(self, now: Timestamp) -> GrantTransition<RevokedGrant> {
        revocation(self.details, None, now)
    }
}

impl OpenGrant {
    /// Returns when a view token issued at `now` expires: after five minutes, or when the view ends.
    pub fn renew(&self, now: Timestamp) -> Result<Timestamp, ViewEnded> {
        if now < self.opening.until {
            Ok(now.plus(VIEW_TOKEN_LIFE).min(self.opening.until))
        } else {
            Err(ViewEnded)
        }
    }

    /// Revokes the view.
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
    /// Opens the link. See [`IssuedGrant::redeem`]. A link that is open stays so for the repeat of the request
    /// that opened it.
    pub fn redeem(self, by: &Redeemer, now: Timestamp) -> Result<Redemption, NotRedeemed> {
        match self {
            Self::Issued(issued) => issued.redeem(by, now).map(Redemption::Open),
            Self::Open(open) if open.opening.is_repeated_by(by, now) => {
                Ok(Redemption::Repeat(open))
            }
            Self::Open(_) => Err(NotRedeemed::Used),
            Self::Revoked(_) => Err(NotRedeemed::Revoked),
        }
    }

    /// Revokes the link or view. Returns `None` if both are over.
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
