//! The audit record of a request.

use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject, AuditRecord};
use domain::ids::{AuditId, ClinicId};
use domain::invitation::{Invitation, InvitationTransition};
use domain::person::permissions::Permissions;
use domain::user::UserChange;

use crate::context::Context;

/// Who asks and from where: what an audit record needs besides the change itself.
#[derive(Clone, Debug)]
pub struct Requester {
    /// Who.
    pub actor: Actor,
    /// From where.
    pub ip: Option<String>,
}

impl Requester {
    /// The record of what was done to an object.
    pub fn record(
        &self,
        context: &Context,
        clinic: ClinicId,
        action: AuditAction,
        object: AuditObject,
        (before, after): (Option<Permissions>, Option<Permissions>),
    ) -> AuditRecord {
        let at = context.now();
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
    pub fn invitation(
        &self,
        context: &Context,
        change: &InvitationTransition<Invitation>,
    ) -> AuditRecord {
        let details = change.next.details();
        let permissions = (Some(change.before.permissions), Some(details.profile.permissions));
        self.record(
            context,
            details.clinic,
            change.action,
            AuditObject::Invitation(details.id),
            permissions,
        )
    }

    /// The record of a changed user.
    pub fn user(&self, context: &Context, change: &UserChange) -> AuditRecord {
        let user = &change.next;
        let permissions = (Some(change.before), Some(user.profile.permissions));
        let object = AuditObject::User(user.id);
        self.record(context, user.clinic, change.action, object, permissions)
    }
}
