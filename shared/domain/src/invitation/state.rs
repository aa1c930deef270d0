//! The states of an invitation.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::actor::Inviter;
use crate::delivery::EmailDelivery;
use crate::field::Refusal;
use crate::ids::{ClinicId, EventId, InvitationId};
use crate::person::email::Email;
use crate::person::profile::Profile;
use crate::time::Timestamp;

/// How long the same invite by the same caller counts as a retry of the first one. The SDKs retry by
/// themselves and send no idempotency key.
pub const REPEAT_WINDOW: Duration = Duration::from_mins(10);

/// The data of an invitation in any state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationDetails {
    /// The id of the invitation. Its user has the same UUID.
    pub id: InvitationId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The address that the invitation is sent to.
    pub email: Email,
    /// The names, role and permissions of the invited person.
    pub profile: Profile,
    /// Who sent the invitation.
    pub invited_by: Inviter,
    /// Who last set its permissions. The invitation is accepted only while they are still entitled to.
    pub granted_by: Inviter,
    /// Who last resent it, if anyone did.
    pub resent_by: Option<Inviter>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed. Changes of the delivery do not count.
    pub updated_at: Timestamp,
    /// When it expires.
    pub expiry: Timestamp,
    /// When the newest email was queued.
    pub queued_at: Timestamp,
    /// The generation of the valid link. A resend raises it, so the old link stops working.
    pub generation: u32,
    /// The delivery of this generation's email.
    pub email_delivery: EmailDelivery,
    /// How often the delivery changed to another value that people see, over all generations.
    pub deliveries: u32,
    /// The event of the last change that has one, other than of the delivery.
    pub last_event: Option<EventId>,
    /// The digest of the caller and the request, to recognize a retry by the client.
    pub fingerprint: Fingerprint,
    /// Counts the writes, so that no write is lost.
    pub version: u64,
}

/// How long after an email was queued its delivery usually changes. SES gives up after 14 hours, but a
/// recipient may report spam days later.
const DELIVERY_WINDOW: Duration = Duration::from_hours(7 * 24);

impl InvitationDetails {
    /// The number of the change of the delivery that the event of a change at `now` comes after. 0 for none, or
    /// for one that is so old that its event is in the feed.
    pub fn recent_delivery(&self, now: Timestamp) -> u32 {
        if now.since(self.queued_at) < DELIVERY_WINDOW { self.deliveries } else { 0 }
    }

    /// Whether a manager should look at it: its email did not arrive, or its NPI is not verified.
    pub fn has_problem(&self) -> bool {
        let npi = self.profile.permissions.npi();
        self.email_delivery.status.is_problem()
            || npi.is_some_and(|(_, verification)| verification.is_problem())
    }
}

/// A digest of any number of parts, such as a caller and a request body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Computes the digest of the parts, with their lengths.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        Self(URL_SAFE_NO_PAD.encode(digest.finalize()))
    }

    /// The digest with this stored text.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text of the digest.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An invitation that was neither answered nor revoked. It may have expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingInvitation {
    /// The data of every invitation.
    pub details: InvitationDetails,
    /// Whether the person already asked for a new link in this generation.
    pub new_requested: bool,
}

/// An invitation that its person accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedInvitation {
    /// The data of every invitation.
    pub details: InvitationDetails,
    /// When the person accepted.
    pub at: Timestamp,
}

/// An invitation that its person declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedInvitation {
    /// The data of every invitation.
    pub details: InvitationDetails,
    /// When the person declined.
    pub at: Timestamp,
    /// Why, in the person's words.
    pub reason: Option<RejectReason>,
}

/// An invitation that the clinic revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedInvitation {
    /// The data of every invitation.
    pub details: InvitationDetails,
    /// When it was revoked.
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
    /// Not answered and not revoked. It may have expired.
    Sent,
    /// Accepted by its person.
    Accepted,
    /// Declined by its person.
    Rejected,
    /// Revoked by the clinic.
    Revoked,
}

impl InvitationStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Sent, Self::Accepted, Self::Rejected, Self::Revoked];

    /// The name of the status.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
        }
    }

    /// Reads the name of a status.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

impl Invitation {
    /// The data of every invitation.
    pub fn details(&self) -> &InvitationDetails {
        match self {
            Self::Pending(i) => &i.details,
            Self::Accepted(i) => &i.details,
            Self::Rejected(i) => &i.details,
            Self::Revoked(i) => &i.details,
        }
    }

    /// Whether a request at `now` is a retry of the one that created this invitation.
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

    /// Whether it is pending and expired.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        matches!(self, Self::Pending(pending) if pending.details.expiry <= now)
    }

    /// Returns the pending invitation. If it is not pending, the error is its status.
    pub fn pending(self) -> Result<PendingInvitation, InvitationStatus> {
        match self {
            Self::Pending(pending) => Ok(pending),
            other => Err(other.status()),
        }
    }
}

/// Why a person declined: 1 to 500 characters without control characters.
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
