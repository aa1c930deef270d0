//! `{"requeueEmail": ...}`: an email that is stuck goes out with the same link.

use changes::Requester;
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject};
use domain::ids::{ClinicId, InvitationId, NoticeId};
use serde::{Deserialize, Serialize};
use store::{CommitOutcome, MailId};

use crate::{Deps, ID_INVALID, ProvisionError, check_field};

/// `{"requeueEmail": {"clinicId": "...", "invitationId": "inv_..."}}`, or
/// `{"requeueEmail": {"noticeId": "mail_..."}}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequeueEmailRequest {
    /// Which email.
    pub requeue_email: StuckEmail,
}

/// An email.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", untagged, deny_unknown_fields)]
pub enum StuckEmail {
    /// Of an invitation.
    #[serde(rename_all = "camelCase")]
    Invitation {
        /// The clinic's UUID.
        clinic_id: String,
        /// `inv_` and 32 hex characters.
        invitation_id: String,
    },
    /// Any other.
    #[serde(rename_all = "camelCase")]
    Notice {
        /// `mail_` and 32 hex characters, as the key of its item has it.
        notice_id: String,
    },
}

/// The email is in the queue.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequeuedEmail {
    /// The id of the invitation or the notice.
    pub requeued: String,
}

/// Why an email was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequeueRefusal {
    /// There is no such email.
    #[error("there is no such email. A notice is kept for 30 days")]
    NoSuchEmail,
    /// It is not stuck.
    #[error(
        "nothing changed. Only an email that is queued, or whose attempt ended a minute ago, can be queued again, and only of a pending invitation. To send another link, resend the invitation"
    )]
    NotStuck,
}

/// Queues an email again.
pub(crate) async fn requeue(
    deps: &Deps,
    email: &StuckEmail,
) -> Result<RequeuedEmail, ProvisionError> {
    let (mail, clinic, object) = find(deps, email).await?;
    let context = &deps.context;
    let operator = Requester::new(Actor::Operator, None);
    let record =
        operator.audit_record(context, clinic, AuditAction::EmailRequeued, object, (None, None));
    let mut tx = context.store.transaction(&record)?;
    tx.requeue_mail(mail, context.now())?;
    match tx.commit().await? {
        CommitOutcome::Committed => Ok(RequeuedEmail { requeued: object.to_string() }),
        CommitOutcome::Conflict(_) => Err(RequeueRefusal::NotStuck.into()),
    }
}

async fn find(
    deps: &Deps,
    email: &StuckEmail,
) -> Result<(MailId, ClinicId, AuditObject), ProvisionError> {
    let store = &deps.context.store;
    match email {
        StuckEmail::Invitation { clinic_id, invitation_id } => {
            let clinic = ClinicId::parse(clinic_id).map_err(|_| ID_INVALID);
            let clinic = check_field("clinicId", clinic)?;
            let id = InvitationId::parse(invitation_id).map_err(|_| ID_INVALID);
            let id = check_field("invitationId", id)?;
            let invitation = store.load_invitation(clinic, id).await?;
            let invitation = invitation.ok_or(RequeueRefusal::NoSuchEmail)?;
            let generation = invitation.details().generation;
            let mail = MailId::Invitation { clinic, id, generation };
            Ok((mail, clinic, AuditObject::Invitation(id)))
        }
        StuckEmail::Notice { notice_id } => {
            let id = NoticeId::parse(notice_id).map_err(|_| ID_INVALID);
            let id = check_field("noticeId", id)?;
            let notice = store.load_notice(id).await?.ok_or(RequeueRefusal::NoSuchEmail)?;
            let clinic = notice.kind.clinic().unwrap_or(ClinicId::OPERATOR);
            Ok((MailId::Notice(id), clinic, AuditObject::Notice(id)))
        }
    }
}
