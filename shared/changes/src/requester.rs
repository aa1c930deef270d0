//! The audit record of a change.

use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject, AuditRecord, NameChange, ReceiverChange};
use domain::ids::{ApiKeyId, AuditId, ClinicId};
use domain::invitation::{Invitation, InvitationTransition};
use domain::person::permissions::Permissions;
use domain::review::ReviewFacts;
use domain::user::{User, UserChange};
use store::{StoreError, Transaction};

use crate::context::Context;

/// Who makes a change, and from where.
#[derive(Clone, Debug)]
pub struct Requester {
    /// Who makes the change.
    pub actor: Actor,
    /// The network address that the request came from.
    pub ip: Option<String>,
    /// The authority that the change rests on. `None` for a change that needs none, such as the
    /// invitee's own.
    authority: Option<Authority>,
}

/// The authority of a caller, as the table had it when the request began.
#[derive(Clone, Debug)]
pub enum Authority {
    /// A signed-in person.
    User(Box<User>),
    /// An API key of a clinic.
    ApiKey(ClinicId, ApiKeyId),
}

impl Requester {
    /// A requester whose change needs no authority.
    pub fn new(actor: Actor, ip: Option<String>) -> Self {
        Self { actor, ip, authority: None }
    }

    /// A requester whose changes rest on this authority.
    pub fn with_authority(actor: Actor, ip: Option<String>, authority: Authority) -> Self {
        Self { actor, ip, authority: Some(authority) }
    }

    /// Starts a transaction with its audit record. It commits only while the requester still has the
    /// authority of the start of the request, so that a change that races a revocation loses.
    pub fn start(
        &self,
        context: &Context,
        record: &AuditRecord,
    ) -> Result<Transaction, StoreError> {
        let mut tx = context.store.transaction(record)?;
        match &self.authority {
            // The transaction replaces this user, whose version guards it. A transaction cannot hold an
            // item twice.
            Some(Authority::User(user)) if record.object == AuditObject::User(user.id) => {}
            Some(Authority::User(user)) => tx.require_same_authority(user)?,
            Some(Authority::ApiKey(clinic, id)) => {
                tx.require_working_key((*clinic, *id), context.now())?;
            }
            None => {}
        }
        Ok(tx)
    }

    /// Starts a transaction that makes a secret in the requester's name. A change of the requester at the
    /// same time then sees the secret.
    pub fn start_secret(
        &self,
        context: &Context,
        record: &AuditRecord,
    ) -> Result<Transaction, StoreError> {
        match &self.authority {
            Some(Authority::User(user)) => {
                let mut tx = context.store.transaction(record)?;
                tx.require_same_authority_and_touch(user)?;
                Ok(tx)
            }
            _ => self.start(context, record),
        }
    }

    /// The audit record of an action. The access log names the same object.
    pub fn audit_record(
        &self,
        context: &Context,
        clinic: ClinicId,
        action: AuditAction,
        object: AuditObject,
        (before, after): (Option<Permissions>, Option<Permissions>),
    ) -> AuditRecord {
        let at = context.now();
        tracing::Span::current().record("object", tracing::field::display(&object));
        AuditRecord {
            id: AuditId::new(at, context.entropy.as_ref()),
            clinic,
            at,
            actor: self.actor,
            action,
            object,
            before,
            after,
            names: NameChange::default(),
            receiver: ReceiverChange::default(),
            role: None,
            deliveries: 0,
            ip: self.ip.clone(),
            review: ReviewFacts::default(),
        }
    }

    /// The record of a changed invitation.
    pub fn invitation_record(
        &self,
        context: &Context,
        change: &InvitationTransition<Invitation>,
    ) -> AuditRecord {
        let details = change.next.details();
        let permissions = (Some(change.before.permissions), Some(details.profile.permissions));
        let names = NameChange::between(&change.before.name, &details.profile.name);
        let object = AuditObject::Invitation(details.id);
        let record = self.audit_record(context, details.clinic, change.action, object, permissions);
        let deliveries = details.recent_delivery(record.at);
        AuditRecord { names, role: Some(details.profile.role), deliveries, ..record }
    }

    /// The record of a changed user.
    pub fn user_record(&self, context: &Context, change: &UserChange) -> AuditRecord {
        let user = &change.next;
        let permissions = (Some(change.before.permissions), Some(user.profile.permissions));
        let names = NameChange::between(&change.before.name, &user.profile.name);
        let object = AuditObject::User(user.id);
        let record = self.audit_record(context, user.clinic, change.action, object, permissions);
        let review = ReviewFacts { change: user.changes, ..record.review };
        AuditRecord { names, role: Some(user.profile.role), review, ..record }
    }
}
