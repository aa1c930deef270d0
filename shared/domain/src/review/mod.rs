//! The access review: who could do what on one day, and who granted it.
//!
//! It follows from the audit records of people, API keys and views. A history that lacks a record is refused,
//! so a review is complete or there is none.

mod day;
mod key;
mod person;
mod used;
mod view;

pub use day::{DayOutOfRange, ReviewDay};
pub use key::{KeyHistory, KeyReview};
pub use person::{PersonHistory, PersonPeriod, PersonReview};
pub use used::UsedDays;
pub use view::ReviewedView;

use crate::actor::Actor;
use crate::audit::{AuditAction, AuditObject, AuditRecord};
use crate::ids::{AccessId, ApiKeyId, UserId};
use crate::time::Timestamp;

/// What a review needs to know about a change, besides what it changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReviewFacts {
    /// Which change of the user it is. The acceptance is 1. 0 for other objects.
    pub change: u32,
    /// Who granted what begins: the permissions of an accepted invitation, or an opened view.
    pub granted_by: Option<Actor>,
    /// When an opened or revoked view ends, unless it is revoked before.
    pub until: Option<Timestamp>,
}

/// The records do not show every change. They come a moment after a change, so a later attempt can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("records of changes are missing")]
pub struct HistoryIncomplete;

/// What a record tells a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewSubject {
    /// What a person may do has changed.
    Person(UserId),
    /// An API key was created, rotated or revoked.
    ApiKey(ApiKeyId),
    /// A person's view was opened.
    OpenedView(UserId, AccessId),
    /// A person's open view was revoked.
    RevokedView(UserId, AccessId),
    /// A person signed in.
    SignIn(UserId),
}

impl ReviewSubject {
    /// What a record tells a review. `None` if it does not matter. A new action must decide here.
    pub fn of(record: &AuditRecord) -> Option<Self> {
        match record.action {
            AuditAction::InvitationAccepted => match record.object {
                AuditObject::Invitation(id) => Some(Self::Person(id.user_id())),
                _ => None,
            },
            // An invited person can do nothing yet, so their NPI does not matter.
            AuditAction::NpiAttested
            | AuditAction::NpiVerificationChanged
            | AuditAction::UserEdited
            | AuditAction::UserDeactivated
            | AuditAction::UserReactivated
            | AuditAction::UserReleased
            | AuditAction::OwnershipTransferred => match record.object {
                AuditObject::User(id) => Some(Self::Person(id)),
                _ => None,
            },
            AuditAction::ApiKeyCreated
            | AuditAction::ApiKeyRotated
            | AuditAction::ApiKeyRevoked => match record.object {
                AuditObject::ApiKey(id) => Some(Self::ApiKey(id)),
                _ => None,
            },
            AuditAction::SessionStarted => match record.actor {
                Actor::User(id) => Some(Self::SignIn(id)),
                _ => None,
            },
            AuditAction::AccessRedeemed => {
                view_of(record).map(|(user, access)| Self::OpenedView(user, access))
            }
            // A link that was revoked before it was opened has no end of a view.
            AuditAction::AccessRevoked => {
                let view = record.review.until.and_then(|_| view_of(record));
                view.map(|(user, access)| Self::RevokedView(user, access))
            }
            AuditAction::ClinicProvisioned
            | AuditAction::InvitationCreated
            | AuditAction::InvitationEdited
            | AuditAction::InvitationResent
            | AuditAction::InvitationRevoked
            | AuditAction::InvitationRejected
            | AuditAction::InvitationNewRequested
            | AuditAction::ClinicEdited
            | AuditAction::SessionEnded
            | AuditAction::SessionLocked
            | AuditAction::PasswordReset
            | AuditAction::PasswordChanged
            | AuditAction::AccessIssued(_)
            | AuditAction::AccessRefused(_)
            | AuditAction::EmailRequeued
            | AuditAction::ItemMarked
            | AuditAction::FeedRestarted
            | AuditAction::KeysChanged(_)
            | AuditAction::WebhookCreated
            | AuditAction::WebhookChanged
            | AuditAction::WebhookRotated
            | AuditAction::WebhookVerified
            | AuditAction::WebhookRequested(_)
            | AuditAction::WebhookDisabled(_)
            | AuditAction::WebhookEnded => None,
        }
    }
}

fn view_of(record: &AuditRecord) -> Option<(UserId, AccessId)> {
    match record.object {
        AuditObject::Access { id, user: Some(user), .. } => Some((user, id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
