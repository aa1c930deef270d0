//! The secrets of an endpoint, and their rotation.

use crate::credentials::api_key::OverlapHours;
use crate::credentials::webhook_secret::SecretVersion;
use crate::ids::UserId;
use crate::time::Timestamp;

/// The most secrets that sign a delivery. Each adds a signature to its header.
const MAX_SECRETS: usize = 4;

/// One secret of an endpoint. It derives from its version and is stored nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointSecret {
    /// What it derives from.
    pub version: SecretVersion,
    /// Who made it.
    pub made_by: UserId,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it stops signing because the endpoint was rotated. `None` for the newest one.
    pub ends_at: Option<Timestamp>,
}

impl EndpointSecret {
    /// Whether it signs deliveries at `now`.
    pub fn signs(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }
}

/// The secrets of an endpoint: the newest one, and older ones until their overlap ends, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointSecrets {
    /// The newest one.
    pub newest: EndpointSecret,
    /// Older ones.
    pub older: Vec<EndpointSecret>,
}

impl EndpointSecrets {
    /// The first secret of an endpoint, with the key of this number.
    pub fn first(kid: u8, made_by: UserId, made_at: Timestamp) -> Self {
        let version = SecretVersion { kid, generation: 1 };
        Self {
            newest: EndpointSecret { version, made_by, made_at, ends_at: None },
            older: Vec::new(),
        }
    }

    /// Those that sign deliveries at `now`, the newest first.
    pub fn signing(&self, now: Timestamp) -> impl Iterator<Item = &EndpointSecret> {
        let older = self.older.iter().rev().filter(move |secret| secret.signs(now));
        std::iter::once(&self.newest).chain(older)
    }

    /// Adds a secret. The newest one so far signs until the overlap ends. `None` if four sign already: no secret ends
    /// before its time.
    pub fn rotate(
        self,
        kid: u8,
        made_by: UserId,
        overlap: OverlapHours,
        now: Timestamp,
    ) -> Option<Self> {
        let end = now.plus(overlap.duration());
        let generation = self.newest.version.generation.saturating_add(1);
        let before = EndpointSecret { ends_at: Some(end), ..self.newest };
        let mut older: Vec<_> = self.older.into_iter().chain([before]).collect();
        for secret in &mut older {
            // A shorter overlap ends the earlier ones too, for a secret that leaked.
            secret.ends_at = secret.ends_at.map(|until| until.min(end));
        }
        older.retain(|secret| secret.signs(now));
        let version = SecretVersion { kid, generation };
        let newest = EndpointSecret { version, made_by, made_at: now, ends_at: None };
        (older.len() < MAX_SECRETS).then_some(Self { newest, older })
    }

    /// Whether this person made a secret that signs at `now`.
    pub fn has_secret_of(&self, user: UserId, now: Timestamp) -> bool {
        self.signing(now).any(|secret| secret.made_by == user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn ada() -> UserId {
        UserId::from_bytes([1; 16])
    }

    fn overlap(hours: u32) -> OverlapHours {
        OverlapHours::new(hours).unwrap()
    }

    fn at(hours: u64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_hours(hours))
    }

    fn generations(secrets: &EndpointSecrets, now: Timestamp) -> Vec<u32> {
        secrets.signing(now).map(|secret| secret.version.generation).collect()
    }

    #[test]
    fn an_old_secret_signs_until_its_overlap_ends() {
        let grace = UserId::from_bytes([2; 16]);
        let first = EndpointSecrets::first(1, ada(), at(0));
        let second = first.rotate(2, grace, overlap(24), at(1)).unwrap();
        assert_eq!(generations(&second, at(24)), [2, 1]);
        assert_eq!(generations(&second, at(25)), [2]);
        assert!(second.has_secret_of(ada(), at(24)) && !second.has_secret_of(ada(), at(25)));
        assert!(second.has_secret_of(grace, at(25)));
        let third = second.clone().rotate(2, grace, overlap(2), at(2)).unwrap();
        assert_eq!(generations(&third, at(3)), [3, 2, 1]);
        assert_eq!(generations(&third, at(4)), [3], "a shorter overlap ends all older ones");
        let at_once = second.rotate(2, grace, overlap(0), at(2)).unwrap();
        assert_eq!(generations(&at_once, at(2)), [3]);
    }

    proptest! {
        #[test]
        fn there_are_four_secrets_at_most_and_the_newest_always_signs(steps in prop::collection::vec((0_u32..=168, 0_u64..200), 0..20)) {
            let (mut secrets, mut now) = (EndpointSecrets::first(1, ada(), at(0)), 0);
            for (hours, wait) in steps {
                now += wait;
                let before = secrets.newest.version.generation;
                let Some(next) = secrets.clone().rotate(1, ada(), overlap(hours), at(now)) else {
                    prop_assert!(hours > 0, "a secret that leaked can always end");
                    prop_assert_eq!(generations(&secrets, at(now)).len(), MAX_SECRETS);
                    continue;
                };
                secrets = next;
                prop_assert_eq!(secrets.newest.version.generation, before + 1);
                let signing = generations(&secrets, at(now));
                prop_assert!((1..=MAX_SECRETS).contains(&signing.len()));
                prop_assert!(signing.windows(2).all(|pair| pair[0] > pair[1]));
                prop_assert_eq!(signing.contains(&before), hours > 0);
            }
        }
    }
}
