//! A new clinic with its owner's invitation and a first API key, in one transaction.

use changes::Requester;
use domain::actor::{Actor, Inviter};
use domain::audit::{AuditAction, AuditObject, AuditRecord, NameChange};
use domain::claim::Claim;
use domain::clinic::{Clinic, ClinicName, InvitationDays, TimeZone};
use domain::credentials::api_key::{
    AccessScope, ApiKey, ApiKeySecret, KeyDescription, KeyMaker, KeyWithSecrets, Scope,
};
use domain::embed::{EmbedOrigin, EmbedOrigins};
use domain::entropy::Entropy;
use domain::field::Refusal;
use domain::ids::{ApiKeyId, ClinicId, InvitationId};
use domain::invitation::{Fingerprint, NewInvitation, PendingInvitation};
use domain::person::email::Email;
use domain::person::permissions::{AccessLevel, Permissions, Reporting};
use domain::person::profile::Profile;
use domain::person::vouched::VouchedNames;
use domain::person::{ClinicRole, FullName, PersonName};
use domain::session::IdleMinutes;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::{CommitOutcome, StoreError};

use crate::{Deps, ProvisionError, check_field, publish_current_keys};

/// The clinic to provision.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClinicRequest {
    /// The clinic's name. Emails show it.
    pub clinic_name: String,
    /// Where replies to its emails go.
    pub reply_to: Option<String>,
    /// How many days its invitations stay open. The default is 7.
    pub invitation_days: Option<u8>,
    /// The email address of the first owner, who gets an invitation.
    pub owner_email: String,
    /// The owner's first name.
    pub owner_first_name: String,
    /// The owner's last name.
    pub owner_last_name: String,
    /// Origins such as `https://pacs.example` whose pages may embed what the first key opens. The
    /// default is none.
    pub embed_origins: Option<Vec<String>>,
    /// What the first key may do. The default is everything.
    pub scopes: Option<Vec<String>>,
}

/// The new clinic.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvisionedClinic {
    /// The clinic's id.
    pub clinic_id: String,
    /// The id of the owner's invitation.
    pub invitation_id: String,
    /// The id of the first API key.
    pub api_key_id: String,
    /// The key's secret. It is shown only here.
    pub api_key: String,
}

/// Provisions a clinic with its owner's invitation and a first API key.
pub async fn provision(
    deps: &Deps,
    request: &ClinicRequest,
) -> Result<ProvisionedClinic, ProvisionError> {
    let (now, entropy) = (deps.context.now(), deps.context.entropy.as_ref());
    if deps.context.store.read_public_keys().await?.is_empty() {
        // A new table has no keys yet, and without them no view can be verified.
        publish_current_keys(deps).await?;
    }
    let clinic = new_clinic(request, now, entropy)?;
    let invitation = owner_invitation(request, &clinic, now, entropy)?;
    let api_key = ApiKey {
        id: ApiKeyId::new(now, entropy),
        clinic: clinic.id,
        description: check_field("description", KeyDescription::parse("First key"))?,
        scopes: check_field("scopes", scopes(request))?,
        embed_origins: check_field("embedOrigins", embed_origins(request))?,
        access_scope: AccessScope::All,
        active: true,
        created_by: KeyMaker::Operator,
        created_at: now,
        expires_at: None,
    };
    let secret = ApiKeySecret::new(entropy);
    let provisioned = ProvisionedClinic {
        clinic_id: clinic.id.to_string(),
        invitation_id: invitation.details.id.to_string(),
        api_key_id: api_key.id.to_string(),
        api_key: secret.reveal().to_owned(),
    };
    let api_key = KeyWithSecrets::new(api_key, &secret);
    match write_clinic(deps, &clinic, invitation, &api_key).await? {
        CommitOutcome::Committed => Ok(provisioned),
        CommitOutcome::Conflict(_) => Err(ProvisionError::Collision),
    }
}

async fn write_clinic(
    deps: &Deps,
    clinic: &Clinic,
    invitation: PendingInvitation,
    api_key: &KeyWithSecrets,
) -> Result<CommitOutcome, StoreError> {
    let operator = Requester::new(Actor::Operator, None);
    let record = |action, object, after| {
        operator.audit_record(&deps.context, clinic.id, action, object, (None, after))
    };
    let details = invitation.details.clone();
    let offered = Some(details.profile.permissions);
    let (created, invited) = (AuditObject::Clinic(clinic.id), AuditObject::Invitation(details.id));
    let mut tx =
        deps.context.store.transaction(&record(AuditAction::ClinicProvisioned, created, None))?;
    let names = NameChange::new_person(&details.profile.name);
    let record_invited = record(AuditAction::InvitationCreated, invited, offered);
    let role = Some(details.profile.role);
    tx.put_audit_record(&AuditRecord { names, role, ..record_invited })?;
    tx.put_audit_record(&record(
        AuditAction::ApiKeyCreated,
        AuditObject::ApiKey(api_key.key.id),
        None,
    ))?;
    tx.put_clinic(clinic)?;
    tx.put_invitation(invitation)?;
    let claim = Claim::unclaimed().hold_for_invitation(details.id, details.expiry);
    tx.put_email_claim(clinic.id, &details.email, &claim)?;
    tx.put_api_key(api_key)?;
    tx.commit().await
}

fn scopes(request: &ClinicRequest) -> Result<Vec<Scope>, Refusal> {
    const NONE: Refusal = Refusal::new("scopes_required", "Send at least one scope.");
    let Some(names) = &request.scopes else {
        return Ok(Scope::ALL.to_vec());
    };
    let mut scopes = names.iter().map(|name| Scope::parse(name)).collect::<Result<Vec<_>, _>>()?;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() { Err(NONE) } else { Ok(scopes) }
}

fn embed_origins(request: &ClinicRequest) -> Result<EmbedOrigins, Refusal> {
    let origins = request.embed_origins.iter().flatten();
    EmbedOrigins::new(origins.map(|text| EmbedOrigin::parse(text)).collect::<Result<_, _>>()?)
}

fn new_clinic(
    request: &ClinicRequest,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Clinic, ProvisionError> {
    let days = request.invitation_days;
    Ok(Clinic {
        id: ClinicId::new(now, entropy),
        name: check_field("clinicName", ClinicName::parse(&request.clinic_name))?,
        invitation_days: check_field(
            "invitationDays",
            days.map_or(Ok(InvitationDays::default()), InvitationDays::new),
        )?,
        session_idle: IdleMinutes::default(),
        reply_to: check_field(
            "replyTo",
            request.reply_to.as_deref().map(Email::parse).transpose(),
        )?,
        time_zone: TimeZone::default(),
        managers: 0,
        owners: 0,
        version: 1,
        created_at: now,
    })
}

fn owner_invitation(
    request: &ClinicRequest,
    clinic: &Clinic,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<PendingInvitation, ProvisionError> {
    let new = NewInvitation {
        id: InvitationId::new(now, entropy),
        clinic: clinic.id,
        email: check_field("ownerEmail", Email::parse(&request.owner_email))?,
        profile: owner_profile(request)?,
        invited_by: Inviter::Operator,
        open_for: clinic.invitation_days.duration(),
        fingerprint: Fingerprint::of(&[b"provision", clinic.id.bytes()]),
    };
    Ok(new.create(now))
}

fn owner_profile(request: &ClinicRequest) -> Result<Profile, ProvisionError> {
    let name = |field, text: &str| check_field(field, PersonName::parse(text));
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
        vouched: VouchedNames::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn an_invalid_embed_origin_is_refused() {
        let read = |origins: Value| {
            let mut request = serde_json::json!({"clinicName": "A", "ownerEmail": "a@b.example", "ownerFirstName": "B", "ownerLastName": "C"});
            request["embedOrigins"] = origins;
            let request = ClinicRequest::deserialize(request).unwrap();
            embed_origins(&request).map(|read| read.frame_ancestors())
        };
        assert_eq!(read(Value::Null).unwrap(), "frame-ancestors 'none'");
        let pacs = read(serde_json::json!(["https://PACS.example"])).unwrap();
        assert_eq!(pacs, "frame-ancestors https://pacs.example");
        let refused = read(serde_json::json!(["https://pacs.example/path"])).unwrap_err();
        assert_eq!(refused.code, "embed_origin_invalid");
    }

    #[test]
    fn the_first_key_has_the_scopes_that_the_operator_names_or_every_one() {
        let read = |names: Value| {
            let mut request = serde_json::json!({"clinicName": "A", "ownerEmail": "a@b.example", "ownerFirstName": "B", "ownerLastName": "C"});
            request["scopes"] = names;
            scopes(&ClinicRequest::deserialize(request).unwrap())
        };
        assert_eq!(read(Value::Null).unwrap(), Scope::ALL);
        let two = read(serde_json::json!(["users:write", "users:read", "users:read"])).unwrap();
        assert_eq!(two, [Scope::UsersRead, Scope::UsersWrite]);
        assert_eq!(read(serde_json::json!([])).unwrap_err().code, "scopes_required");
        assert_eq!(read(serde_json::json!(["users"])).unwrap_err().code, "scope_unknown");
    }
}
