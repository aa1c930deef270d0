//! What a request to open a link shows besides the link's token.

use std::time::Duration;

use super::state::Opening;
use super::thumbprint::KeyThumbprint;
use crate::ids::AccessId;
use crate::invitation::Fingerprint;
use crate::time::Timestamp;

/// How long the request that opened a link can be repeated, if its answer was lost.
const REPEAT_WINDOW: Duration = Duration::from_secs(30);

/// What only the sender of a request to open a link knows. A stolen link does not show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redeemer {
    /// The key that the sender proved to hold, if any.
    pub key: Option<KeyThumbprint>,
    /// The digest of the request's `Idempotency-Key`, if it has one.
    pub idempotency_key: Option<Fingerprint>,
}

impl Redeemer {
    /// The sender of a request to open the link of `access`. The same `Idempotency-Key` has another digest
    /// for another link.
    pub fn new(
        access: AccessId,
        key: Option<KeyThumbprint>,
        idempotency_key: Option<&str>,
    ) -> Self {
        let digest = |text: &str| Fingerprint::of(&[&access.bytes()[..], text.as_bytes()]);
        Self { key, idempotency_key: idempotency_key.map(digest) }
    }
}

impl Opening {
    /// Whether a request at `now` repeats the one that opened the link: it has the same proof key, or the
    /// same `Idempotency-Key` and no proof by another key.
    pub(super) fn is_repeated_by(&self, redeemer: &Redeemer, now: Timestamp) -> bool {
        let same_sender = match redeemer.key {
            Some(key) => self.key == Some(key),
            None => {
                redeemer.idempotency_key.is_some()
                    && redeemer.idempotency_key == self.idempotency_key
            }
        };
        same_sender && now.since(self.at) < REPEAT_WINDOW
    }
}
