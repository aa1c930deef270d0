//! Temporary access: a link that opens once, and the view that lives a while after.
//!
//! ```text
//!                redeem
//!   issue --> Issued -----> Open
//!                 \          |
//!                revoke    revoke
//!                   \        v
//!                    `--> Revoked
//! ```
//!
//! Each transition consumes the state that allows it. A link or view that ran out keeps its
//! state; whether it did is computed from the clock ([`Grant::standing`]) and never stored.

mod embed;
mod ephemeral;
mod hanging;
mod lifetime;
mod rules;
mod thumbprint;
mod transitions;

use crate::audit::Actor;
use crate::ids::{AccessId, ApiKeyId, ClinicId, UserId};
use crate::study::StudyRef;
use crate::time::Timestamp;

pub use embed::{EmbedOrigin, EmbedOrigins};
pub use ephemeral::{EphemeralSession, MAX_OPTIONS, Options, RetrievalId};
pub use hanging::{HangingProtocol, Layout, ViewportLabel};
pub use lifetime::{LinkSeconds, VIEW_TOKEN_LIFE, ViewSeconds, oldest_alive};
pub use rules::{Authority, MAX_OPEN, NotAllowed, may_use, still_allowed};
pub use thumbprint::KeyThumbprint;
pub use transitions::{New, NotRedeemed, Transition, ViewEnded};

/// What a view is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Read the study and dictate its report.
    Dictation,
    /// Read the study.
    ViewerOnly,
}

impl Mode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Dictation, Self::ViewerOnly];

    /// The `scope` of a view token (RFC 9068).
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Dictation => "study:read report:write",
            Self::ViewerOnly => "study:read",
        }
    }

    /// The mode's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dictation => "dictation",
            Self::ViewerOnly => "viewer_only",
        }
    }
}

/// Who views what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// A user reads a study and dictates.
    Dictation {
        /// The user, to whom the study is assigned.
        user: UserId,
        /// The study.
        study: StudyRef,
    },
    /// A study is read.
    ViewerOnly {
        /// By this user; `None` when the PACS does not say by whom.
        user: Option<UserId>,
        /// The study.
        study: StudyRef,
    },
    /// Images without a study, for nobody in particular.
    Ephemeral(EphemeralSession),
}

impl View {
    /// What the view is good for.
    pub fn mode(&self) -> Mode {
        match self {
            Self::Dictation { .. } => Mode::Dictation,
            Self::ViewerOnly { .. } | Self::Ephemeral(_) => Mode::ViewerOnly,
        }
    }

    /// The user whose status and permissions decide whether the view lives.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Dictation { user, .. } => Some(*user),
            Self::ViewerOnly { user, .. } => *user,
            Self::Ephemeral(_) => None,
        }
    }

    /// The study.
    pub fn study(&self) -> Option<&StudyRef> {
        match self {
            Self::Dictation { study, .. } | Self::ViewerOnly { study, .. } => Some(study),
            Self::Ephemeral(_) => None,
        }
    }
}

/// Who issued an access, and must still be allowed to while it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// A PACS or script.
    ApiKey(ApiKeyId),
    /// A person at the dashboard.
    User(UserId),
}

impl From<Issuer> for Actor {
    fn from(issuer: Issuer) -> Self {
        match issuer {
            Issuer::ApiKey(id) => Self::ApiKey(id),
            Issuer::User(id) => Self::User(id),
        }
    }
}

/// What every grant has, whatever its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
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

impl Details {
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
pub struct Issued {
    /// What every grant has.
    pub details: Details,
}

/// A grant whose link was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// What every grant has.
    pub details: Details,
    /// How it was opened.
    pub opening: Opening,
}

/// A grant that was ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// What every grant has.
    pub details: Details,
    /// How it was opened, if it was.
    pub opening: Option<Opening>,
    /// When it was ended.
    pub at: Timestamp,
}

/// A grant in any state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// See [`Issued`].
    Issued(Issued),
    /// See [`Open`].
    Open(Open),
    /// See [`Revoked`].
    Revoked(Revoked),
}

/// How a grant stands at a moment: what its state and the clock say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The link can be opened.
    Issued,
    /// The view lives.
    Open,
    /// The link or the view ran out.
    Ended,
    /// It was ended before its time.
    Revoked,
}

impl Standing {
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
    pub fn details(&self) -> &Details {
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
    pub fn standing(&self, now: Timestamp) -> Standing {
        match self {
            Self::Issued(g) if now < g.details.link_expires_at => Standing::Issued,
            Self::Open(g) if now < g.opening.until => Standing::Open,
            Self::Issued(_) | Self::Open(_) => Standing::Ended,
            Self::Revoked(_) => Standing::Revoked,
        }
    }

    /// Whether a link that can be opened or a view that lives is left at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        matches!(self.standing(now), Standing::Issued | Standing::Open)
    }
}
