//! `{"rotateKeys": "SigningKeys"}` and `{"replaceLeakedKeys": "SigningKeys"}`: changes of keys.
//!
//! A rotation has three steps, and the secret itself shows which one is next. Between them, functions and other
//! services learn the new key, and tokens of the old one run out. No one sees a secret: this function makes it.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use changes::Requester;
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::key_set::{KeyChange, KeySet};
use domain::entropy::{Entropy, random};
use domain::field::Refusal;
use domain::ids::ClinicId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::CommitOutcome;

use crate::key_secrets::KeySecret;
use crate::{Deps, ProvisionError, check_field, publish, published_kids};

/// `{"rotateKeys": "InvitationLinkKeys"}`: the next step of a rotation.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateKeysRequest {
    /// The name of the secret.
    pub rotate_keys: String,
}

/// `{"replaceLeakedKeys": "InvitationLinkKeys"}`: a new key in place of all others.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceLeakedKeysRequest {
    /// The name of the secret.
    pub replace_leaked_keys: String,
}

/// What was changed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedKeys {
    /// The name of the secret.
    pub keys: &'static str,
    /// `added`, `in_use`, `finished` or `replaced`.
    pub step: &'static str,
    /// When to run the same command for the next step. Absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_step_after: Option<String>,
    /// The `kid`s of the published keys, for `SigningKeys`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_keys: Option<Vec<String>>,
}

/// Why keys were not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RotationRefusal {
    /// The step before was too short ago.
    #[error(
        "nothing changed. Run the command again after {0}, when everyone knows or no one needs the key"
    )]
    TooEarly(Timestamp),
    /// Webhooks of these clinics still sign with the old key.
    #[error(
        "nothing changed. Webhooks of {0} sign with the old key. Ask an owner or admin of each clinic to rotate them, and wait until their overlap ends. To end the key in spite of them, run replaceLeakedKeys"
    )]
    InUse(ClinicNames),
    /// The secret is in no state of a rotation.
    #[error(
        "nothing changed. The secret was edited by hand: it must hold one entry, or two whose numbers follow each other. Store one entry, or run replaceLeakedKeys"
    )]
    Unknown,
}

/// Clinics, of which a message names the first ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClinicNames(Vec<ClinicId>);

impl Display for ClinicNames {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const NAMED: usize = 10;
        let named: Vec<_> = self.0.iter().take(NAMED).map(ToString::to_string).collect();
        f.write_str(&named.join(", "))?;
        match self.0.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, " and {more} more clinics"),
        }
    }
}

/// Takes the next step of a rotation.
pub(crate) async fn rotate(deps: &Deps, name: &str) -> Result<ChangedKeys, ProvisionError> {
    let set = parse_set("rotateKeys", name)?;
    let secret = deps.secrets.read(set).await?;
    if set == KeySet::SigningKeys {
        // A run that ended after it stored the secret did not publish it.
        publish(deps, &secret.text).await?;
    }
    let entries = parse_entries(&secret.text);
    let (change, next) = next_step(&entries, deps.context.entropy.as_ref())?;
    let due = secret.changed_at.map(|at| at.plus(pause_before(change, set)));
    if let Some(due) = due.filter(|due| deps.context.now() < *due) {
        return Err(RotationRefusal::TooEarly(due).into());
    }
    if (set, change) == (KeySet::WebhookKeys, KeyChange::Finished) {
        require_unused(deps, &entries).await?;
    }
    store_change(deps, set, change, (&secret, &next)).await
}

/// Requires that no webhook signs with another key than the newest. Nothing would be sent to it any more.
async fn require_unused(deps: &Deps, entries: &[KeyEntry]) -> Result<(), ProvisionError> {
    let (store, now) = (&deps.context.store, deps.context.now());
    let newest = entries.first().map(|entry| entry.number);
    let mut clinics = Vec::new();
    for clinic in store.list_clinics().await? {
        let webhooks = store.load_webhooks(clinic).await?;
        let mut kids = webhooks.iter().flat_map(|one| one.secrets.signing(now));
        if kids.any(|secret| Some(secret.version.kid) != newest) {
            clinics.push(clinic);
        }
    }
    if clinics.is_empty() {
        Ok(())
    } else {
        Err(RotationRefusal::InUse(ClinicNames(clinics)).into())
    }
}

/// Stores a new key only. Tokens of all older ones are refused.
pub(crate) async fn replace_leaked(deps: &Deps, name: &str) -> Result<ChangedKeys, ProvisionError> {
    let set = parse_set("replaceLeakedKeys", name)?;
    let secret = deps.secrets.read(set).await?;
    let new = new_entry(&parse_entries(&secret.text), deps.context.entropy.as_ref());
    store_change(deps, set, KeyChange::Replaced, (&secret, &new.to_text())).await
}

fn parse_set(field: &'static str, name: &str) -> Result<KeySet, ProvisionError> {
    const UNKNOWN: Refusal = Refusal::new(
        "keys_unknown",
        "Send SigningKeys, InvitationLinkKeys, PasswordLinkKeys, AccessLinkKeys, KnownBrowserKeys or WebhookKeys.",
    );
    check_field(field, KeySet::parse(name).ok_or(UNKNOWN))
}

async fn store_change(
    deps: &Deps,
    set: KeySet,
    change: KeyChange,
    (secret, next): (&KeySecret, &str),
) -> Result<ChangedKeys, ProvisionError> {
    let context = &deps.context;
    let operator = Requester::new(Actor::Operator, None);
    let (action, object) = (AuditAction::KeysChanged(change), AuditObject::Keys(set));
    let record = operator.audit_record(context, ClinicId::OPERATOR, action, object, (None, None));
    // Recorded first, because a change without a record would be worse than a record without a change.
    let CommitOutcome::Committed = context.store.transaction(&record)?.commit().await? else {
        return Err(ProvisionError::Collision);
    };
    deps.secrets.write(set, next, secret).await?;
    tracing::info!(keys = set.as_str(), change = change.as_str(), "keys changed");
    let mut published_keys = None;
    if set == KeySet::SigningKeys {
        publish(deps, next).await?;
        published_keys = Some(published_kids(deps).await?);
    }
    let then = match change {
        KeyChange::Added => Some(KeyChange::InUse),
        KeyChange::InUse => Some(KeyChange::Finished),
        KeyChange::Finished | KeyChange::Replaced => None,
    };
    let after = then.map(|next| context.now().plus(pause_before(next, set)).to_string());
    let (keys, step) = (set.as_str(), change.as_str());
    Ok(ChangedKeys { keys, step, next_step_after: after, published_keys })
}

/// How long after the previous step this one may come.
fn pause_before(change: KeyChange, set: KeySet) -> Duration {
    match (change, set) {
        (KeyChange::Added | KeyChange::Replaced, _) => Duration::ZERO,
        // Other services read the key set again within the hour.
        (KeyChange::InUse, KeySet::SigningKeys) => Duration::from_hours(1),
        // Functions read their secrets again every minute.
        (KeyChange::InUse, _) => Duration::from_mins(5),
        // A view token lives five minutes, but its verifier may cache the key set for longer.
        (KeyChange::Finished, KeySet::SigningKeys) => Duration::from_hours(24),
        // The longest invitation.
        (KeyChange::Finished, KeySet::InvitationLinkKeys) => Duration::from_hours(30 * 24),
        (KeyChange::Finished, KeySet::PasswordLinkKeys | KeySet::AccessLinkKeys) => {
            Duration::from_hours(1)
        }
        // How long a browser keeps its cookie.
        (KeyChange::Finished, KeySet::KnownBrowserKeys) => Duration::from_hours(180 * 24),
        // How long clinics have to rotate their webhooks, which show that they need it.
        (KeyChange::Finished, KeySet::WebhookKeys) => Duration::from_hours(90 * 24),
    }
}

/// One key of a secret: `number:key`. An entry without a number is number 1.
#[derive(Clone, PartialEq, Eq)]
struct KeyEntry {
    number: u8,
    key: String,
}

impl KeyEntry {
    fn to_text(&self) -> String {
        format!("{}:{}", self.number, self.key)
    }
}

fn parse_entries(text: &str) -> Vec<KeyEntry> {
    let entry = |entry: &str| match entry.split_once(':') {
        Some((number, key)) if number.parse::<u8>().is_ok() => {
            KeyEntry { number: number.parse().unwrap_or(1), key: key.to_owned() }
        }
        _ => KeyEntry { number: 1, key: entry.to_owned() },
    };
    text.split_whitespace().map(entry).collect()
}

/// A new key of the same kind, with the next number.
fn new_entry(entries: &[KeyEntry], entropy: &dyn Entropy) -> KeyEntry {
    let newest = entries.iter().map(|entry| entry.number).max().unwrap_or(0);
    let eddsa = entries.first().is_some_and(|entry| entry.key.starts_with("EdDSA:"));
    let secret = URL_SAFE_NO_PAD.encode(random::<32>(entropy));
    let key = if eddsa { format!("EdDSA:{secret}") } else { secret };
    KeyEntry { number: newest.wrapping_add(1), key }
}

/// The next step of a rotation and the secret after it. The first entry makes tokens.
fn next_step(
    entries: &[KeyEntry],
    entropy: &dyn Entropy,
) -> Result<(KeyChange, String), RotationRefusal> {
    let both =
        |first: &KeyEntry, second: &KeyEntry| format!("{} {}", first.to_text(), second.to_text());
    match entries {
        [only] => Ok((KeyChange::Added, both(only, &new_entry(entries, entropy)))),
        [old, new] if new.number == old.number.wrapping_add(1) => {
            Ok((KeyChange::InUse, both(new, old)))
        }
        [new, old] if new.number == old.number.wrapping_add(1) => {
            Ok((KeyChange::Finished, new.to_text()))
        }
        _ => Err(RotationRefusal::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl Entropy for Sevens {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[test]
    fn three_steps_lead_from_one_key_to_the_next_even_when_numbers_begin_again() {
        for (first, next) in [("1:old", 2), ("plain", 2), ("255:EdDSA:old", 0)] {
            let mut text = first.to_owned();
            let mut changes = Vec::new();
            for _ in 0..3 {
                let (change, after) = next_step(&parse_entries(&text), &Sevens).unwrap();
                changes.push(change);
                text = after;
            }
            assert_eq!(changes, [KeyChange::Added, KeyChange::InUse, KeyChange::Finished]);
            let kind = if first.contains("EdDSA") { "EdDSA:" } else { "" };
            let secret = URL_SAFE_NO_PAD.encode([7; 32]);
            assert_eq!(text, format!("{next}:{kind}{secret}"), "{first}");
        }
    }

    #[test]
    fn a_secret_that_was_edited_by_hand_is_not_rotated() {
        for text in ["", "old new", "1:a 3:b", "1:a 2:b 3:c"] {
            let refused = next_step(&parse_entries(text), &Sevens).unwrap_err();
            assert_eq!(refused, RotationRefusal::Unknown, "{text}");
        }
    }
}
