//! Composes the message of a queued email.

use domain::actor::{Actor, Inviter};
use domain::alert::SecurityAlert;
use domain::audit::AuditObject;
use domain::clinic::Clinic;
use domain::credentials::password::RESET_LINK;
use domain::credentials::token::InvitationLink;
use domain::ids::{ClinicId, InvitationId, UserId};
use domain::invitation::{Invitation, InvitationDetails};
use domain::npi::{NpiStatus, RegistryName};
use domain::person::email::Email;
use domain::person::profile::Profile;
use domain::time::Timestamp;
use domain::user::{User, UserStatus};
use mail::{
    Abilities, AlertEmail, DashboardAccessEmail, InvitationEmail, Link, Message,
    NpiNotVerifiedEmail, NpiProblem, PasswordResetEmail, RenewalEmail, ReportingGrantedEmail,
};
use store::{Mail, Notice, NoticeKind};

use crate::{Deps, MailerError};

/// The result of composing an email.
pub(crate) enum ComposeOutcome {
    /// The email to send.
    Message(Box<Message>),
    /// The email is no longer useful, for this reason.
    Obsolete(&'static str),
}

impl From<Message> for ComposeOutcome {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}

const INVITATION_ENDED: ComposeOutcome =
    ComposeOutcome::Obsolete("not sent: the invitation was no longer pending");

const INVITATION_EXPIRED: ComposeOutcome =
    ComposeOutcome::Obsolete("not sent: the invitation expired first; resend");

/// Whether an email says nothing that still holds.
pub(crate) fn is_ended(mail: &Mail, now: Timestamp) -> bool {
    match mail {
        Mail::Invitation(invitation) => match invitation.as_ref() {
            Invitation::Pending(pending) => pending.details.expiry <= now,
            _ => true,
        },
        Mail::Notice(_) => false,
    }
}

/// Composes an email from the table, because the stream's image may be out of date.
pub(crate) async fn compose(deps: &Deps, mail: Mail) -> Result<ComposeOutcome, MailerError> {
    match mail {
        Mail::Invitation(invitation) => match *invitation {
            Invitation::Pending(pending) if pending.details.expiry <= deps.clock.now() => {
                Ok(INVITATION_EXPIRED)
            }
            Invitation::Pending(pending) => {
                Ok(compose_invitation(deps, &pending.details).await?.into())
            }
            ended => {
                let status = ended.status().as_str();
                tracing::info!(status, "email not sent: its invitation is no longer pending");
                Ok(INVITATION_ENDED)
            }
        },
        Mail::Notice(notice) => compose_notice(deps, &notice).await,
    }
}

async fn compose_invitation(
    deps: &Deps,
    details: &InvitationDetails,
) -> Result<Message, MailerError> {
    let clinic = load_clinic(deps, details.clinic).await?;
    let permissions = &details.profile.permissions;
    let link = InvitationLink {
        clinic: details.clinic,
        invitation: details.id,
        generation: details.generation,
    };
    let token = deps.invitation_links.invitation_token(&link);
    let email = InvitationEmail {
        clinic_name: clinic.name.as_str().to_owned(),
        inviter: load_inviter_name(deps, details).await?,
        first_name: details.profile.name.first.as_str().to_owned(),
        abilities: Abilities {
            administer: permissions.manages_clinic(),
            manage_studies: permissions.manage_studies,
            create_reports: permissions.can_create_reports(),
            dashboard: permissions.has_dashboard_access(),
        },
        link: Link::new(format!("{}/accept#token={}", deps.public_url, token.reveal())),
        expires: details.expiry,
        time_zone: clinic.time_zone,
    };
    check_rendered(email.render(&details.email, clinic.reply_to.as_ref()))
}

async fn load_inviter_name(
    deps: &Deps,
    details: &InvitationDetails,
) -> Result<Option<String>, MailerError> {
    let Inviter::User(id) = details.invited_by else {
        return Ok(None);
    };
    let user = deps.store.load_user(details.clinic, id).await?;
    Ok(user.map(|user| user.profile.name.first_and_last()))
}

async fn compose_notice(deps: &Deps, notice: &Notice) -> Result<ComposeOutcome, MailerError> {
    match notice.kind {
        NoticeKind::NewLinkRequested { clinic, invitation } => {
            let found = deps.store.load_invitation(clinic, invitation).await?;
            let Some(Invitation::Pending(pending)) = found else {
                return Ok(INVITATION_ENDED);
            };
            let link = (clinic, invitation);
            Ok(compose_renewal(deps, link, &notice.to, &pending.details).await?.into())
        }
        NoticeKind::NpiNotVerified { clinic, user } => {
            compose_npi_not_verified(deps, (clinic, user), &notice.to).await
        }
        NoticeKind::DashboardGranted { clinic, user } => {
            compose_dashboard_access(deps, (clinic, user), notice).await
        }
        NoticeKind::ReportingGranted { clinic, person, granter } => {
            let people = (clinic, person, granter);
            Ok(compose_reporting_granted(deps, people, &notice.to).await?.into())
        }
        NoticeKind::PasswordReset => compose_password_reset(deps, notice).await,
        NoticeKind::Alert(alert) => Ok(compose_alert(deps, alert, notice).await?.into()),
    }
}

async fn compose_alert(
    deps: &Deps,
    alert: SecurityAlert,
    notice: &Notice,
) -> Result<Message, MailerError> {
    let clinic = load_clinic(deps, alert.clinic).await?;
    let (object_name, to_object) = match alert.object {
        AuditObject::ApiKey(id) => {
            let key = deps.store.load_api_key(alert.clinic, id).await?;
            let key = key.ok_or(MailerError::Compose("its API key is missing"))?;
            (key.key.description.as_str().to_owned(), false)
        }
        AuditObject::User(id) => {
            let user = deps.store.load_user(alert.clinic, id).await?;
            let user = user.ok_or(MailerError::Compose("its user is missing"))?;
            let to_user = user.email.normalized() == notice.to.normalized();
            (user.profile.name.first_and_last(), to_user)
        }
        AuditObject::Webhook(id) => {
            let webhook = deps.store.load_webhook(alert.clinic, id).await?;
            let webhook = webhook.ok_or(MailerError::Compose("its webhook is missing"))?;
            (webhook.description.as_str().to_owned(), false)
        }
        _ => return Err(MailerError::Compose("its object has no name")),
    };
    let email = AlertEmail {
        clinic_name: clinic.name.as_str().to_owned(),
        event: alert.event,
        actor_name: load_actor_name(deps, alert).await?,
        object_name,
        to_object,
        at: notice.id.created_at(),
        time_zone: clinic.time_zone,
        dashboard_url: format!("{}/", deps.public_url),
    };
    check_rendered(email.render(&notice.to))
}

/// Who did something, as the subject of a sentence.
async fn load_actor_name(deps: &Deps, alert: SecurityAlert) -> Result<String, MailerError> {
    let person = |user: Option<User>| user.map(|user| user.profile.name.first_and_last());
    let name = match alert.actor {
        Actor::User(id) => person(deps.store.load_user(alert.clinic, id).await?),
        Actor::ApiKey(id) => {
            let key = deps.store.load_api_key(alert.clinic, id).await?;
            key.map(|key| format!("The API key \u{201c}{}\u{201d}", key.key.description.as_str()))
        }
        Actor::Operator => Some("The operator of AutoScribe".to_owned()),
        Actor::Invitee(_) | Actor::Viewer(_) | Actor::System => None,
    };
    Ok(name.unwrap_or_else(|| "AutoScribe".to_owned()))
}

/// Composes the email only if the address has an account and an active user. The answer to the
/// request couldn't depend on that, because it would show who has an account.
async fn compose_password_reset(
    deps: &Deps,
    notice: &Notice,
) -> Result<ComposeOutcome, MailerError> {
    let expires = notice.id.created_at().plus(RESET_LINK);
    if expires <= deps.clock.now() {
        return Ok(ComposeOutcome::Obsolete("not sent: the link had expired"));
    }
    let (account, memberships) = deps.store.load_account_and_memberships(&notice.to).await?;
    let users = deps.store.load_users(&memberships).await?;
    let active = users.iter().any(|user| user.status == UserStatus::Active);
    if account.is_none() || !active {
        return Ok(ComposeOutcome::Obsolete("not sent: the address has no active account"));
    }
    let email = PasswordResetEmail { link: password_link(deps, notice), expires };
    Ok(check_rendered(email.render(&notice.to))?.into())
}

/// Composes the email about dashboard access. It holds a link to set a password if the account has none.
async fn compose_dashboard_access(
    deps: &Deps,
    (clinic, id): (ClinicId, UserId),
    notice: &Notice,
) -> Result<ComposeOutcome, MailerError> {
    let user = deps.store.load_user(clinic, id).await?;
    let signs_in = |user: &User| {
        user.status == UserStatus::Active && user.profile.permissions.has_dashboard_access()
    };
    let Some(user) = user.filter(signs_in) else {
        return Ok(ComposeOutcome::Obsolete("not sent: the person no longer has dashboard access"));
    };
    let (account, _) = deps.store.load_account_and_memberships(&notice.to).await?;
    let has_password = account.is_some_and(|account| account.password.is_some());
    let expires = notice.id.created_at().plus(RESET_LINK);
    let clinic = load_clinic(deps, clinic).await?;
    let email = DashboardAccessEmail {
        clinic_name: clinic.name.as_str().to_owned(),
        first_name: user.profile.name.first.as_str().to_owned(),
        set_password: (!has_password).then(|| (password_link(deps, notice), expires)),
        time_zone: clinic.time_zone,
        dashboard_url: format!("{}/", deps.public_url),
    };
    Ok(check_rendered(email.render(&notice.to))?.into())
}

/// The link to set a password that belongs to a notice.
fn password_link(deps: &Deps, notice: &Notice) -> Link {
    let token = deps.password_links.password_reset_token(notice.id);
    Link::new(format!("{}/reset#token={}", deps.public_url, token.reveal()))
}

async fn compose_renewal(
    deps: &Deps,
    (clinic, id): (ClinicId, InvitationId),
    to: &Email,
    details: &InvitationDetails,
) -> Result<Message, MailerError> {
    let clinic = load_clinic(deps, clinic).await?;
    let email = RenewalEmail {
        clinic_name: clinic.name.as_str().to_owned(),
        person_name: details.profile.name.first_and_last(),
        dashboard_url: format!("{}/users/invitations/{id}", deps.public_url),
    };
    check_rendered(email.render(to))
}

async fn compose_npi_not_verified(
    deps: &Deps,
    (clinic, id): (ClinicId, UserId),
    to: &Email,
) -> Result<ComposeOutcome, MailerError> {
    let user = deps.store.load_user(clinic, id).await?;
    let found =
        user.and_then(|user| Some((npi_problem(&user)?, user.profile.name.first_and_last())));
    let Some((problem, person_name)) = found else {
        return Ok(ComposeOutcome::Obsolete("not sent: the NPI problem was already fixed"));
    };
    let clinic = load_clinic(deps, clinic).await?;
    let email = NpiNotVerifiedEmail {
        clinic_name: clinic.name.as_str().to_owned(),
        person_name,
        problem,
        dashboard_url: format!("{}/users/{id}", deps.public_url),
    };
    Ok(check_rendered(email.render(to))?.into())
}

/// Composes the email even if the permission was taken away since. Someone had it.
async fn compose_reporting_granted(
    deps: &Deps,
    (clinic, id, granter): (ClinicId, UserId, UserId),
    to: &Email,
) -> Result<Message, MailerError> {
    let person = load_person(deps, clinic, id).await?;
    let granter = deps.store.load_user(clinic, granter).await?;
    let granter = granter.ok_or(MailerError::Compose("its granter is missing"))?;
    let registry = person.profile.vouched.registry.as_ref();
    let email = ReportingGrantedEmail {
        clinic_name: load_clinic(deps, clinic).await?.name.as_str().to_owned(),
        person_name: person.profile.name.first_and_last(),
        person_email: person.email,
        registry_name: registry.and_then(RegistryName::first_and_last),
        granter_name: granter.profile.name.first_and_last(),
        dashboard_url: format!("{}{}", deps.public_url, person.page),
    };
    check_rendered(email.render(to))
}

/// A user or an invited person.
struct PersonOnFile {
    email: Email,
    profile: Profile,
    /// The path of the person's page of the dashboard.
    page: String,
}

/// Loads a user, or else the invitation of a person who has not accepted.
async fn load_person(
    deps: &Deps,
    clinic: ClinicId,
    id: UserId,
) -> Result<PersonOnFile, MailerError> {
    if let Some(user) = deps.store.load_user(clinic, id).await? {
        let page = format!("/users/{id}");
        return Ok(PersonOnFile { email: user.email, profile: user.profile, page });
    }
    let invitation = deps.store.load_invitation(clinic, id.invitation_id()).await?;
    let invitation = invitation.ok_or(MailerError::Compose("its person is missing"))?;
    let details = invitation.details();
    let (email, profile) = (details.email.clone(), details.profile.clone());
    Ok(PersonOnFile { email, profile, page: format!("/users/invitations/{}", details.id) })
}

/// Why the registry doesn't confirm the NPI of a person who may create reports. `None` if it does, or
/// if the person may not create reports.
fn npi_problem(user: &User) -> Option<NpiProblem> {
    let permissions = &user.profile.permissions;
    let (_, verification) = permissions.npi()?;
    match verification {
        _ if user.status != UserStatus::Active || !permissions.can_create_reports() => None,
        NpiStatus::Deactivated => Some(NpiProblem::Deactivated),
        NpiStatus::NotFound => Some(NpiProblem::NotFound),
        NpiStatus::NameMismatch => Some(NpiProblem::OtherSurname),
        NpiStatus::Pending | NpiStatus::Verified(_) => None,
    }
}

async fn load_clinic(deps: &Deps, id: ClinicId) -> Result<Clinic, MailerError> {
    deps.store.load_clinic(id).await?.ok_or(MailerError::Compose("its clinic is missing"))
}

fn check_rendered(message: Result<Message, mail::RenderError>) -> Result<Message, MailerError> {
    message.map_err(|error| {
        tracing::error!(%error, "email template failed to render");
        MailerError::Compose("its template failed to render")
    })
}
