use proptest::prelude::*;

use super::*;
use crate::audit::{AccessRefusal, NameChange, ReceiverChange};
use crate::credentials::key_set::KeyChange;
use crate::ids::{AccessId, ApiKeyId, AuditId, ClinicId, NoticeId, SessionId, UserId, WebhookId};
use crate::npi::{Npi, NpiStatus};
use crate::person::permissions::{AccessLevel, Reporting};
use crate::person::{ClinicRole, FullName, PersonName};
use crate::review::ReviewFacts;
use crate::study::{StudyInstanceUid, StudyRef, ViewMode};
use crate::webhook::{DisabledReason, RequestedDelivery};

const NPI: &str = "1234567893";
const UID: &str = "1.2.840.99.7";
const FIRST: &str = "Wilhelmina";
const LAST: &str = "Featherstonehaugh";
const IP: &str = "203.0.113.9";

fn permissions(access_level: AccessLevel, verification: NpiStatus) -> Permissions {
    let reporting =
        Reporting::WithNpi { npi: Npi::parse(NPI).unwrap(), verification, granted: true };
    Permissions { access_level, manage_studies: true, reporting }
}

fn name() -> FullName {
    FullName {
        first: PersonName::parse(FIRST).unwrap(),
        middle: None,
        last: PersonName::parse(LAST).unwrap(),
        suffix1: None,
        suffix2: None,
    }
}

/// The object that records of this action are about.
fn object_of(action: AuditAction) -> AuditObject {
    let study = StudyRef::new(None, Some(StudyInstanceUid::parse(UID).unwrap())).ok();
    match action.as_str().split('.').next().unwrap() {
        "clinic" if action != AuditAction::OwnershipTransferred => {
            AuditObject::Clinic(ClinicId::from_bytes([1; 16]))
        }
        "api_key" => AuditObject::ApiKey(ApiKeyId::from_bytes([2; 16])),
        "invitation" => AuditObject::Invitation(InvitationId::from_bytes([3; 16])),
        "access" => AuditObject::Access {
            id: AccessId::from_bytes([4; 16]),
            user: Some(UserId::from_bytes([3; 16])),
            study,
            mode: Some(ViewMode::Dictation),
        },
        "email" => AuditObject::Notice(NoticeId::from_bytes([5; 16])),
        "webhook" => AuditObject::Webhook(WebhookId::from_bytes([6; 16])),
        "keys" => AuditObject::Keys(KeySet::SigningKeys),
        _ => AuditObject::User(UserId::from_bytes([3; 16])),
    }
}

/// A record with all the personal data that a record can have.
fn record(action: AuditAction) -> AuditRecord {
    let (before, after) = (NpiStatus::Pending, NpiStatus::NameMismatch);
    AuditRecord {
        id: AuditId::from_bytes([0xab; 16]),
        clinic: ClinicId::from_bytes([1; 16]),
        at: Timestamp::EPOCH,
        actor: Actor::User(UserId::from_bytes([9; 16])),
        action,
        object: object_of(action),
        before: Some(permissions(AccessLevel::Admin, before)),
        after: Some(permissions(AccessLevel::Owner, after)),
        names: NameChange { before: Some(name()), after: Some(name()) },
        receiver: ReceiverChange::default(),
        role: Some(ClinicRole::Radiologist),
        deliveries: 0,
        ip: Some(IP.to_owned()),
        review: ReviewFacts::default(),
    }
}

#[test]
fn every_action_has_the_event_that_the_table_says() {
    let person = "actor canCreateReports canManageStudies clinicRole hasDashboardAccess";
    let invited = format!("{person} invitationId level npiVerification userId");
    let user = format!("{person} level npiVerification userId");
    let verified = format!("{person} level npiVerification previousNpiVerification userId");
    let transferred = format!("{person} level npiVerification previousOwnerId userId");
    let access = "accessId actor mode userId";
    for (action, expected) in [
        (AuditAction::ClinicProvisioned, None),
        (AuditAction::ApiKeyCreated, Some(("api_key.created", "actor apiKeyId"))),
        (AuditAction::InvitationCreated, Some(("invitation.created", &invited))),
        (AuditAction::InvitationEdited, Some(("invitation.edited", &invited))),
        (AuditAction::InvitationResent, Some(("invitation.resent", &invited))),
        (AuditAction::InvitationRevoked, Some(("invitation.revoked", "actor invitationId userId"))),
        (AuditAction::InvitationAccepted, Some(("invitation.accepted", &invited))),
        (
            AuditAction::InvitationRejected,
            Some(("invitation.rejected", "actor invitationId userId")),
        ),
        (AuditAction::InvitationNewRequested, None),
        (AuditAction::NpiAttested, Some(("npi.status_changed", &verified))),
        (AuditAction::NpiVerificationChanged, Some(("npi.status_changed", &verified))),
        (AuditAction::UserEdited, Some(("user.updated", &user))),
        (AuditAction::UserDeactivated, Some(("user.deactivated", "actor userId"))),
        (AuditAction::UserReactivated, Some(("user.reactivated", &user))),
        (AuditAction::UserReleased, Some(("user.released", "actor userId"))),
        (AuditAction::OwnershipTransferred, Some(("ownership.transferred", &transferred))),
        (AuditAction::ClinicEdited, None),
        (AuditAction::SessionStarted, None),
        (AuditAction::SessionEnded, None),
        (AuditAction::SessionLocked, Some(("session.locked", "actor userId"))),
        (AuditAction::PasswordReset, None),
        (AuditAction::PasswordChanged, None),
        (AuditAction::ApiKeyRevoked, Some(("api_key.revoked", "actor apiKeyId"))),
        (AuditAction::ApiKeyRotated, Some(("api_key.rotated", "actor apiKeyId"))),
        (AuditAction::AccessIssued(ViewMode::Dictation), Some(("access.issued", access))),
        (AuditAction::AccessRedeemed, Some(("access.opened", access))),
        (AuditAction::AccessRevoked, Some(("access.revoked", access))),
        (
            AuditAction::AccessRefused(AccessRefusal::Used),
            Some(("access.refused", "accessId actor mode reason userId")),
        ),
        (AuditAction::EmailRequeued, None),
        (AuditAction::ItemMarked, None),
        (AuditAction::FeedRestarted, None),
        (AuditAction::KeysChanged(KeyChange::Added), Some(("signing_key.rotated", "actor step"))),
        (AuditAction::WebhookCreated, None),
        (AuditAction::WebhookChanged, None),
        (AuditAction::WebhookRotated, None),
        (AuditAction::WebhookVerified, None),
        (AuditAction::WebhookRequested(RequestedDelivery::Test), None),
        (AuditAction::WebhookDisabled(DisabledReason::Gone), None),
        (AuditAction::WebhookEnded, None),
    ] {
        let event = Event::of_record(&record(action));
        let found = event.as_ref().map(|event| (event.kind.as_str(), members(event)));
        let expected = expected.map(|(kind, members): (&str, &str)| (kind, members.to_owned()));
        assert_eq!(found, expected, "{}", action.as_str());
    }
}

/// The names of the members of an event's data, in the order of the alphabet.
fn members(event: &Event) -> String {
    let data: serde_json::Value = serde_json::from_str(&event.data_json()).unwrap();
    let mut names: Vec<_> = data.as_object().unwrap().keys().cloned().collect();
    names.sort_unstable();
    names.join(" ")
}

#[test]
fn every_action_is_in_the_table() {
    let source = include_str!("tests.rs");
    for action in AuditAction::ALL {
        let name = format!("{action:?}");
        let name = name.split('(').next().unwrap();
        assert!(source.contains(&format!("AuditAction::{name}")), "{name}");
    }
}

#[test]
fn no_event_holds_personal_data() {
    let all = AuditAction::ALL.into_iter();
    let refused = AccessRefusal::ALL.map(AuditAction::AccessRefused);
    for action in all.chain(refused) {
        let Some(event) = Event::of_record(&record(action)) else {
            continue;
        };
        let text = format!("{} {event:?}", event.data_json());
        for personal in [NPI, UID, FIRST, LAST, IP, "@"] {
            assert!(!text.contains(personal), "{}: {text}", event.kind.as_str());
        }
    }
}

#[test]
fn an_event_keeps_the_id_time_and_actor_of_its_record() {
    let record = record(AuditAction::UserEdited);
    let event = Event::of_record(&record).unwrap();
    assert_eq!(event.id.to_string(), format!("whe_{}", "ab".repeat(16)));
    assert_eq!((event.at, event.actor), (record.at, record.actor));
    assert!(event.data_json().contains(&format!("\"actor\":\"{}\"", record.actor)));
}

#[test]
fn a_transfer_has_two_events() {
    let at = |level, user: u8| {
        let verification = NpiStatus::Pending;
        let record = AuditRecord {
            object: AuditObject::User(UserId::from_bytes([user; 16])),
            after: Some(permissions(level, verification)),
            ..record(AuditAction::OwnershipTransferred)
        };
        Event::of_record(&record).unwrap()
    };
    let (raised, lowered) = (at(AccessLevel::Owner, 3), at(AccessLevel::Admin, 9));
    assert_eq!(raised.kind, EventType::OwnershipTransferred);
    assert_eq!(raised.data.user, Some(UserId::from_bytes([3; 16])));
    assert_eq!(raised.data.previous_owner, Some(UserId::from_bytes([9; 16])));
    assert_eq!(lowered.kind, EventType::UserUpdated);
    assert_eq!(lowered.data.person.unwrap().level, Level::Admin);
}

#[test]
fn a_verification_with_the_same_name_is_no_event() {
    let same = Some(permissions(AccessLevel::Admin, NpiStatus::NotFound));
    for action in [AuditAction::NpiVerificationChanged, AuditAction::NpiAttested] {
        let record = AuditRecord { before: same, after: same, ..record(action) };
        assert_eq!(Event::of_record(&record), None);
    }
}

#[test]
fn only_signing_keys_have_an_event() {
    for set in KeySet::ALL {
        let object = AuditObject::Keys(set);
        let record = AuditRecord { object, ..record(AuditAction::KeysChanged(KeyChange::InUse)) };
        let event = Event::of_record(&record);
        assert_eq!(event.is_some(), set == KeySet::SigningKeys, "{}", set.as_str());
    }
}

#[test]
fn a_delivery_is_an_event_when_it_changes_and_is_not_only_queued() {
    let id = InvitationId::from_bytes([3; 16]);
    let event =
        |change, before, after| Event::of_delivery(id, change, (before, after), Timestamp::EPOCH);
    for before in DeliveryStatus::ALL {
        for after in DeliveryStatus::ALL {
            let expected = before != after && after != DeliveryStatus::Queued;
            assert_eq!(event(1, before, after).is_some(), expected);
        }
    }
    let first = event(1, DeliveryStatus::Sent, DeliveryStatus::Bounced).unwrap();
    assert_eq!(members(&first), "actor delivery invitationId previousDelivery userId");
    let second = event(2, DeliveryStatus::Sent, DeliveryStatus::Bounced).unwrap();
    assert_ne!(first.id, second.id, "a later change is another event");
}

#[test]
fn what_ends_has_one_event_for_each_end() {
    use crate::actor::Issuer;
    use crate::embed::EmbedOrigins;
    use crate::grant::{LinkSeconds, NewGrant, Redeemer, View, ViewSeconds};
    use std::time::Duration;

    let study = StudyRef::new(None, Some(StudyInstanceUid::parse(UID).unwrap())).unwrap();
    let user = UserId::from_bytes([3; 16]);
    let issued = NewGrant {
        id: AccessId::from_bytes([4; 16]),
        clinic: ClinicId::from_bytes([1; 16]),
        view: View::Dictation { user, study },
        issuer: Issuer::ApiKey(ApiKeyId::from_bytes([2; 16])),
        access_epoch: 0,
        embed_origins: EmbedOrigins::default(),
        link: LinkSeconds::default(),
        view_seconds: ViewSeconds::default(),
    }
    .issue(Timestamp::EPOCH);
    let after = |minutes| Timestamp::EPOCH.plus(Duration::from_mins(minutes));
    let unopened = Event::of_end(&issued.clone().into(), after(1)).unwrap();
    assert_eq!((unopened.at, unopened.data.opened), (after(1), Some(false)));
    let open = issued.clone().redeem(&Redeemer::default(), Timestamp::EPOCH).unwrap().next;
    assert_eq!(Event::of_end(&open.clone().into(), after(59)), None, "it is open");
    let over = Event::of_end(&open.clone().into(), after(60)).unwrap();
    assert_eq!((over.at, over.data.opened), (after(60), Some(true)));
    assert_eq!(members(&over), "accessId actor mode opened userId");
    assert!(!over.data_json().contains(UID));
    let revoked = open.revoke(Timestamp::EPOCH).next;
    assert_eq!(Event::of_end(&revoked.into(), after(60)), None, "it did not end by itself");
}

proptest! {
    #[test]
    fn ids_of_parts_differ(a in any::<(Vec<u8>, Vec<u8>)>(), b in any::<(Vec<u8>, Vec<u8>)>()) {
        let id = |(x, y): &(Vec<u8>, Vec<u8>)| EventId::of_parts(&[x, y]);
        prop_assert_eq!(id(&a) == id(&b), a == b);
    }

    #[test]
    fn every_record_maps_without_a_panic(action in 0..AuditAction::ALL.len(), bytes in any::<[u8; 16]>(), kind in 0..7_u8) {
        let object = match kind {
            0 => AuditObject::Clinic(ClinicId::from_bytes(bytes)),
            1 => AuditObject::ApiKey(ApiKeyId::from_bytes(bytes)),
            2 => AuditObject::Invitation(InvitationId::from_bytes(bytes)),
            3 => AuditObject::User(UserId::from_bytes(bytes)),
            4 => AuditObject::Session(SessionId::from_bytes(bytes)),
            5 => AuditObject::Keys(KeySet::ALL[usize::from(bytes[0]) % KeySet::ALL.len()]),
            _ => AuditObject::Access { id: AccessId::from_bytes(bytes), user: None, study: None, mode: None },
        };
        let action = AuditAction::ALL[action];
        let record = AuditRecord { object, before: None, after: None, ..record(action) };
        if let Some(event) = Event::of_record(&record) {
            let data: serde_json::Value = serde_json::from_str(&event.data_json()).unwrap();
            prop_assert!(data.is_object());
            prop_assert_eq!(event.id.bytes(), record.id.bytes());
        }
    }
}
