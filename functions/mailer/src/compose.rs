//! From a queued mail to a message.

use domain::actor::Inviter;
use domain::credentials::password::RESET_LINK;
use domain::credentials::token::InvitationLink;
use domain::ids::{ClinicId, InvitationId, UserId};
use domain::invitation::{Invitation, InvitationDetails};
use domain::npi::NpiStatus;
use domain::person::email::Email;
use domain::user::{User, UserStatus};
use mail::{Can, Finding, Link, Message};
use store::{Mail, Notice, NoticeKind};

use crate::{Deps, NotNow};

/// The mail would help nobody any more, and why.
pub(crate) struct Pointless(pub(crate) &'static str);

/// Composes from what the table says now, not from the stream's older image.
pub(crate) async fn message(deps: &Deps, mail: Mail) -> Result<Result<Message, Pointless>, NotNow> {
    match mail {
        Mail::Invitation(invitation) => match *invitation {
            Invitation::Pending(pending) => invite(deps, &pending.details).await.map(Ok),
            ended => {
                let status = ended.status().as_str();
                tracing::info!(status, "invitation ended before its mail was sent");
                Ok(Err(Pointless("not sent: the invitation ended before")))
            }
        },
        Mail::Notice(notice) => self::notice(deps, &notice).await,
    }
}

async fn invite(deps: &Deps, details: &InvitationDetails) -> Result<Message, NotNow> {
    let clinic =
        deps.store.load_clinic(details.clinic).await?.ok_or(NotNow::Compose("no clinic"))?;
    let permissions = &details.profile.permissions;
    let link = InvitationLink {
        clinic: details.clinic,
        invitation: details.id,
        generation: details.generation,
    };
    let token = deps.keyring.invitation_token(&link);
    let mail = mail::Invitation {
        clinic_name: clinic.name.as_str().to_owned(),
        inviter: inviter(deps, details).await?,
        first_name: details.profile.name.first.as_str().to_owned(),
        can: Can {
            administer: permissions.manages_clinic(),
            manage_studies: permissions.manage_studies,
            create_reports: permissions.can_create_reports(),
            dashboard: permissions.has_dashboard_access(),
        },
        link: Link::new(format!("{}#token={}", deps.accept_url, token.reveal())),
        expires: details.expiry,
    };
    rendered(mail.render(&details.email, clinic.reply_to.as_ref()))
}

async fn inviter(deps: &Deps, details: &InvitationDetails) -> Result<Option<String>, NotNow> {
    let Inviter::User(id) = details.invited_by else {
        return Ok(None);
    };
    let user = deps.store.load_user(details.clinic, id).await?;
    Ok(user.map(|user| user.profile.name.first_and_last()))
}

async fn notice(deps: &Deps, notice: &Notice) -> Result<Result<Message, Pointless>, NotNow> {
    match notice.kind {
        NoticeKind::NewLinkRequested { clinic, invitation } => {
            let found = deps.store.load_invitation(clinic, invitation).await?;
            let Some(Invitation::Pending(pending)) = found else {
                return Ok(Err(Pointless("not sent: the invitation ended before")));
            };
            new_link_requested(deps, clinic, &notice.to, invitation, &pending.details).await.map(Ok)
        }
        NoticeKind::NpiNotVerified { clinic, user } => {
            npi_not_verified(deps, (clinic, user), &notice.to).await
        }
        NoticeKind::PasswordReset => password_reset(deps, notice).await,
    }
}

/// Only whoever has an account and access somewhere gets a link; the request for it was answered
/// alike for everybody.
async fn password_reset(
    deps: &Deps,
    notice: &Notice,
) -> Result<Result<Message, Pointless>, NotNow> {
    let expires = notice.id.created_at().plus(RESET_LINK);
    if expires <= deps.clock.now() {
        return Ok(Err(Pointless("not sent: the link has run out")));
    }
    let (account, memberships) = deps.store.load_account_and_memberships(&notice.to).await?;
    let users = deps.store.load_users(&memberships).await?;
    let open = users.iter().any(|user| user.status == UserStatus::Active);
    if account.is_none() || !open {
        return Ok(Err(Pointless("not sent: no such account is open")));
    }
    let token = deps.keyring.password_reset_token(notice.id);
    let mail = mail::PasswordReset {
        link: Link::new(format!("{}#token={}", deps.reset_url, token.reveal())),
        expires,
    };
    rendered(mail.render(&notice.to)).map(Ok)
}

async fn new_link_requested(
    deps: &Deps,
    clinic: ClinicId,
    to: &Email,
    id: InvitationId,
    details: &InvitationDetails,
) -> Result<Message, NotNow> {
    let clinic = deps.store.load_clinic(clinic).await?.ok_or(NotNow::Compose("no clinic"))?;
    let mail = mail::RenewalRequested {
        clinic_name: clinic.name.as_str().to_owned(),
        person_name: details.profile.name.first_and_last(),
        dashboard_url: format!("{}#invitation={id}", deps.dashboard_url),
    };
    rendered(mail.render(to))
}

async fn npi_not_verified(
    deps: &Deps,
    (clinic, id): (ClinicId, UserId),
    to: &Email,
) -> Result<Result<Message, Pointless>, NotNow> {
    let user = deps.store.load_user(clinic, id).await?;
    let found = user.and_then(|user| Some((finding(&user)?, user.profile.name.first_and_last())));
    let Some((finding, person_name)) = found else {
        return Ok(Err(Pointless("not sent: it was put right before")));
    };
    let clinic = deps.store.load_clinic(clinic).await?.ok_or(NotNow::Compose("no clinic"))?;
    let mail = mail::NpiNotVerified {
        clinic_name: clinic.name.as_str().to_owned(),
        person_name,
        finding,
        dashboard_url: format!("{}#user={id}", deps.dashboard_url),
    };
    rendered(mail.render(to)).map(Ok)
}

/// What still keeps an active person from creating the reports that were granted.
fn finding(user: &User) -> Option<Finding> {
    let permissions = &user.profile.permissions;
    let (_, verification) = permissions.npi()?;
    match verification {
        _ if user.status == UserStatus::Deactivated || !permissions.can_create_reports() => None,
        NpiStatus::Deactivated => Some(Finding::Deactivated),
        NpiStatus::NotFound => Some(Finding::NotFound),
        NpiStatus::NameMismatch => Some(Finding::OtherSurname),
        NpiStatus::Pending | NpiStatus::Verified(_) => None,
    }
}

fn rendered(message: Result<Message, mail::RenderError>) -> Result<Message, NotNow> {
    message.map_err(|error| {
        tracing::error!(%error, "mail template");
        NotNow::Compose("template")
    })
}
