//! Identifiers. All but those of events are UUIDv7 (RFC 9562), so they sort by creation time.

use std::fmt;

use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use crate::entropy::{Entropy, random};
use crate::field::Refusal;
use crate::time::Timestamp;

/// The text is not an identifier of the expected kind. Holds the error detail for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAnId(pub &'static str);

impl From<NotAnId> for Refusal {
    fn from(NotAnId(detail): NotAnId) -> Self {
        Self::new("id_invalid", detail)
    }
}

fn new_uuid(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random(entropy)).into_uuid()
}

/// The smallest UUID of anything created at `time` or later.
fn floor_uuid(time: Timestamp) -> Uuid {
    let millis = u64::try_from(time.millis()).unwrap_or(0);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    Uuid::from_bytes(bytes)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $detail:expr, $show:expr, $read:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Creates an identifier at `now`.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(new_uuid(now, entropy))
            }

            /// Reads the text that [`fmt::Display`] writes, in either case. Refuses every other spelling.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                let read: fn(&str) -> Option<&str> = $read;
                let lower = text.to_ascii_lowercase();
                let bare = read(&lower).ok_or(NotAnId($detail))?;
                let id = Uuid::try_parse(bare).map(Self).map_err(|_| NotAnId($detail))?;
                if id.to_string() == lower { Ok(id) } else { Err(NotAnId($detail)) }
            }

            /// The 16 bytes of the UUID.
            pub fn bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The creation time. The first 48 bits of a UUIDv7 are milliseconds since 1970.
            pub fn created_at(&self) -> Timestamp {
                let mut millis = [0; 8];
                millis[2..].copy_from_slice(&self.bytes()[..6]);
                Timestamp::from_millis(i64::from_be_bytes(millis)).unwrap_or(Timestamp::EPOCH)
            }

            /// The identifier with these 16 bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let show: fn(&Uuid, &mut fmt::Formatter<'_>) -> fmt::Result = $show;
                show(&self.0, f)
            }
        }
    };
}

macro_rules! prefixed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        id!(
            $(#[$doc])* $name,
            concat!("Send `", $prefix, "` and 32 hex characters."),
            |id, f| write!(f, concat!($prefix, "{}"), id.simple()),
            |text| text.strip_prefix($prefix)
        );
    };
}

prefixed_id!(
    /// A user. The id is assigned when the person is invited.
    UserId, "usr_");
prefixed_id!(
    /// An invitation. The user who accepts it has the same UUID.
    InvitationId, "inv_");
prefixed_id!(
    /// One audit record.
    AuditId, "evt_");
prefixed_id!(
    /// An event. The id follows from the change, so it does not sort by time.
    EventId, "whe_");
prefixed_id!(
    /// An email other than an invitation.
    NoticeId, "mail_");
prefixed_id!(
    /// A webhook endpoint.
    WebhookId, "whk_");
prefixed_id!(
    /// The delivery of one event to one webhook endpoint. Sorts by the time of the event.
    DeliveryId, "whd_");
prefixed_id!(
    /// A dashboard session.
    SessionId, "ses_");
prefixed_id!(
    /// One temporary access.
    AccessId, "acc_");
prefixed_id!(
    /// A study. The radiology platform assigns this id.
    StudyId, "stu_");
id!(
    /// A clinic: a UUID with hyphens.
    ClinicId, "Send a UUID with hyphens.", |id, f| write!(f, "{}", id.hyphenated()), |text| Some(text));
id!(
    /// An API key. The id is public: a UUID with hyphens.
    ApiKeyId, "Send a UUID with hyphens.", |id, f| write!(f, "{}", id.hyphenated()), |text| Some(text));

impl InvitationId {
    /// The id that the user gets on accepting this invitation.
    pub fn user_id(self) -> UserId {
        UserId(self.0)
    }

    /// The smallest id of an invitation created at `time` or later, for ranges of keys.
    pub fn floor(time: Timestamp) -> Self {
        Self(floor_uuid(time))
    }
}

impl AuditId {
    /// The smallest id of a record made at `time` or later, for ranges of keys.
    pub fn floor(time: Timestamp) -> Self {
        Self(floor_uuid(time))
    }

    /// The id that all records about `this` get within one minute. Only the first of them is stored,
    /// so a repeated event adds one record a minute.
    pub fn for_minute(at: Timestamp, this: &[&[u8]]) -> Self {
        const MINUTE: i64 = 60_000;
        let minute = Timestamp::from_millis(at.millis() / MINUTE * MINUTE).unwrap_or(at);
        let mut digest = Sha256::new();
        for part in this {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let mut random = [0; 10];
        random.copy_from_slice(&digest.finalize()[..10]);
        let millis = u64::try_from(minute.millis()).unwrap_or(0);
        Self(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

impl EventId {
    /// The id of the event of an audit record.
    pub fn of_record(record: AuditId) -> Self {
        Self::from_bytes(*record.bytes())
    }

    /// The id of the event of a changed delivery. `change` counts the changes of the invitation.
    pub fn of_delivery(invitation: InvitationId, change: u32) -> Self {
        Self::of_parts(&[b"delivery", invitation.bytes(), &change.to_be_bytes()])
    }

    /// The id of an event without an audit record: a digest of what it follows from.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.finalize()[..16]);
        Self::from_bytes(bytes)
    }
}

impl DeliveryId {
    /// The id of the delivery of this event to this endpoint. It is always the same, so an event is queued for
    /// an endpoint once.
    pub fn of(event: EventId, endpoint: WebhookId, at: Timestamp) -> Self {
        let mut digest = Sha256::new();
        digest.update(event.bytes());
        digest.update(endpoint.bytes());
        let mut random = [0; 10];
        random.copy_from_slice(&digest.finalize()[..10]);
        let millis = u64::try_from(at.millis()).unwrap_or(0);
        Self(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The smallest id of the delivery of an event at `time` or later, for ranges of keys.
    pub fn floor(time: Timestamp) -> Self {
        Self(floor_uuid(time))
    }
}

impl AccessId {
    /// The smallest id of an access created at `time` or later, for ranges of keys.
    pub fn floor(time: Timestamp) -> Self {
        Self(floor_uuid(time))
    }
}

impl UserId {
    /// The id of the invitation that this user accepted.
    pub fn invitation_id(self) -> InvitationId {
        InvitationId(self.0)
    }
}

impl ClinicId {
    /// Stands for the operator in the audit, for changes that concern no single clinic.
    pub const OPERATOR: Self = Self(Uuid::nil());
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Fills with one byte, so that ids are known in advance.
    pub(crate) struct FixedEntropy(pub(crate) u8);

    impl Entropy for FixedEntropy {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    proptest! {
        #[test]
        fn ids_survive_their_text(bytes in any::<[u8; 16]>()) {
            let id = InvitationId::from_bytes(bytes);
            prop_assert_eq!(InvitationId::parse(&id.to_string()), Ok(id));
            let clinic = ClinicId::from_bytes(bytes);
            prop_assert_eq!(ClinicId::parse(&clinic.to_string()), Ok(clinic));
            let study = StudyId::from_bytes(bytes);
            prop_assert_eq!(StudyId::parse(&study.to_string()), Ok(study));
        }

        #[test]
        fn reading_an_id_never_panics(text in any::<String>()) {
            let _ = UserId::parse(&text);
            let _ = ClinicId::parse(&text);
        }

        #[test]
        fn ids_sort_by_creation(a in 0_i64..4_000_000_000_000, b in 0_i64..4_000_000_000_000) {
            let at = |ms| Timestamp::from_millis(ms).unwrap();
            let (ida, idb) = (UserId::new(at(a), &FixedEntropy(7)), UserId::new(at(b), &FixedEntropy(7)));
            prop_assert_eq!(a.cmp(&b), ida.to_string().cmp(&idb.to_string()));
        }

        #[test]
        fn an_id_holds_its_creation_time(ms in 0_i64..4_000_000_000_000, fill in any::<u8>()) {
            let at = Timestamp::from_millis(ms).unwrap();
            prop_assert_eq!(UserId::new(at, &FixedEntropy(fill)).created_at(), at);
        }

        #[test]
        fn a_floor_separates_older_ids_from_newer_ones(ms in 1_i64..4_000_000_000_000, fill in any::<u8>()) {
            let at = |ms| Timestamp::from_millis(ms).unwrap();
            prop_assert!(InvitationId::new(at(ms), &FixedEntropy(fill)) >= InvitationId::floor(at(ms)));
            prop_assert!(InvitationId::new(at(ms - 1), &FixedEntropy(fill)) < InvitationId::floor(at(ms)));
        }
    }

    #[test]
    fn an_id_is_read_in_either_case_and_written_in_lower_case() {
        let id = UserId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string(), format!("usr_{}", "ab".repeat(16)));
        for spelling in ["AB", "ab", "aB"] {
            for prefix in ["usr_", "USR_"] {
                assert_eq!(UserId::parse(&format!("{prefix}{}", spelling.repeat(16))), Ok(id));
            }
        }
        let key = ApiKeyId::from_bytes([0xab; 16]);
        assert_eq!(ApiKeyId::parse(&key.to_string().to_uppercase()), Ok(key));
        for wrong in [
            format!("usr_{}", "\u{212a}b".repeat(16)),
            format!("inv_{}", "ab".repeat(16)),
            "ab".repeat(16),
            format!("usr_{}", "ab".repeat(15)),
            format!("usr_{{{}}}", "ab".repeat(16)),
        ] {
            assert!(UserId::parse(&wrong).is_err(), "{wrong}");
        }
        for wrong in ["ab".repeat(16), format!("{{{key}}}"), format!("urn:uuid:{key}")] {
            assert!(ClinicId::parse(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn records_about_one_thing_share_an_id_for_a_minute() {
        let at = |seconds: i64| Timestamp::from_millis(1_795_512_600_000 + seconds * 1000).unwrap();
        let id = |seconds, this: &[&[u8]]| AuditId::for_minute(at(seconds), this);
        assert_eq!(id(0, &[b"a", b"b"]), id(59, &[b"a", b"b"]));
        for other in [id(60, &[b"a", b"b"]), id(0, &[b"a", b"c"]), id(0, &[b"ab"])] {
            assert_ne!(other, id(0, &[b"a", b"b"]));
        }
        assert_eq!(id(59, &[b"a"]).created_at(), at(0));
    }

    #[test]
    fn an_event_has_one_delivery_for_each_endpoint() {
        let at = |seconds: i64| Timestamp::from_millis(1_795_512_600_000 + seconds * 1000).unwrap();
        let event = |byte| EventId::from_bytes([byte; 16]);
        let endpoint = |byte| WebhookId::from_bytes([byte; 16]);
        let id = DeliveryId::of(event(1), endpoint(1), at(0));
        assert_eq!(DeliveryId::of(event(1), endpoint(1), at(0)), id);
        assert_ne!(DeliveryId::of(event(2), endpoint(1), at(0)), id);
        assert_ne!(DeliveryId::of(event(1), endpoint(2), at(0)), id);
        assert!(DeliveryId::of(event(1), endpoint(1), at(1)) > id);
        assert!(DeliveryId::floor(at(0)) <= id && id < DeliveryId::floor(at(1)));
    }

    #[test]
    fn an_invitation_and_its_user_share_one_uuid() {
        let id = InvitationId::from_bytes([3; 16]);
        assert_eq!(id.user_id().invitation_id(), id);
    }
}
