//! The event of a change.

use super::{Event, EventData, EventType, PersonState};
use crate::actor::Actor;
use crate::audit::{AuditAction, AuditObject, AuditRecord};
use crate::credentials::key_set::KeySet;
use crate::delivery::DeliveryStatus;
use crate::grant::{Grant, GrantStatus};
use crate::ids::{EventId, InvitationId};
use crate::invitation::Invitation;
use crate::person::permissions::{Level, Permissions};
use crate::time::Timestamp;

impl Event {
    /// The event of an audited change. `None` if other systems do not learn of it.
    pub fn of_record(record: &AuditRecord) -> Option<Self> {
        let kind = type_of(record)?;
        let object = EventData::of_object(&record.object);
        let after = record.after.as_ref();
        let person = after.map(|after| PersonState::new(record.role, after));
        let data = match kind {
            EventType::NpiStatusChanged => EventData {
                person,
                previous_verification: record.before.as_ref().map(Permissions::verification_name),
                ..object
            },
            EventType::OwnershipTransferred => {
                EventData { person, previous_owner: former_owner(record.actor), ..object }
            }
            EventType::InvitationCreated
            | EventType::InvitationEdited
            | EventType::InvitationResent
            | EventType::InvitationAccepted
            | EventType::UserUpdated
            | EventType::UserReactivated => EventData { person, ..object },
            _ => match record.action {
                AuditAction::AccessIssued(mode) => EventData { mode: Some(mode), ..object },
                AuditAction::AccessRefused(why) => EventData { refusal: Some(why), ..object },
                AuditAction::KeysChanged(change) => {
                    EventData { key_change: Some(change), ..object }
                }
                _ => object,
            },
        };
        let id = EventId::of_record(record.id);
        Some(Self { id, kind, at: record.at, actor: record.actor, data })
    }

    /// The event of a changed delivery. `None` if an email is only queued, or nothing changed. `change`
    /// counts the changes of the invitation.
    pub fn of_delivery(
        invitation: InvitationId,
        change: u32,
        (before, after): (DeliveryStatus, DeliveryStatus),
        at: Timestamp,
    ) -> Option<Self> {
        if after == DeliveryStatus::Queued || before == after {
            return None;
        }
        let data = EventData {
            delivery: Some(after),
            previous_delivery: Some(before),
            ..EventData::of_invitation(invitation)
        };
        let id = EventId::of_delivery(invitation, change);
        let kind = EventType::InvitationDeliveryChanged;
        Some(Self { id, kind, at, actor: Actor::System, data })
    }

    /// The event of an invitation that expired. `None` if it is not pending or has not expired. A resent
    /// invitation can expire again.
    pub fn of_expiry(invitation: &Invitation, now: Timestamp) -> Option<Self> {
        if !invitation.is_expired(now) {
            return None;
        }
        let details = invitation.details();
        let generation = details.generation.to_be_bytes();
        Some(Self {
            id: EventId::of_parts(&[b"expired", details.id.bytes(), &generation]),
            kind: EventType::InvitationExpired,
            at: details.expiry,
            actor: Actor::System,
            data: EventData::of_invitation(details.id),
        })
    }

    /// The event of temporary access that ended by itself. `None` if it has not, or was revoked.
    pub fn of_end(grant: &Grant, now: Timestamp) -> Option<Self> {
        if grant.status(now) != GrantStatus::Ended {
            return None;
        }
        let details = grant.details();
        let data = EventData {
            opened: Some(grant.opening().is_some()),
            ..EventData::of_object(&details.audit_object())
        };
        Some(Self {
            id: EventId::of_parts(&[b"ended", details.id.bytes()]),
            kind: EventType::AccessEnded,
            at: grant.end()?,
            actor: Actor::System,
            data,
        })
    }
}

/// The type of a change's event. A new action must decide here whether it has one.
fn type_of(record: &AuditRecord) -> Option<EventType> {
    match record.action {
        AuditAction::InvitationCreated => Some(EventType::InvitationCreated),
        AuditAction::InvitationEdited => Some(EventType::InvitationEdited),
        AuditAction::InvitationResent => Some(EventType::InvitationResent),
        AuditAction::InvitationRevoked => Some(EventType::InvitationRevoked),
        AuditAction::InvitationAccepted => Some(EventType::InvitationAccepted),
        AuditAction::InvitationRejected => Some(EventType::InvitationRejected),
        AuditAction::NpiAttested | AuditAction::NpiVerificationChanged => {
            changes_verification(record).then_some(EventType::NpiStatusChanged)
        }
        AuditAction::UserEdited => Some(EventType::UserUpdated),
        AuditAction::UserDeactivated => Some(EventType::UserDeactivated),
        AuditAction::UserReactivated => Some(EventType::UserReactivated),
        AuditAction::UserReleased => Some(EventType::UserReleased),
        AuditAction::OwnershipTransferred => Some(transfer_of(record)),
        AuditAction::SessionLocked => Some(EventType::SessionLocked),
        AuditAction::ApiKeyCreated => Some(EventType::ApiKeyCreated),
        AuditAction::ApiKeyRevoked => Some(EventType::ApiKeyRevoked),
        AuditAction::ApiKeyRotated => Some(EventType::ApiKeyRotated),
        AuditAction::AccessIssued(_) => Some(EventType::AccessIssued),
        AuditAction::AccessRedeemed => Some(EventType::AccessOpened),
        AuditAction::AccessRevoked => Some(EventType::AccessRevoked),
        AuditAction::AccessRefused(_) => Some(EventType::AccessRefused),
        AuditAction::KeysChanged(_) => {
            let signing = record.object == AuditObject::Keys(KeySet::SigningKeys);
            signing.then_some(EventType::SigningKeyRotated)
        }
        AuditAction::ClinicProvisioned
        | AuditAction::InvitationNewRequested
        | AuditAction::ClinicEdited
        | AuditAction::SessionStarted
        | AuditAction::SessionEnded
        | AuditAction::PasswordReset
        | AuditAction::PasswordChanged
        | AuditAction::EmailRequeued
        | AuditAction::ItemMarked
        | AuditAction::FeedRestarted
        // They are about deliveries of events, and are in the audit.
        | AuditAction::WebhookCreated
        | AuditAction::WebhookChanged
        | AuditAction::WebhookRotated
        | AuditAction::WebhookVerified
        | AuditAction::WebhookRequested(_)
        | AuditAction::WebhookDisabled(_)
        | AuditAction::WebhookEnded => None,
    }
}

/// Whether the verification has another name now. A new name in the registry alone is no news.
fn changes_verification(record: &AuditRecord) -> bool {
    let name = |of: &Option<Permissions>| of.as_ref().map(Permissions::verification_name);
    name(&record.before) != name(&record.after)
}

/// A transfer has two records: the new owner's is the transfer, and the former owner's is an update.
fn transfer_of(record: &AuditRecord) -> EventType {
    match record.after.as_ref().map(Permissions::level) {
        Some(Level::Owner) => EventType::OwnershipTransferred,
        _ => EventType::UserUpdated,
    }
}

/// The owner who transferred the ownership.
fn former_owner(actor: Actor) -> Option<crate::ids::UserId> {
    match actor {
        Actor::User(id) => Some(id),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
