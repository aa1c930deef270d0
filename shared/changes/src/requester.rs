//! The audit record of a change.

use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject, AuditRecord};
use domain::ids::{AuditId, ClinicId};
use domain::invitation::{Invitation, InvitationTransition};
use domain::person::permissions::Permissions;
use domain::user::UserChange;

use crate::context::Context;

/// Who makes a change, and from where.
#[derive(Clone, Debug)]
pub struct Requester {
    /// Who makes the change.
    pub actor: Actor,
    /// The network address that the request came from.
    pub ip: Option<String>,
}

impl Requester {
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
            ip: self.ip.clone(),
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
        self.audit_record(
            context,
            details.clinic,
            change.action,
            AuditObject::Invitation(details.id),
            permissions,
        )
    }

    /// The record of a changed user.
    pub fn user_record(&self, context: &Context, change: &UserChange) -> AuditRecord {
        let user = &change.next;
        let permissions = (Some(change.before), Some(user.profile.permissions));
        let object = AuditObject::User(user.id);
        self.audit_record(context, user.clinic, change.action, object, permissions)
    }
}
