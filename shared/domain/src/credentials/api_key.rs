//! API keys: their scopes, their secrets and their rotation.

mod scope;
mod secret;

use std::fmt;
use std::time::Duration;

use crate::embed::EmbedOrigins;
use crate::field::Refusal;
use crate::ids::{ApiKeyId, ClinicId, UserId};
use crate::time::Timestamp;

pub use scope::{AccessScope, Scope};
pub use secret::{ApiKeySecret, NotAnApiKey};

/// Who created a key or rotated it. What the key does counts as done by this person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMaker {
    /// An owner or admin.
    User(UserId),
    /// The operator, who provisions a clinic with its first key.
    Operator,
}

impl KeyMaker {
    /// Reads the text that `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "operator" => Some(Self::Operator),
            id => UserId::parse(id).map(Self::User).ok(),
        }
    }

    /// The person. `None` for the operator.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Operator => None,
        }
    }
}

impl fmt::Display for KeyMaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::Operator => f.write_str("operator"),
        }
    }
}

/// One secret of a key. A key has two while it is rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySecret {
    /// The SHA-256 of the secret, in hex.
    pub digest: String,
    /// Who made it.
    pub made_by: KeyMaker,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it stops working because the key was rotated. `None` for the newest one.
    pub ends_at: Option<Timestamp>,
    /// When it was last used, to the hour.
    pub last_used_at: Option<Timestamp>,
}

impl KeySecret {
    /// Whether a use at `now` needs a new `last_used_at`.
    pub fn needs_use_update(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|at| now.since(at) >= USE_UPDATE_INTERVAL)
    }
}

/// The precision of `last_used_at`. One write an hour is enough for it.
pub const USE_UPDATE_INTERVAL: Duration = Duration::from_hours(1);

/// An API key without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The public id.
    pub id: ApiKeyId,
    /// The clinic it belongs to.
    pub clinic: ClinicId,
    /// What the key is for, in the words of its creator.
    pub description: KeyDescription,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Which web pages may embed the views that the key opens.
    pub embed_origins: EmbedOrigins,
    /// Which temporary access it sees and ends.
    pub access_scope: AccessScope,
    /// Whether the key works. A revoked key does not.
    pub active: bool,
    /// Who created it.
    pub created_by: KeyMaker,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it stops working. `None` if it works until it is revoked.
    pub expires_at: Option<Timestamp>,
}

/// The state of a key, as views show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// It works.
    Active,
    /// It has expired.
    Expired,
    /// It was revoked.
    Revoked,
}

impl KeyStatus {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl ApiKey {
    /// Its state at `now`.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        match self.expires_at {
            _ if !self.active => KeyStatus::Revoked,
            Some(end) if end <= now => KeyStatus::Expired,
            _ => KeyStatus::Active,
        }
    }

    /// Whether it works at `now` and has this scope.
    pub fn may(&self, needed: Scope, now: Timestamp) -> bool {
        let held = self.scopes.iter().any(|held| held.includes(needed));
        self.status(now) == KeyStatus::Active && held
    }

    /// Whether only an owner may create or rotate it.
    pub fn needs_owner(&self) -> bool {
        self.scopes.iter().any(|scope| scope.needs_owner())
    }
}

/// How many hours the old secret of a rotated key still works: 0 to 168.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverlapHours(u32);

impl OverlapHours {
    /// Reads a number of hours.
    pub fn new(hours: u32) -> Result<Self, Refusal> {
        const RANGE: Refusal = Refusal::new("overlap_range", "Send a whole number from 0 to 168.");
        if hours <= 168 { Ok(Self(hours)) } else { Err(RANGE) }
    }

    /// Converts to a duration.
    pub fn duration(self) -> Duration {
        Duration::from_hours(self.0.into())
    }
}

/// A key with its secrets that work, the newest last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyWithSecrets {
    /// The key.
    pub key: ApiKey,
    /// Its secrets. There are two at most.
    pub secrets: Vec<KeySecret>,
    /// Counts the writes, so that no write is lost.
    pub version: u64,
}

/// Why a key cannot be rotated: it no longer works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyNotActive(pub KeyStatus);

/// A rotated key, to write.
#[must_use = "a rotation does nothing until the store writes it"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRotation {
    /// The key with its next secrets.
    pub next: KeyWithSecrets,
    /// The digests of the secrets that end now.
    pub ended: Vec<String>,
}

impl KeyWithSecrets {
    /// A new key.
    pub fn new(key: ApiKey, secret: &ApiKeySecret) -> Self {
        let first = KeySecret {
            digest: secret.digest(),
            made_by: key.created_by,
            made_at: key.created_at,
            ends_at: None,
            last_used_at: None,
        };
        Self { key, secrets: vec![first], version: 1 }
    }

    /// Gives the key another secret. The newest one so far ends after `overlap`, and an older one ends now.
    /// If the newest one was never used, its answer may have been lost. With an overlap, it then ends now
    /// and the older one keeps its end.
    pub fn rotate(
        self,
        secret: &ApiKeySecret,
        made_by: KeyMaker,
        overlap: OverlapHours,
        now: Timestamp,
    ) -> Result<KeyRotation, KeyNotActive> {
        let status = self.key.status(now);
        if status != KeyStatus::Active {
            return Err(KeyNotActive(status));
        }
        let (mut secrets, mut ended) = (Vec::new(), Vec::new());
        let end = now.plus(overlap.duration());
        let works = |old: &KeySecret| old.ends_at.is_some_and(|end| end > now);
        let never_used = |old: &KeySecret| old.ends_at.is_none() && old.last_used_at.is_none();
        let lost = self.secrets.iter().any(works) && self.secrets.iter().any(never_used);
        for mut old in self.secrets {
            match old.ends_at {
                _ if end <= now => ended.push(old.digest),
                None if lost => ended.push(old.digest),
                None => {
                    old.ends_at = Some(end);
                    secrets.push(old);
                }
                Some(_) if lost && works(&old) => secrets.push(old),
                Some(_) => ended.push(old.digest),
            }
        }
        secrets.push(KeySecret {
            digest: secret.digest(),
            made_by,
            made_at: now,
            ends_at: None,
            last_used_at: None,
        });
        let next = Self { key: self.key, secrets, version: self.version + 1 };
        Ok(KeyRotation { next, ended })
    }

    /// Whether this person made a secret that works at `now`. Such a key could outlast them.
    pub fn has_secret_of(&self, user: UserId, now: Timestamp) -> bool {
        let works = |secret: &KeySecret| secret.ends_at.is_none_or(|end| end > now);
        let made = |secret: &KeySecret| secret.made_by == KeyMaker::User(user);
        self.key.status(now) == KeyStatus::Active
            && self.secrets.iter().any(|secret| works(secret) && made(secret))
    }
}

/// The description of an API key: 1 to 200 characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDescription(String);

impl KeyDescription {
    /// Reads a description and trims it.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let right =
            (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        let refused = Refusal::new(
            "description_invalid",
            "Send 1 to 200 characters without control characters.",
        );
        right.then(|| Self(text.to_owned())).ok_or(refused)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ids::tests::FixedEntropy;
    use proptest::prelude::*;

    pub(crate) fn key(scopes: &[Scope]) -> ApiKey {
        ApiKey {
            id: ApiKeyId::from_bytes([1; 16]),
            clinic: ClinicId::from_bytes([2; 16]),
            description: KeyDescription::parse("PACS").unwrap(),
            scopes: scopes.to_vec(),
            embed_origins: EmbedOrigins::default(),
            access_scope: AccessScope::All,
            active: true,
            created_by: KeyMaker::User(UserId::from_bytes([3; 16])),
            created_at: Timestamp::EPOCH,
            expires_at: None,
        }
    }

    fn secret(fill: u8) -> ApiKeySecret {
        ApiKeySecret::new(&FixedEntropy(fill))
    }

    #[test]
    fn a_key_works_until_it_expires_or_is_revoked() {
        let mut key = key(&[Scope::UsersRead]);
        let later = Timestamp::EPOCH.plus(Duration::from_hours(1));
        assert!(key.may(Scope::UsersRead, later) && !key.may(Scope::UsersWrite, later));
        key.expires_at = Some(later);
        assert_eq!(key.status(Timestamp::EPOCH), KeyStatus::Active);
        assert_eq!(key.status(later), KeyStatus::Expired);
        assert!(!key.may(Scope::UsersRead, later));
        key.active = false;
        assert_eq!(key.status(Timestamp::EPOCH), KeyStatus::Revoked);
    }

    #[test]
    fn a_rotated_key_has_two_secrets_at_most_and_none_outlasts_the_overlap() {
        let (now, other) = (Timestamp::EPOCH, KeyMaker::User(UserId::from_bytes([4; 16])));
        let overlap = |hours| OverlapHours::new(hours).unwrap();
        let first = KeyWithSecrets::new(key(&[Scope::UsersRead]), &secret(1));
        let once = first.clone().rotate(&secret(2), other, overlap(24), now).unwrap();
        let end = now.plus(Duration::from_hours(24));
        assert_eq!(once.ended, Vec::<String>::new());
        assert_eq!(once.next.secrets[0].ends_at, Some(end));
        assert_eq!(once.next.secrets[1].made_by, other);
        let mut used = once.next.clone();
        used.secrets[1].last_used_at = Some(now);
        let twice = used.rotate(&secret(3), other, overlap(24), now).unwrap();
        assert_eq!(twice.ended, [secret(1).digest()]);
        assert_eq!(twice.next.secrets.len(), 2);
        let later = now.plus(Duration::from_hours(1));
        let repeated = once.next.clone().rotate(&secret(3), other, overlap(24), later).unwrap();
        assert_eq!(repeated.ended, [secret(2).digest()], "its answer may have been lost");
        assert_eq!(repeated.next.secrets[0].ends_at, Some(end), "the first one keeps its end");
        let at_once = once.next.rotate(&secret(3), other, overlap(0), now).unwrap();
        assert_eq!(at_once.ended, [secret(1).digest(), secret(2).digest()]);
        let mut revoked = first;
        revoked.key.active = false;
        let refused = revoked.rotate(&secret(2), other, overlap(0), now);
        assert_eq!(refused, Err(KeyNotActive(KeyStatus::Revoked)));
    }

    #[test]
    fn a_person_holds_a_key_while_a_secret_of_theirs_works() {
        let (maker, next) = (UserId::from_bytes([3; 16]), UserId::from_bytes([4; 16]));
        let first = KeyWithSecrets::new(key(&[Scope::UsersRead]), &secret(1));
        let now = Timestamp::EPOCH;
        assert!(first.has_secret_of(maker, now) && !first.has_secret_of(next, now));
        let by = KeyMaker::User(next);
        let rotated =
            first.rotate(&secret(2), by, OverlapHours::new(1).unwrap(), now).unwrap().next;
        assert!(rotated.has_secret_of(maker, now) && rotated.has_secret_of(next, now));
        let later = now.plus(Duration::from_hours(1));
        assert!(!rotated.has_secret_of(maker, later) && rotated.has_secret_of(next, later));
    }

    #[test]
    fn a_maker_survives_its_text() {
        for maker in [KeyMaker::Operator, KeyMaker::User(UserId::from_bytes([3; 16]))] {
            assert_eq!(KeyMaker::parse(&maker.to_string()), Some(maker));
        }
        assert_eq!(KeyMaker::parse("system"), None);
    }

    proptest! {
        #[test]
        fn a_description_reads_as_itself(text in any::<String>()) {
            if let Ok(description) = KeyDescription::parse(&text) {
                prop_assert_eq!(KeyDescription::parse(description.as_str()), Ok(description));
            }
        }
    }

    #[test]
    fn a_description_has_1_to_200_characters() {
        assert!(KeyDescription::parse(&"é".repeat(200)).is_ok());
        for wrong in ["", "  ", "a\u{7}b", &"x".repeat(201)] {
            assert!(KeyDescription::parse(wrong).is_err());
        }
    }
}
