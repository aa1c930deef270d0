//! The states of a grant.

use super::lifetime::ViewSeconds;
use super::thumbprint::KeyThumbprint;
use super::view::View;
use crate::actor::Issuer;
use crate::embed::EmbedOrigins;
use crate::ids::{AccessId, ClinicId};
use crate::time::Timestamp;

/// What every grant has, whatever its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantDetails {
    /// Its id, `jti` of its view tokens.
    pub id: AccessId,
    /// The clinic.
    pub clinic: ClinicId,
    /// Who views what.
    pub view: View,
    /// Who issued it.
    pub issuer: Issuer,
    /// The user's epoch when it was issued: a deactivation ends what was issued before it, a
    /// reactivation does not bring it back. 0 for a view without a user.
    pub access_epoch: u32,
    /// Who may show the view in a frame.
    pub embed_origins: EmbedOrigins,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When the link can no longer be opened.
    pub link_expires_at: Timestamp,
    /// How long the view lives once opened.
    pub view_seconds: ViewSeconds,
    /// Counts the writes, so that none is lost.
    pub version: u64,
}

impl GrantDetails {
    /// When a view ends at the latest, whenever the link is opened.
    pub fn latest_end(&self) -> Timestamp {
        self.link_expires_at.plus(self.view_seconds.duration())
    }
}

/// How a link was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// When the view ends.
    pub until: Timestamp,
    /// The key that view tokens are bound to, when the holder proved to have one.
    pub key: Option<KeyThumbprint>,
}

/// A grant whose link was not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedGrant {
    /// What every grant has.
    pub details: GrantDetails,
}

/// A grant whose link was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenGrant {
    /// What every grant has.
    pub details: GrantDetails,
    /// How it was opened.
    pub opening: Opening,
}

/// A grant that was ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedGrant {
    /// What every grant has.
    pub details: GrantDetails,
    /// How it was opened, if it was.
    pub opening: Option<Opening>,
    /// When it was ended.
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

/// How a grant stands at a moment: what its state and the clock say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantStatus {
    /// The link can be opened.
    Issued,
    /// The view lives.
    Open,
    /// The link or the view ran out.
    Ended,
    /// It was ended before its time.
    Revoked,
}

impl GrantStatus {
    /// Every one.
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
    /// What every grant has.
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

    /// How it stands at `now`.
    pub fn status(&self, now: Timestamp) -> GrantStatus {
        match self {
            Self::Issued(g) if now < g.details.link_expires_at => GrantStatus::Issued,
            Self::Open(g) if now < g.opening.until => GrantStatus::Open,
            Self::Issued(_) | Self::Open(_) => GrantStatus::Ended,
            Self::Revoked(_) => GrantStatus::Revoked,
        }
    }

    /// Whether a link that can be opened or a view that lives is left at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        matches!(self.status(now), GrantStatus::Issued | GrantStatus::Open)
    }
}
