//! The states of an invitation.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::actor::Inviter;
use crate::delivery::EmailDelivery;
use crate::field::Refusal;
use crate::ids::{ClinicId, InvitationId};
use crate::person::email::Email;
use crate::person::profile::Profile;
use crate::time::Timestamp;

/// How long the same invite by the same caller is taken for a repeat of the first, since the
/// SDKs repeat by themselves and send no idempotency key.
pub const REPEAT_WINDOW: Duration = Duration::from_mins(10);

/// What every invitation has, whatever its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationDetails {
    /// Its id; the user it makes has the same UUID.
    pub id: InvitationId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The address invited.
    pub email: Email,
    /// What is offered.
    pub profile: Profile,
    /// Who invited.
    pub invited_by: Inviter,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed, mail state apart.
    pub updated_at: Timestamp,
    /// When it runs out.
    pub expiry: Timestamp,
    /// When the newest mail was queued.
    pub queued_at: Timestamp,
    /// Which link is valid: a resend counts up and so kills the old one.
    pub generation: u32,
    /// Whether the mail of this generation arrived.
    pub email_delivery: EmailDelivery,
    /// What was asked and by whom, so that a client's silent repeat is recognised.
    pub fingerprint: Fingerprint,
    /// Counts the writes, so that none is lost.
    pub version: u64,
}

/// A digest of caller and request body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The digest of who asked and what, whatever the parts are.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        Self(URL_SAFE_NO_PAD.encode(digest.finalize()))
    }

    /// The digest that was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The digest's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An invitation that waits for its person, run out or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingInvitation {
    /// What every invitation has.
    pub details: InvitationDetails,
    /// Whether the inviter was already told that a new link is wanted for this generation.
    pub new_requested: bool,
}

/// An invitation that became a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedInvitation {
    /// What every invitation has.
    pub details: InvitationDetails,
    /// When the person confirmed.
    pub at: Timestamp,
}

/// An invitation that its person declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedInvitation {
    /// What every invitation has.
    pub details: InvitationDetails,
    /// When.
    pub at: Timestamp,
    /// Why, in the person's words.
    pub reason: Option<RejectReason>,
}

/// An invitation that the clinic took back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedInvitation {
    /// What every invitation has.
    pub details: InvitationDetails,
    /// When.
    pub at: Timestamp,
}

/// An invitation in any state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invitation {
    /// See [`PendingInvitation`].
    Pending(PendingInvitation),
    /// See [`AcceptedInvitation`].
    Accepted(AcceptedInvitation),
    /// See [`RejectedInvitation`].
    Rejected(RejectedInvitation),
    /// See [`RevokedInvitation`].
    Revoked(RevokedInvitation),
}

/// An invitation's `status` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InvitationStatus {
    /// Waits for its person, run out or not.
    Sent,
    /// Became a user.
    Accepted,
    /// Declined.
    Rejected,
    /// Taken back.
    Revoked,
}

impl InvitationStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Sent, Self::Accepted, Self::Rejected, Self::Revoked];

    /// The status's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
        }
    }

    /// Reads a status's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

impl Invitation {
    /// What every invitation has.
    pub fn details(&self) -> &InvitationDetails {
        match self {
            Self::Pending(i) => &i.details,
            Self::Accepted(i) => &i.details,
            Self::Rejected(i) => &i.details,
            Self::Revoked(i) => &i.details,
        }
    }

    /// Whether the same request by the same caller, at `now`, is a repeat of the one that made this.
    pub fn is_repeat(&self, request: &Fingerprint, now: Timestamp) -> bool {
        let details = self.details();
        details.fingerprint == *request && now.since(details.created_at) < REPEAT_WINDOW
    }

    /// `status` in JSON.
    pub fn status(&self) -> InvitationStatus {
        match self {
            Self::Pending(_) => InvitationStatus::Sent,
            Self::Accepted(_) => InvitationStatus::Accepted,
            Self::Rejected(_) => InvitationStatus::Rejected,
            Self::Revoked(_) => InvitationStatus::Revoked,
        }
    }

    /// Whether it waits for its person and has run out.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        matches!(self, Self::Pending(pending) if pending.details.expiry <= now)
    }

    /// The pending invitation, or the status that a command about a pending one met instead.
    pub fn pending(self) -> Result<PendingInvitation, InvitationStatus> {
        match self {
            Self::Pending(pending) => Ok(pending),
            other => Err(other.status()),
        }
    }
}

/// Why a person declined: at most 500 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectReason(String);

impl RejectReason {
    /// Reads a reason.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let right =
            (1..=500).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        let refused =
            Refusal::new("reason_invalid", "Send 1 to 500 characters without control characters.");
        if right { Ok(Self(text.to_owned())) } else { Err(refused) }
    }

    /// The reason.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
