//! The states of a grant.

use super::lifetime::ViewSeconds;
use super::thumbprint::KeyThumbprint;
use super::view::View;
use crate::actor::Issuer;
use crate::embed::EmbedOrigins;
use crate::ids::{AccessId, ClinicId};
use crate::invitation::Fingerprint;
use crate::time::Timestamp;

/// The data of a grant in any state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantDetails {
    /// The id of the access, which is `jti` in its view tokens.
    pub id: AccessId,
    /// The clinic.
    pub clinic: ClinicId,
    /// Who views what, and in which mode.
    pub view: View,
    /// Who issued it.
    pub issuer: Issuer,
    /// The user's epoch when the access was issued. A deactivation raises it, so older access ends and a
    /// reactivation does not restore it. 0 for a view without a user.
    pub access_epoch: u32,
    /// Which web pages may show the view in a frame.
    pub embed_origins: EmbedOrigins,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When the link expires.
    pub link_expires_at: Timestamp,
    /// How long the view lasts once opened.
    pub view_seconds: ViewSeconds,
    /// Counts the writes, so that no write is lost.
    pub version: u64,
}

impl GrantDetails {
    /// The latest time at which the view can end.
    pub fn latest_end(&self) -> Timestamp {
        self.link_expires_at.plus(self.view_seconds.duration())
    }
}

/// How a link was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// When the link was opened.
    pub at: Timestamp,
    /// When the view ends.
    pub until: Timestamp,
    /// The key that view tokens are bound to, if the holder proved that they hold one.
    pub key: Option<KeyThumbprint>,
    /// The digest of the request's `Idempotency-Key`, if it had one.
    pub idempotency_key: Option<Fingerprint>,
}

/// A grant whose link has not been opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedGrant {
    /// The data of every grant.
    pub details: GrantDetails,
}

/// A grant whose link was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenGrant {
    /// The data of every grant.
    pub details: GrantDetails,
    /// How it was opened.
    pub opening: Opening,
}

/// A revoked grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedGrant {
    /// The data of every grant.
    pub details: GrantDetails,
    /// How it was opened, if it was.
    pub opening: Option<Opening>,
    /// When it was revoked.
    pub at: Timestamp,
}

/// A grant in any state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// See [`IssuedGrant`].
    Issued(IssuedGrant),
    /// See [`OpenGrant`].
    Open(OpenGrant),
    /// See [`RevokedGrant`].
    Revoked(RevokedGrant),
}

/// The status of a grant at a given time, from its state and the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantStatus {
    /// The link can be opened.
    Issued,
    /// The view is open.
    Open,
    /// The link or the view expired.
    Ended,
    /// The grant was revoked.
    Revoked,
}

impl GrantStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Issued, Self::Open, Self::Ended, Self::Revoked];

    /// `status` in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Open => "open",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
        }
    }
}

impl Grant {
    /// The data of every grant.
    pub fn details(&self) -> &GrantDetails {
        match self {
            Self::Issued(g) => &g.details,
            Self::Open(g) => &g.details,
            Self::Revoked(g) => &g.details,
        }
    }

    /// How the link was opened, if it was.
    pub fn opening(&self) -> Option<&Opening> {
        match self {
            Self::Issued(_) => None,
            Self::Open(g) => Some(&g.opening),
            Self::Revoked(g) => g.opening.as_ref(),
        }
    }

    /// The status at `now`.
    pub fn status(&self, now: Timestamp) -> GrantStatus {
        match self {
            Self::Issued(g) if now < g.details.link_expires_at => GrantStatus::Issued,
            Self::Open(g) if now < g.opening.until => GrantStatus::Open,
            Self::Issued(_) | Self::Open(_) => GrantStatus::Ended,
            Self::Revoked(_) => GrantStatus::Revoked,
        }
    }

    /// When it ends by itself: the link, until it is opened, and then the view. `None` if it was revoked.
    pub fn end(&self) -> Option<Timestamp> {
        match self {
            Self::Issued(g) => Some(g.details.link_expires_at),
            Self::Open(g) => Some(g.opening.until),
            Self::Revoked(_) => None,
        }
    }

    /// Whether the link can still be opened, or the view is open, at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        matches!(self.status(now), GrantStatus::Issued | GrantStatus::Open)
    }
}
