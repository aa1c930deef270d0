//! `{"correctOwnerEmail": ...}`: a new clinic's owner is invited at another address.
//!
//! The API lets no one revoke an owner's invitation, because it may be the only way into the clinic.

use changes::{Attempt, Requester};
use domain::actor::{Actor, Inviter};
use domain::audit::{AuditAction, AuditObject, AuditRecord, NameChange};
use domain::ids::{ClinicId, InvitationId};
use domain::invitation::{
    Fingerprint, Invitation, InvitationStatus, NewInvitation, PendingInvitation,
};
use domain::person::email::Email;
use domain::person::permissions::Level;
use serde::{Deserialize, Serialize};

use crate::{Deps, ID_INVALID, ProvisionError, check_field};

/// `{"correctOwnerEmail": {"clinicId": "...", "invitationId": "inv_...", "email": "..."}}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CorrectOwnerEmailRequest {
    /// The invitation and the right address.
    pub correct_owner_email: OwnerEmail,
}

/// An owner's invitation and the right address.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnerEmail {
    /// The clinic's UUID.
    pub clinic_id: String,
    /// `inv_` and 32 hex characters.
    pub invitation_id: String,
    /// The right address.
    pub email: String,
}

/// The invitation at the right address.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CorrectedOwner {
    /// The new invitation. The old one is revoked.
    pub invitation_id: String,
}

/// Why the address was not corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnerRefusal {
    /// The clinic has no such invitation.
    #[error("the clinic has no invitation with this id")]
    NoSuchInvitation,
    /// It is not an owner's.
    #[error("this is not an owner's invitation: revoke it with the API and invite again")]
    NotAnOwner,
    /// It is no longer pending.
    #[error("the invitation is {0}, and only one that is sent can be corrected")]
    NotPending(&'static str),
    /// The address is the same.
    #[error("the invitation has this address already: resend it")]
    SameAddress,
    /// Someone else in the clinic has the address.
    #[error("another person in the clinic has this address, or a pending invitation to it")]
    AddressTaken,
}

/// Revokes an owner's invitation and invites the same person at another address, in one transaction.
pub(crate) async fn correct(
    deps: &Deps,
    wanted: &OwnerEmail,
) -> Result<CorrectedOwner, ProvisionError> {
    let clinic =
        check_field("clinicId", ClinicId::parse(&wanted.clinic_id).map_err(|_| ID_INVALID))?;
    let id = InvitationId::parse(&wanted.invitation_id).map_err(|_| ID_INVALID);
    let id = check_field("invitationId", id)?;
    let email = check_field("email", Email::parse(&wanted.email))?;
    changes::retry!(async {
        let found = deps.context.store.load_invitation(clinic, id).await?;
        let pending = require_owner(found.ok_or(OwnerRefusal::NoSuchInvitation)?, &email)?;
        write_correction(deps, pending, &email).await
    })
}

fn require_owner(invitation: Invitation, email: &Email) -> Result<PendingInvitation, OwnerRefusal> {
    let status = invitation.status();
    let Invitation::Pending(pending) = invitation else {
        return Err(OwnerRefusal::NotPending(status.as_str()));
    };
    debug_assert_eq!(status, InvitationStatus::Sent);
    if pending.details.profile.permissions.level() != Level::Owner {
        return Err(OwnerRefusal::NotAnOwner);
    }
    if pending.details.email.normalized() == email.normalized() {
        return Err(OwnerRefusal::SameAddress);
    }
    Ok(pending)
}

async fn write_correction(
    deps: &Deps,
    pending: PendingInvitation,
    email: &Email,
) -> Result<Attempt<CorrectedOwner>, ProvisionError> {
    let (context, store, now) = (&deps.context, &deps.context.store, deps.context.now());
    let old = pending.details.clone();
    let clinic = store.load_clinic(old.clinic).await?.ok_or(OwnerRefusal::NoSuchInvitation)?;
    let invitation = NewInvitation {
        id: InvitationId::new(now, context.entropy.as_ref()),
        clinic: old.clinic,
        email: email.clone(),
        profile: old.profile.clone(),
        invited_by: Inviter::Operator,
        open_for: clinic.invitation_days.duration(),
        fingerprint: Fingerprint::of(&[b"correct", old.id.bytes()]),
    }
    .create(now);
    let (id, expiry) = (invitation.details.id, invitation.details.expiry);
    let wrong = store.load_email_claim(old.clinic, &old.email).await?;
    let right = store.load_email_claim(old.clinic, email).await?;
    if right.holder_other_than(id, now).is_some() {
        return Err(OwnerRefusal::AddressTaken.into());
    }
    let operator = Requester::new(Actor::Operator, None);
    let revoked = pending.revoke(now).map(Invitation::from);
    let mut tx = operator.start(context, &operator.invitation_record(context, &revoked))?;
    let (action, object) = (AuditAction::InvitationCreated, AuditObject::Invitation(id));
    let permissions = (None, Some(old.profile.permissions));
    let record = operator.audit_record(context, old.clinic, action, object, permissions);
    let names = NameChange::new_person(&old.profile.name);
    tx.put_audit_record(&AuditRecord { names, role: Some(old.profile.role), ..record })?;
    tx.replace_invitation(&revoked)?;
    tx.put_invitation(invitation)?;
    if let Some(free) = wrong.release(old.id) {
        tx.put_email_claim(old.clinic, &old.email, &free)?;
    }
    tx.put_email_claim(old.clinic, email, &right.hold_for_invitation(id, expiry))?;
    Ok(Attempt::of(tx.commit().await?, CorrectedOwner { invitation_id: id.to_string() }))
}
