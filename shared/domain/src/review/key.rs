//! The history of an API key.

use super::{HistoryIncomplete, ReviewDay};
use crate::actor::Actor;
use crate::audit::{AuditAction, AuditRecord};
use crate::credentials::api_key::KeyWithSecrets;
use crate::time::Timestamp;

/// What was done to an API key. Its scopes never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHistory {
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    rotations: Vec<(Timestamp, Actor)>,
    revoked: Option<(Timestamp, Actor)>,
}

/// An API key on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyReview {
    /// Since when it worked on this day.
    pub from: Timestamp,
    /// Until when it worked on this day.
    pub until: Timestamp,
    /// When it was last rotated, up to the end of the day, and who did it.
    pub rotated: Option<(Timestamp, Actor)>,
    /// When it was revoked, at any time, and who did it.
    pub revoked: Option<(Timestamp, Actor)>,
}

impl KeyHistory {
    /// Reads the history of a key. It has a record for each version of the key.
    pub fn read(key: &KeyWithSecrets, records: &[AuditRecord]) -> Result<Self, HistoryIncomplete> {
        // There are more if the key has changed since it was read.
        if (records.len() as u64) < key.version {
            return Err(HistoryIncomplete);
        }
        let of = |action: AuditAction| {
            let records = records.iter().filter(move |record| record.action == action);
            records.map(|record| (record.at, record.actor))
        };
        let revoked = of(AuditAction::ApiKeyRevoked).min_by_key(|(at, _)| *at);
        if of(AuditAction::ApiKeyCreated).next().is_none() || (revoked.is_none() && !key.key.active)
        {
            return Err(HistoryIncomplete);
        }
        Ok(Self {
            created_at: key.key.created_at,
            expires_at: key.key.expires_at,
            rotations: of(AuditAction::ApiKeyRotated).collect(),
            revoked,
        })
    }

    /// When the key stopped working, or will. What it opened ends then too.
    pub fn end(&self) -> Option<Timestamp> {
        let revoked_at = self.revoked.map(|(at, _)| at);
        [self.expires_at, revoked_at].into_iter().flatten().min()
    }

    /// The key on a day. `None` if it did not work then.
    pub fn on(&self, day: &ReviewDay) -> Option<KeyReview> {
        let (from, until) = day.clip(self.created_at, self.end().unwrap_or(day.until))?;
        let rotations = self.rotations.iter().filter(|(at, _)| *at < day.until);
        let rotated = rotations.max_by_key(|(at, _)| *at).copied();
        Some(KeyReview { from, until, rotated, revoked: self.revoked })
    }
}
