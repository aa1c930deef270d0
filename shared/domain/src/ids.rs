//! Identifiers. All are UUIDv7 (RFC 9562), so they sort by the moment they were made.

use std::fmt;

use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use crate::entropy::{Entropy, random};
use crate::field::Refusal;
use crate::time::Timestamp;

/// The text is not an identifier of the expected kind. Holds the sentence for the caller.
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

/// The smallest UUID that something made at `time` or later can have.
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
            /// A new identifier for something made at `now`.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(new_uuid(now, entropy))
            }

            /// Reads the one text form that [`fmt::Display`] writes.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                let read: fn(&str) -> Option<&str> = $read;
                let bare = read(text).ok_or(NotAnId($detail))?;
                let id = Uuid::try_parse(bare).map(Self).map_err(|_| NotAnId($detail))?;
                if id.to_string() == text { Ok(id) } else { Err(NotAnId($detail)) }
            }

            /// The 16 bytes of the UUID.
            pub fn bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// When it was made: the first 48 bits of a UUIDv7 are milliseconds since 1970.
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
            concat!("Send `", $prefix, "` and 32 lower-case hex characters."),
            |id, f| write!(f, concat!($prefix, "{}"), id.simple()),
            |text| text.strip_prefix($prefix)
        );
    };
}

prefixed_id!(
    /// A user, from the invitation on.
    UserId, "usr_");
prefixed_id!(
    /// An invitation. It carries the same UUID as the user that it makes.
    InvitationId, "inv_");
prefixed_id!(
    /// One audit record.
    AuditId, "evt_");
prefixed_id!(
    /// A mail that is not an invitation.
    NoticeId, "mail_");
prefixed_id!(
    /// A person's session at the dashboard.
    SessionId, "ses_");
prefixed_id!(
    /// One temporary access.
    AccessId, "acc_");
prefixed_id!(
    /// A study, as the radiology platform names it. Not made here.
    StudyId, "stu_");
id!(
    /// A clinic: a UUID with hyphens.
    ClinicId, "Send a UUID with hyphens.", |id, f| write!(f, "{}", id.hyphenated()), |text| Some(text));
id!(
    /// An API key's public name: a UUID with hyphens.
    ApiKeyId, "Send a UUID with hyphens.", |id, f| write!(f, "{}", id.hyphenated()), |text| Some(text));

impl InvitationId {
    /// The user that this invitation makes when it is accepted.
    pub fn user_id(self) -> UserId {
        UserId(self.0)
    }

    /// The smallest id that an invitation made at `time` or later can have: a bound for ranges.
    pub fn floor(time: Timestamp) -> Self {
        Self(floor_uuid(time))
    }
}

impl AuditId {
    /// The one identifier that a record about `this` has within a minute: of those written for the
    /// same thing again and again, one is kept.
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

impl AccessId {
    /// The smallest id that an access made at `time` or later can have: a bound for ranges.
    pub fn floor(time: Timestamp) -> Self {
        Self(floor_uuid(time))
    }
}

impl UserId {
    /// The invitation that made this user.
    pub fn invitation_id(self) -> InvitationId {
        InvitationId(self.0)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Fills with one byte, so that ids are known beforehand.
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
        fn an_id_knows_when_it_was_made(ms in 0_i64..4_000_000_000_000, fill in any::<u8>()) {
            let at = Timestamp::from_millis(ms).unwrap();
            prop_assert_eq!(UserId::new(at, &FixedEntropy(fill)).created_at(), at);
        }

        #[test]
        fn the_floor_divides_ids_by_their_time(ms in 1_i64..4_000_000_000_000, fill in any::<u8>()) {
            let at = |ms| Timestamp::from_millis(ms).unwrap();
            prop_assert!(InvitationId::new(at(ms), &FixedEntropy(fill)) >= InvitationId::floor(at(ms)));
            prop_assert!(InvitationId::new(at(ms - 1), &FixedEntropy(fill)) < InvitationId::floor(at(ms)));
        }
    }

    #[test]
    fn only_the_one_text_form_is_read() {
        let id = UserId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string(), format!("usr_{}", "ab".repeat(16)));
        for wrong in [
            format!("usr_{}", "AB".repeat(16)),
            format!("inv_{}", "ab".repeat(16)),
            "ab".repeat(16),
            format!("usr_{}", "ab".repeat(15)),
            format!("usr_{{{}}}", "ab".repeat(16)),
        ] {
            assert!(UserId::parse(&wrong).is_err(), "{wrong}");
        }
        assert!(ClinicId::parse(&"ab".repeat(16)).is_err());
    }

    #[test]
    fn what_repeats_within_a_minute_has_one_id_and_other_things_have_another() {
        let at = |seconds: i64| Timestamp::from_millis(1_795_512_600_000 + seconds * 1000).unwrap();
        let id = |seconds, this: &[&[u8]]| AuditId::for_minute(at(seconds), this);
        assert_eq!(id(0, &[b"a", b"b"]), id(59, &[b"a", b"b"]));
        for other in [id(60, &[b"a", b"b"]), id(0, &[b"a", b"c"]), id(0, &[b"ab"])] {
            assert_ne!(other, id(0, &[b"a", b"b"]));
        }
        assert_eq!(id(59, &[b"a"]).created_at(), at(0));
    }

    #[test]
    fn an_invitation_and_its_user_share_one_uuid() {
        let id = InvitationId::from_bytes([3; 16]);
        assert_eq!(id.user_id().invitation_id(), id);
    }
}
