//! Provisioning: a clinic, its owner's invitation and a first API key, in one transaction.
//!
//! Invoked by whoever runs the service; it has no route.

use changes::{Context, Requester};
use domain::actor::Actor;
use domain::actor::Inviter;
use domain::audit::{AuditAction, AuditObject};
use domain::claim::Claim;
use domain::clinic::{Clinic, InvitationDays};
use domain::credentials::api_key::{ApiKey, ApiKeySecret, KeyDescription, Scope};
use domain::credentials::signing::PublicKey;
use domain::embed::{EmbedOrigin, EmbedOrigins};
use domain::entropy::Entropy;
use domain::field::Refusal;
use domain::ids::{ApiKeyId, ClinicId, InvitationId};
use domain::invitation::{Fingerprint, NewInvitation, PendingInvitation};
use domain::person::email::Email;
use domain::person::permissions::{AccessLevel, Permissions, Reporting};
use domain::person::profile::Profile;
use domain::person::{ClinicRole, FullName, PersonName};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{CommitOutcome, StoreError};

/// What provisioning needs.
#[derive(Clone)]
pub struct Deps {
    /// The keys that sign sessions and views, as others shall know them.
    pub signing: Vec<PublicKey>,
    /// The table, the clock and randomness.
    pub context: Context,
}

/// What an operator asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub enum Command {
    /// The public halves of the signing keys, after the secret was changed.
    Publish(Publish),
    /// A clinic.
    Clinic(Request),
}

impl TryFrom<Value> for Command {
    type Error = serde_json::Error;

    /// Read as what it is meant to be, so that the error names the field at fault.
    fn try_from(value: Value) -> Result<Self, Self::Error> {
        if value.get("publishKeys").is_some() {
            Publish::deserialize(value).map(Self::Publish)
        } else {
            Request::deserialize(value).map(Self::Clinic)
        }
    }
}

/// `{"publishKeys": true}`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Publish {
    /// Whether to.
    pub publish_keys: bool,
}

/// What was done.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Done {
    /// A clinic was made.
    Clinic(Provisioned),
    /// Keys were published.
    Published(Published),
}

/// The keys that tokens are verified with from now on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// Their names.
    pub published_keys: Vec<String>,
}

/// Does what is asked for.
pub async fn handle(deps: &Deps, command: &Command) -> Result<Done, NotProvisioned> {
    match command {
        Command::Clinic(request) => Ok(Done::Clinic(provision(deps, request).await?)),
        Command::Publish(Publish { publish_keys }) => {
            if *publish_keys {
                deps.context.store.publish_keys(&deps.signing).await?;
            }
            let keys = deps.context.store.read_public_keys().await?;
            let published_keys = keys.into_iter().map(|key| key.kid).collect();
            Ok(Done::Published(Published { published_keys }))
        }
    }
}

/// The clinic wanted.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// Shown in mails.
    pub clinic_name: String,
    /// Where answers to its mails go.
    pub reply_to: Option<String>,
    /// How long its invitations stay open; 7 when missing.
    pub invitation_days: Option<u8>,
    /// The first owner, who gets an invitation.
    pub owner_email: String,
    /// The owner's first name.
    pub owner_first_name: String,
    /// The owner's last name.
    pub owner_last_name: String,
    /// Origins of the pages that may embed what the first key opens, such as
    /// `https://pacs.example`; none when missing.
    pub embed_origins: Option<Vec<String>>,
}

/// What was made.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Provisioned {
    /// The clinic.
    pub clinic_id: String,
    /// The owner's invitation.
    pub invitation_id: String,
    /// The first API key, with every scope.
    pub api_key_id: String,
    /// Its secret, shown here and never again.
    pub api_key: String,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum NotProvisioned {
    /// A field of the request.
    #[error("{field}: {refused}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        refused: Refusal,
    },
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Fresh ids met existing ones: randomness is broken.
    #[error("new ids exist already")]
    Collision,
}

fn field<T>(field: &'static str, parsed: Result<T, Refusal>) -> Result<T, NotProvisioned> {
    parsed.map_err(|refused| NotProvisioned::Field { field, refused })
}

/// Makes a clinic with its owner's invitation and a first API key.
pub async fn provision(deps: &Deps, request: &Request) -> Result<Provisioned, NotProvisioned> {
    let (now, entropy) = (deps.context.now(), deps.context.entropy.as_ref());
    if deps.context.store.read_public_keys().await?.is_empty() {
        // The first clinic of a new table: nobody could sign in before.
        deps.context.store.publish_keys(&deps.signing).await?;
    }
    let clinic = clinic(request, now, entropy)?;
    let invitation = invitation(request, &clinic, now, entropy)?;
    let api_key = ApiKey {
        id: ApiKeyId::new(now, entropy),
        clinic: clinic.id,
        description: field("description", KeyDescription::parse("First key"))?,
        scopes: Scope::ALL.to_vec(),
        embed_origins: field("embedOrigins", embed_origins(request))?,
        active: true,
        created_at: now,
        last_used_at: None,
    };
    let secret = ApiKeySecret::new(entropy);
    let made = Provisioned {
        clinic_id: clinic.id.to_string(),
        invitation_id: invitation.details.id.to_string(),
        api_key_id: api_key.id.to_string(),
        api_key: secret.reveal().to_owned(),
    };
    match commit(deps, &clinic, invitation, (&api_key, &secret)).await? {
        CommitOutcome::Committed => Ok(made),
        CommitOutcome::Conflict(_) => Err(NotProvisioned::Collision),
    }
}

async fn commit(
    deps: &Deps,
    clinic: &Clinic,
    invitation: PendingInvitation,
    (api_key, secret): (&ApiKey, &ApiKeySecret),
) -> Result<CommitOutcome, StoreError> {
    let operator = Requester { actor: Actor::Operator, ip: None };
    let record = |action, object, after| {
        operator.audit_record(&deps.context, clinic.id, action, object, (None, after))
    };
    let details = invitation.details.clone();
    let offered = Some(details.profile.permissions);
    let (made, invited) = (AuditObject::Clinic(clinic.id), AuditObject::Invitation(details.id));
    let mut tx =
        deps.context.store.transaction(&record(AuditAction::ClinicProvisioned, made, None))?;
    tx.put_audit_record(&record(AuditAction::InvitationCreated, invited, offered))?;
    tx.put_audit_record(&record(
        AuditAction::ApiKeyCreated,
        AuditObject::ApiKey(api_key.id),
        None,
    ))?;
    tx.put_clinic(clinic)?;
    tx.put_invitation(invitation)?;
    let claim = Claim::unclaimed().hold_for_invitation(details.id, details.expiry);
    tx.put_email_claim(clinic.id, &details.email, &claim)?;
    tx.put_api_key(api_key, secret)?;
    tx.commit().await
}

fn embed_origins(request: &Request) -> Result<EmbedOrigins, Refusal> {
    let origins = request.embed_origins.iter().flatten();
    EmbedOrigins::new(origins.map(|text| EmbedOrigin::parse(text)).collect::<Result<_, _>>()?)
}

fn clinic(
    request: &Request,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Clinic, NotProvisioned> {
    let days = request.invitation_days;
    Ok(Clinic {
        id: ClinicId::new(now, entropy),
        name: field("clinicName", PersonName::parse(&request.clinic_name))?,
        invitation_days: field(
            "invitationDays",
            days.map_or(Ok(InvitationDays::default()), InvitationDays::new),
        )?,
        reply_to: field("replyTo", request.reply_to.as_deref().map(Email::parse).transpose())?,
        managers: 0,
        created_at: now,
    })
}

fn invitation(
    request: &Request,
    clinic: &Clinic,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<PendingInvitation, NotProvisioned> {
    let new = NewInvitation {
        id: InvitationId::new(now, entropy),
        clinic: clinic.id,
        email: field("ownerEmail", Email::parse(&request.owner_email))?,
        profile: owner(request)?,
        invited_by: Inviter::Operator,
        open_for: clinic.invitation_days.duration(),
        fingerprint: Fingerprint::of(&[b"provision", clinic.id.bytes()]),
    };
    Ok(new.create(now))
}

fn owner(request: &Request) -> Result<Profile, NotProvisioned> {
    let name = |at, text: &str| field(at, PersonName::parse(text));
    Ok(Profile {
        name: FullName {
            first: name("ownerFirstName", &request.owner_first_name)?,
            middle: None,
            last: name("ownerLastName", &request.owner_last_name)?,
            suffix1: None,
            suffix2: None,
        },
        phone: None,
        role: ClinicRole::AdministrativeDirector,
        permissions: Permissions {
            access_level: AccessLevel::Owner,
            manage_studies: true,
            reporting: Reporting::WithoutNpi,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_keys_origins_are_read_and_a_faulty_one_is_refused() {
        let read = |origins: Value| {
            let mut request = serde_json::json!({"clinicName": "A", "ownerEmail": "a@b.example", "ownerFirstName": "B", "ownerLastName": "C"});
            request["embedOrigins"] = origins;
            let request = Request::deserialize(request).unwrap();
            embed_origins(&request).map(|read| read.frame_ancestors())
        };
        assert_eq!(read(Value::Null).unwrap(), "frame-ancestors 'none'");
        let pacs = read(serde_json::json!(["https://PACS.example"])).unwrap();
        assert_eq!(pacs, "frame-ancestors https://pacs.example");
        let refused = read(serde_json::json!(["https://pacs.example/path"])).unwrap_err();
        assert_eq!(refused.code, "embed_origin_invalid");
    }
}
