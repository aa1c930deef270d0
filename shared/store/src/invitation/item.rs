//! An invitation as an item.

use domain::delivery::{EmailDelivery, SendAttempt};
use domain::ids::{ClinicId, EventId, InvitationId};
use domain::invitation::{
    AcceptedInvitation, Fingerprint, Invitation, InvitationDetails, InvitationStatus,
    PendingInvitation, RejectReason, RejectedInvitation, RevokedInvitation,
};
use domain::person::email::Email;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, field, invited_by, invited_by_text, is_zero, time};
use crate::delivery::parse_status;
use crate::item::RawItem;
use crate::key::{MAIL_DUE, event_due_of, invitation_problems};
use crate::profile::ProfileItem;
use crate::{Store, StoreError};

/// The delivery of an email that a mailer has leased. No stream filter passes it.
pub(crate) const SENDING: &str = "sending";

#[derive(Serialize, Deserialize)]
pub(crate) struct InvitationItem {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "st")]
    status: String,
    #[serde(rename = "em")]
    email: String,
    #[serde(rename = "p")]
    profile: ProfileItem,
    #[serde(rename = "by")]
    invited_by: String,
    /// Left out while the inviter is still the granter.
    #[serde(rename = "gb", default, skip_serializing_if = "Option::is_none")]
    granted_by: Option<String>,
    #[serde(rename = "rb", default, skip_serializing_if = "Option::is_none")]
    resent_by: Option<String>,
    #[serde(rename = "ca")]
    created_at: i64,
    #[serde(rename = "ua")]
    updated_at: i64,
    #[serde(rename = "ex")]
    expiry: i64,
    #[serde(rename = "qa")]
    queued_at: i64,
    #[serde(rename = "ge")]
    generation: u32,
    #[serde(rename = "dl")]
    delivery: String,
    #[serde(rename = "dd", default, skip_serializing_if = "Option::is_none")]
    delivery_detail: Option<String>,
    #[serde(rename = "mi", default, skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    #[serde(rename = "su", default, skip_serializing_if = "Option::is_none")]
    sending_until: Option<i64>,
    #[serde(rename = "sa", default, skip_serializing_if = "is_zero")]
    send_attempts: u32,
    #[serde(rename = "GSI2PK", default, skip_serializing_if = "Option::is_none")]
    due_list: Option<String>,
    #[serde(rename = "GSI2SK", default, skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    #[serde(rename = "GSI3PK", default, skip_serializing_if = "Option::is_none")]
    problem_list: Option<String>,
    #[serde(rename = "GSI3SK", default, skip_serializing_if = "Option::is_none")]
    problem_id: Option<String>,
    /// The index keys while it can expire.
    #[serde(rename = "GSI4PK", default, skip_serializing_if = "Option::is_none")]
    expiry_list: Option<String>,
    #[serde(rename = "GSI4SK", default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(rename = "dn", default, skip_serializing_if = "is_zero")]
    deliveries: u32,
    #[serde(rename = "le", default, skip_serializing_if = "Option::is_none")]
    pub(super) last_event: Option<String>,
    #[serde(rename = "fp")]
    fingerprint: String,
    #[serde(rename = "nr", default, skip_serializing_if = "std::ops::Not::not")]
    new_requested: bool,
    /// When it was accepted, rejected or revoked.
    #[serde(rename = "at", default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<i64>,
    #[serde(rename = "rr", default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(rename = "v")]
    version: u64,
}

impl From<&Invitation> for InvitationItem {
    fn from(invitation: &Invitation) -> Self {
        let details = invitation.details();
        let email_delivery = &details.email_delivery;
        let (ended_at, reason, new_requested) = match invitation {
            Invitation::Pending(i) => (None, None, i.new_requested),
            Invitation::Accepted(i) => (Some(i.at), None, false),
            Invitation::Rejected(i) => (Some(i.at), i.reason.clone(), false),
            Invitation::Revoked(i) => (Some(i.at), None, false),
        };
        let pending = matches!(invitation, Invitation::Pending(_));
        let due = pending.then(|| event_due_of(details.expiry, details.id.bytes()));
        let (expiry_list, expires_at) = due.map(|[list, at]| (list, at)).unzip();
        Self {
            id: details.id.to_string(),
            clinic: details.clinic.to_string(),
            status: invitation.status().as_str().to_owned(),
            email: details.email.as_typed().to_owned(),
            profile: (&details.profile).into(),
            invited_by: invited_by_text(details.invited_by),
            granted_by: (details.granted_by != details.invited_by)
                .then(|| invited_by_text(details.granted_by)),
            resent_by: details.resent_by.map(invited_by_text),
            created_at: details.created_at.millis(),
            updated_at: details.updated_at.millis(),
            expiry: details.expiry.millis(),
            queued_at: details.queued_at.millis(),
            generation: details.generation,
            delivery: if email_delivery.attempt.is_some() {
                SENDING
            } else {
                email_delivery.status.as_str()
            }
            .to_owned(),
            delivery_detail: email_delivery.detail.clone(),
            message_id: email_delivery.message_id.clone(),
            sending_until: email_delivery.attempt.map(|attempt| attempt.until.millis()),
            send_attempts: email_delivery.attempt.map_or(0, |attempt| attempt.number),
            due_list: email_delivery.attempt.map(|_| MAIL_DUE.to_owned()),
            due_at: email_delivery.attempt.map(|attempt| attempt.until.to_string()),
            problem_list: details.has_problem().then(|| invitation_problems(details.clinic)),
            problem_id: details.has_problem().then(|| details.id.to_string()),
            expiry_list,
            expires_at,
            deliveries: details.deliveries,
            last_event: details.last_event.map(|event| event.to_string()),
            fingerprint: details.fingerprint.as_str().to_owned(),
            new_requested,
            ended_at: ended_at.map(Timestamp::millis),
            reason: reason.map(|r| r.as_str().to_owned()),
            version: details.version,
        }
    }
}

impl TryFrom<InvitationItem> for Invitation {
    type Error = BadField;

    fn try_from(item: InvitationItem) -> Result<Self, BadField> {
        let attempt = |until| -> Result<_, BadField> {
            Ok(SendAttempt { until: time("su", until)?, number: item.send_attempts })
        };
        let attempt = item.sending_until.map(attempt).transpose()?;
        let delivery = parse_status(&item.delivery)?;
        let details = InvitationDetails {
            id: InvitationId::parse(&item.id).map_err(|_| BadField("id"))?,
            clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
            email: field("em", Email::parse(&item.email))?,
            profile: item.profile.try_into()?,
            invited_by: invited_by(&item.invited_by)?,
            granted_by: invited_by(item.granted_by.as_ref().unwrap_or(&item.invited_by))?,
            resent_by: item.resent_by.as_deref().map(invited_by).transpose()?,
            created_at: time("ca", item.created_at)?,
            updated_at: time("ua", item.updated_at)?,
            expiry: time("ex", item.expiry)?,
            queued_at: time("qa", item.queued_at)?,
            generation: item.generation,
            email_delivery: EmailDelivery {
                status: delivery,
                detail: item.delivery_detail,
                message_id: item.message_id,
                attempt,
            },
            deliveries: item.deliveries,
            last_event: item
                .last_event
                .map(|event| EventId::parse(&event).map_err(|_| BadField("le")))
                .transpose()?,
            fingerprint: Fingerprint::from_stored(item.fingerprint),
            version: item.version,
        };
        let ended = item.ended_at.map(|t| time("at", t)).transpose()?.ok_or(BadField("at"));
        Ok(match InvitationStatus::parse(&item.status).ok_or(BadField("st"))? {
            InvitationStatus::Sent => {
                PendingInvitation { details, new_requested: item.new_requested }.into()
            }
            InvitationStatus::Accepted => AcceptedInvitation { details, at: ended? }.into(),
            InvitationStatus::Revoked => RevokedInvitation { details, at: ended? }.into(),
            InvitationStatus::Rejected => {
                let reason =
                    item.reason.map(|r| field("rr", RejectReason::parse(&r))).transpose()?;
                RejectedInvitation { details, at: ended?, reason }.into()
            }
        })
    }
}

impl Store {
    /// Reads the invitation of an item.
    pub(crate) fn decode_invitation(&self, raw: &RawItem) -> Result<Invitation, StoreError> {
        self.decode_with(raw, |item: InvitationItem| item.try_into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::attr;
    use domain::actor::Inviter;
    use domain::delivery::DeliveryStatus;
    use domain::ids::ApiKeyId;
    use domain::invitation::NewInvitation;
    use domain::npi::{Npi, NpiStatus, RegistryName, RegistryText};
    use domain::person::permissions::{AccessLevel, Permissions, Reporting};
    use domain::person::profile::Profile;
    use domain::person::vouched::VouchedNames;
    use domain::person::{ClinicRole, FullName, NameSuffix, PersonName, PhoneNumber};

    /// An invitation about as large as they usually get.
    fn invitation() -> Invitation {
        let name = |text| PersonName::parse(text).unwrap();
        let reporting = Reporting::WithNpi {
            npi: Npi::parse("1234567893").unwrap(),
            verification: NpiStatus::NameMismatch,
            granted: true,
        };
        NewInvitation {
            id: InvitationId::from_bytes([1; 16]),
            clinic: ClinicId::from_bytes([2; 16]),
            email: Email::parse("wilhelmina.featherstonehaugh@radiology.hospital.example").unwrap(),
            profile: Profile {
                name: FullName {
                    first: name("Wilhelmina"),
                    middle: Some(name("Alexandrina")),
                    last: name("Featherstonehaugh"),
                    suffix1: NameSuffix::parse("MD").ok(),
                    suffix2: NameSuffix::parse("FACR").ok(),
                },
                phone: Some(PhoneNumber::parse("14155550132").unwrap()),
                role: ClinicRole::NuclearMedicinePhysician,
                permissions: Permissions {
                    access_level: AccessLevel::Member { dashboard: true },
                    manage_studies: true,
                    reporting,
                },
                vouched: VouchedNames {
                    registry: Some(RegistryName {
                        first: RegistryText::parse("WILHELMINA"),
                        last: RegistryText::parse("FEATHERSTONE"),
                        credential: RegistryText::parse("M.D."),
                        taxonomy: RegistryText::parse("Radiology, Diagnostic Radiology"),
                    }),
                    ..VouchedNames::default()
                },
            },
            invited_by: Inviter::ApiKey(ApiKeyId::from_bytes([3; 16])),
            open_for: std::time::Duration::from_hours(24),
            fingerprint: Fingerprint::of(&[b"caller"]),
        }
        .create(Timestamp::EPOCH)
        .into()
    }

    fn attributes(invitation: &Invitation) -> serde_dynamo::Item {
        serde_dynamo::to_item(InvitationItem::from(invitation)).unwrap()
    }

    #[test]
    fn an_invitation_survives_its_item() {
        let Invitation::Pending(mut pending) = invitation() else { panic!("not pending") };
        pending.details.email_delivery.attempt =
            Some(SendAttempt { until: Timestamp::EPOCH, number: 2 });
        pending.details.email_delivery.detail = Some("mailbox full".to_owned());
        pending.details.granted_by = Inviter::Operator;
        (pending.details.deliveries, pending.details.last_event) =
            (2, Some(EventId::from_bytes([5; 16])));
        pending.details.resent_by = Some(Inviter::ApiKey(ApiKeyId::from_bytes([4; 16])));
        let states = [
            invitation(),
            pending.clone().into(),
            pending.clone().revoke(Timestamp::EPOCH).next.into(),
            pending
                .check_expiry(Timestamp::EPOCH)
                .unwrap()
                .reject(None, Timestamp::EPOCH)
                .next
                .into(),
        ];
        for state in states {
            let item: InvitationItem = serde_dynamo::from_item(attributes(&state)).unwrap();
            assert_eq!(Invitation::try_from(item).unwrap(), state);
        }
    }

    /// The size of a value, as DynamoDB counts it: 3 bytes for a map and 1 for each of its elements.
    fn size(value: &serde_dynamo::AttributeValue) -> usize {
        use serde_dynamo::AttributeValue::{Bool, M, N, Null, S};
        match value {
            S(text) => text.len(),
            N(digits) => digits.len().div_ceil(2) + 1,
            Bool(_) | Null(_) => 1,
            M(map) => 3 + map.iter().map(|(name, one)| 1 + name.len() + size(one)).sum::<usize>(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_invitation_fits_in_one_kilobyte() {
        let Invitation::Pending(mut pending) = invitation() else { panic!("not pending") };
        (pending.details.deliveries, pending.details.last_event) =
            (2, Some(EventId::from_bytes([5; 16])));
        pending.details.resent_by = Some(pending.details.invited_by);
        let item = attributes(&pending.into());
        let bytes: usize = item.iter().map(|(name, value)| name.len() + size(value)).sum();
        // The keys of the table and of GSI1, the id of the write and the trace.
        let keys = 3 * 45 + 60;
        assert!(bytes + keys < 1024, "{bytes}");
    }

    #[test]
    fn the_item_has_every_attribute_that_expressions_name() {
        let Invitation::Pending(mut pending) = invitation() else { panic!("not pending") };
        (pending.details.deliveries, pending.details.last_event) =
            (2, Some(EventId::from_bytes([5; 16])));
        pending.details.email_delivery = EmailDelivery {
            status: DeliveryStatus::Queued,
            detail: Some("x".to_owned()),
            message_id: Some("x".to_owned()),
            attempt: Some(SendAttempt { until: Timestamp::EPOCH, number: 1 }),
        };
        let item = attributes(&pending.into());
        let has: BTreeSet<&str> = item.keys().map(String::as_str).collect();
        for name in [
            attr::VERSION,
            attr::STATUS,
            attr::PROFILE,
            attr::GENERATION,
            attr::DELIVERY,
            attr::DELIVERY_DETAIL,
            attr::MESSAGE_ID,
            attr::SENDING_UNTIL,
            attr::SEND_ATTEMPTS,
            attr::DELIVERIES,
            attr::LAST_EVENT,
            attr::GSI2PK,
            attr::GSI2SK,
            attr::GSI3PK,
            attr::GSI3SK,
            attr::GSI4PK,
            attr::GSI4SK,
        ] {
            assert!(has.contains(name), "{name}");
        }
    }
}
