//! The keys of all items. docs/ARCHITECTURE.md shows the layout of the table.

use std::fmt;

use domain::audit::AuditObject;
use domain::event::EventNumber;
use domain::grant::KeyThumbprint;
use domain::ids::{
    AccessId, ApiKeyId, AuditId, ClinicId, EventId, InvitationId, NoticeId, UserId, WebhookId,
};
use domain::invitation::{Fingerprint, InvitationStatus};
use domain::npi::Npi;
use domain::person::email::Email;
use domain::session::SessionRef;
use domain::study::StudyRef;
use domain::time::{Day, Timestamp};
use domain::webhook::DeliveryRef;

/// The primary key of an item.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }
}

/// The sort-key prefix of invitations in a clinic's partition.
pub(crate) const INVITATION: &str = "INV#";
/// The sort-key prefix of users in a clinic's partition.
pub(crate) const USER: &str = "USER#";
/// The sort-key prefix of API keys in a clinic's partition.
pub(crate) const API_KEY: &str = "APIKEY#";
/// The sort-key prefix of grants in a clinic's partition.
pub(crate) const GRANT: &str = "ACCESS#";
/// The sort-key prefix of memberships in an account's partition.
pub(crate) const MEMBERSHIP: &str = "MEMBER#";
/// A sort key after every membership.
pub(crate) const LAST_MEMBERSHIP: &str = "MEMBER#~";
/// The sort-key prefix of claims on NPIs in a clinic's partition.
pub(crate) const NPI: &str = "NPI#";
/// The index partition with the NPIs of all clinics, sorted by due date.
pub(crate) const NPI_DUE: &str = "NPI#DUE";

/// The index partition with the emails that are being sent, sorted by when the next attempt is due.
pub(crate) const MAIL_DUE: &str = "MAIL#DUE";

/// How many index partitions hold the items that are due.
pub(crate) const EVENT_DUE_PARTS: u8 = 8;
/// The index partition with every clinic.
pub(crate) const CLINICS: &str = "CLINICS";
/// The partition that says how far the copies of all clinics' audits are.
pub(crate) const SEALED: &str = "SEALED";
/// The sort-key prefix of webhook endpoints in a clinic's partition.
pub(crate) const WEBHOOK: &str = "HOOK#";
/// The sort-key prefix of deliveries in a clinic's partition.
pub(crate) const DELIVERY: &str = "DELIVERY#";
/// How many index partitions hold the deliveries and replays that are due. They spread the writes.
pub(crate) const DELIVERY_DUE_PARTS: u8 = 8;

pub(crate) fn clinic_partition(clinic: ClinicId) -> String {
    format!("CLINIC#{clinic}")
}

/// Reads the clinic and the NPI from the key of a claim.
pub(crate) fn parse_npi_claim(key: &Key) -> Option<(ClinicId, Npi)> {
    let clinic = ClinicId::parse(key.pk.strip_prefix("CLINIC#")?).ok()?;
    let npi = Npi::parse(key.sk.strip_prefix(NPI)?).ok()?;
    Some((clinic, npi))
}

pub(crate) fn clinic(clinic: ClinicId) -> Key {
    Key::new(clinic_partition(clinic), "CLINIC")
}

pub(crate) fn user(clinic: ClinicId, id: UserId) -> Key {
    Key::new(clinic_partition(clinic), format!("{USER}{id}"))
}

pub(crate) fn invitation(clinic: ClinicId, id: InvitationId) -> Key {
    Key::new(clinic_partition(clinic), format!("{INVITATION}{id}"))
}

/// The index partition with a clinic's invitations of one status.
pub(crate) fn invitation_status(clinic: ClinicId, status: InvitationStatus) -> String {
    format!("CLINIC#{clinic}#INV#{}", status.as_str())
}

/// The index partition with a clinic's invitations that have a problem.
pub(crate) fn invitation_problems(clinic: ClinicId) -> String {
    format!("CLINIC#{clinic}#PROBLEM")
}

pub(crate) fn email_claim(clinic: ClinicId, email: &Email) -> Key {
    Key::new(clinic_partition(clinic), format!("EMAIL#{}", email.normalized()))
}

pub(crate) fn npi_claim(clinic: ClinicId, npi: Npi) -> Key {
    Key::new(clinic_partition(clinic), format!("{NPI}{}", npi.as_str()))
}

pub(crate) fn account(email: &Email) -> Key {
    Key::new(format!("ACCOUNT#{}", email.normalized()), "ACCOUNT")
}

pub(crate) fn membership(email: &Email, clinic: ClinicId) -> Key {
    Key::new(format!("ACCOUNT#{}", email.normalized()), format!("{MEMBERSHIP}{clinic}"))
}

/// The count of a clinic's invitation emails on a day.
pub(crate) fn sent_invitations(clinic: ClinicId, day: Day) -> Key {
    Key::new(clinic_partition(clinic), format!("SENT#{day}"))
}

/// A counter of attempts for an address. `name` says which one.
pub(crate) fn throttled_address(email: &Email, name: &str) -> Key {
    Key::new(format!("ACCOUNT#{}", email.normalized()), format!("THROTTLE#{name}"))
}

/// The counter of a clinic's NPI lookups in one minute.
pub(crate) fn npi_lookups(clinic: ClinicId, window: i64) -> Key {
    Key::new(clinic_partition(clinic), format!("THROTTLE#NPI#{window}"))
}

/// A counter of attempts from a network. `name` says which one.
pub(crate) fn throttled_network(network: &impl fmt::Display, name: &str) -> Key {
    Key::new(format!("IP#{}", network_digest(network)), format!("THROTTLE#{name}"))
}

/// The digest of a network. Keys hold no network, because network addresses are personal data.
pub(crate) fn network_digest(network: &impl fmt::Display) -> String {
    Fingerprint::of(&[network.to_string().as_bytes()]).as_str().to_owned()
}

pub(crate) fn session(session: SessionRef) -> Key {
    let sk = format!("{}{}", sessions_of(session.user), session.id);
    Key::new(clinic_partition(session.clinic), sk)
}

/// The sort-key prefix of a person's sessions in a clinic's partition.
pub(crate) fn sessions_of(user: UserId) -> String {
    format!("SESSION#{user}#")
}

pub(crate) fn api_key_by_digest(digest: &str) -> Key {
    Key::new(format!("APIKEY#{digest}"), "APIKEY")
}

pub(crate) fn api_key(clinic: ClinicId, id: ApiKeyId) -> Key {
    Key::new(clinic_partition(clinic), format!("{API_KEY}{id}"))
}

pub(crate) fn grant(clinic: ClinicId, id: AccessId) -> Key {
    Key::new(clinic_partition(clinic), format!("{GRANT}{id}"))
}

/// The index partition with a user's grants.
pub(crate) fn grants_of(clinic: ClinicId, user: UserId) -> String {
    format!("CLINIC#{clinic}#ACCESS#{user}")
}

pub(crate) fn assignment(clinic: ClinicId, study: &StudyRef) -> Key {
    Key::new(clinic_partition(clinic), format!("STUDY#{}", study.key()))
}

pub(crate) fn webhook(clinic: ClinicId, id: WebhookId) -> Key {
    Key::new(clinic_partition(clinic), format!("{WEBHOOK}{id}"))
}

/// The count of a clinic's webhook endpoints.
pub(crate) fn webhook_count(clinic: ClinicId) -> Key {
    Key::new(clinic_partition(clinic), "HOOKS")
}

/// The sort-key prefix of an endpoint's deliveries in its clinic's partition.
pub(crate) fn deliveries_of(endpoint: WebhookId) -> String {
    format!("{DELIVERY}{endpoint}#")
}

pub(crate) fn delivery(delivery: DeliveryRef) -> Key {
    let sk = format!("{}{}", deliveries_of(delivery.endpoint), delivery.id);
    Key::new(clinic_partition(delivery.clinic), sk)
}

/// The index partition of deliveries and replays that are due.
pub(crate) fn delivery_due(part: u8) -> String {
    format!("DELIVERY#DUE#{}", part % DELIVERY_DUE_PARTS)
}

/// The index keys of a delivery or replay: its partition, and when it is looked at, with its id.
pub(crate) fn delivery_due_of(wake: Timestamp, id: &[u8; 16]) -> [String; 2] {
    [delivery_due(id[15]), format!("{wake}#{:032x}", u128::from_be_bytes(*id))]
}

pub(crate) fn notice(id: NoticeId) -> Key {
    Key::new(format!("MAIL#{id}"), "MAIL")
}

/// The partition of a clinic's events.
pub(crate) fn events_of(clinic: ClinicId) -> String {
    format!("EVENTS#{clinic}")
}

/// The sort key of an event. Numbers have a fixed width, so text order is the order of numbers.
pub(crate) fn event_number(number: EventNumber) -> String {
    format!("{:012}", number.get())
}

pub(crate) fn event(clinic: ClinicId, number: EventNumber) -> Key {
    Key::new(events_of(clinic), event_number(number))
}

/// The number of a clinic's newest event.
pub(crate) fn event_counter(clinic: ClinicId) -> Key {
    Key::new(events_of(clinic), "COUNTER")
}

/// How far the copy of a clinic's audit outside the table is.
pub(crate) fn sealed_part(clinic: ClinicId) -> Key {
    Key::new(SEALED, clinic.to_string())
}

/// Shows that an event with this id is in the clinic's feed.
pub(crate) fn event_marker(clinic: ClinicId, id: EventId) -> Key {
    Key::new(events_of(clinic), format!("ID#{id}"))
}

/// The index partition of an item that is due. The parts spread the writes.
pub(crate) fn event_due(part: u8) -> String {
    format!("EVENT#DUE#{}", part % EVENT_DUE_PARTS)
}

/// The index keys of an item that ends by itself: its partition and its end.
pub(crate) fn event_due_of(end: Timestamp, id: &[u8; 16]) -> [String; 2] {
    [event_due(id[15]), end.to_string()]
}

/// The partition of the records of people and API keys that a review reads.
pub(crate) fn reviewed_partition(clinic: ClinicId) -> String {
    format!("REVIEW#{clinic}")
}

/// A record of a person or API key that a review reads.
pub(crate) fn reviewed(clinic: ClinicId, object: &AuditObject, record: AuditId) -> Key {
    Key::new(reviewed_partition(clinic), format!("{object}#{record}"))
}

/// Up to where a clinic's records are kept for reviews.
pub(crate) fn review_mark(clinic: ClinicId) -> Key {
    Key::new(reviewed_partition(clinic), "NEWEST")
}

/// The partition of the records of views whose links were issued on a UTC day.
pub(crate) fn viewed_partition(clinic: ClinicId, day: Day) -> String {
    format!("VIEWED#{clinic}#{day}")
}

/// A record of a view that a review reads.
pub(crate) fn viewed(clinic: ClinicId, (user, access): (UserId, AccessId), record: AuditId) -> Key {
    let partition = viewed_partition(clinic, access.created_at().day());
    Key::new(partition, format!("{user}#{access}#{record}"))
}

/// The partition of the days of a year on which people used their access.
pub(crate) fn used_partition(clinic: ClinicId, year: i16) -> String {
    format!("USED#{clinic}#{year:04}")
}

/// The days of a month on which a person used their access.
pub(crate) fn used(clinic: ClinicId, user: UserId, day: Day) -> Key {
    Key::new(used_partition(clinic, day.year()), format!("{user}#{:02}", day.month()))
}

/// The response to an idempotency key. The key is hashed, because a caller can send any text.
pub(crate) fn idempotency(caller: &str, key: &str) -> Key {
    let digest = Fingerprint::of(&[key.as_bytes()]);
    Key::new(format!("IDEM#{caller}#{}", digest.as_str()), "IDEM")
}

/// A used proof of possession. Its id is hashed, because a caller can send any text.
pub(crate) fn proof(key: KeyThumbprint, id: &str) -> Key {
    let digest = Fingerprint::of(&[id.as_bytes()]);
    Key::new(format!("DPOP#{key}#{}", digest.as_str()), "DPOP")
}

/// The published keys, which functions read when they start.
pub(crate) fn public_keys() -> Key {
    Key::new("KEYS#public", "KEYS")
}

impl fmt::Debug for Key {
    /// Writes the key for logs and errors. Leaves out addresses, NPIs, digests and studies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = |part: &str| {
            [
                "CLINIC",
                "AUDIT#",
                "INV#",
                "USER#",
                "MEMBER#",
                "MAIL",
                "KEYS",
                "SESSION",
                "THROTTLE#",
                "ACCESS#",
                "EVENTS#",
                "REVIEW#",
                "VIEWED#",
                "USED#",
                "usr_",
                "key:",
                "NEWEST",
                "HOOK",
                "DELIVERY#",
            ]
            .iter()
            .any(|prefix| part.starts_with(prefix))
        };
        let shown = |part: &str| match part.split_once('#') {
            Some((kind, _)) if !open(part) => format!("{kind}#redacted"),
            _ => part.to_owned(),
        };
        write!(f, "{}/{}", shown(&self.pk), shown(&self.sk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_a_log_names_the_item_but_no_address_or_npi() {
        let cid = ClinicId::from_bytes([1; 16]);
        let email = Email::parse("ada@clinic.example").unwrap();
        let npi = Npi::parse("1234567893").unwrap();
        for key in [
            email_claim(cid, &email),
            account(&email),
            membership(&email, cid),
            npi_claim(cid, npi),
        ] {
            let shown = format!("{key:?}");
            assert!(!shown.contains("ada") && !shown.contains("1234567893"), "{shown}");
        }
        assert_eq!(parse_npi_claim(&npi_claim(cid, npi)), Some((cid, npi)));
        assert_eq!(parse_npi_claim(&email_claim(cid, &email)), None);
        let id = InvitationId::from_bytes([2; 16]);
        assert!(format!("{:?}", invitation(cid, id)).ends_with(&format!("INV#{id}")));
    }
}
