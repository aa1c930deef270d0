//! What becomes of the API keys of an owner or admin who is deactivated or demoted.

use changes::Requester;
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::api_key::KeyWithSecrets;
use domain::field::{FieldFaults, Refusal};
use domain::user::UserChange;
use serde::Serialize;
use serde_json::{Map, Value};
use store::Transaction;
use web::Problem;
use web::field::FieldValue;
use web::field_value::read_text;

use crate::Deps;

/// How many items a revoked key adds: its own, two secrets, and the audit record.
const ITEMS_PER_KEY: usize = 4;

/// What becomes of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyDecision {
    /// They are revoked.
    End,
    /// They keep working.
    Keep,
}

impl FieldValue for KeyDecision {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const UNKNOWN: Refusal = Refusal::new("keys_unknown", "Send end or keep.");
        read_text(&value, |text| match text {
            "end" => Ok(Self::End),
            "keep" => Ok(Self::Keep),
            _ => Err(UNKNOWN),
        })
    }
}

/// Takes `keys` out of the members of a PATCH.
pub(crate) fn take_key_decision(
    members: &mut Map<String, Value>,
) -> Result<Option<KeyDecision>, FieldFaults> {
    match members.remove("keys") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            KeyDecision::from_json(value).map(Some).map_err(|faults| faults.within("keys"))
        }
    }
}

/// A key that needs a decision.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UndecidedKey {
    api_key_id: String,
    description: String,
}

impl From<&KeyWithSecrets> for UndecidedKey {
    fn from(stored: &KeyWithSecrets) -> Self {
        let key = &stored.key;
        Self { api_key_id: key.id.to_string(), description: key.description.as_str().to_owned() }
    }
}

/// If the change takes an owner or admin away, decides about the keys whose secret they made. Refuses the
/// change if there are such keys and no decision.
pub(crate) async fn settle_keys(
    deps: &Deps,
    tx: &mut Transaction,
    change: &UserChange,
    decision: Option<KeyDecision>,
    requester: &Requester,
) -> Result<(), Problem> {
    if change.managers.managers >= 0 || decision == Some(KeyDecision::Keep) {
        return Ok(());
    }
    let (user, context) = (&change.next, &deps.context);
    let keys = context.store.load_keys_of(user.clinic, user.id, context.now()).await?;
    if keys.is_empty() {
        return Ok(());
    }
    if decision.is_none() {
        let keys: Vec<_> = keys.iter().map(UndecidedKey::from).collect();
        let detail = "This person made API keys that still work. Send keys with end or keep.";
        return Err(Problem::conflict("keys_to_decide", detail).with("keys", &keys));
    }
    if keys.len() * ITEMS_PER_KEY > tx.room() {
        let detail =
            "This person made too many API keys to end at once. Revoke some of them first.";
        return Err(Problem::conflict("too_many_keys", detail));
    }
    for found in &keys {
        let object = AuditObject::ApiKey(found.key.id);
        let action = AuditAction::ApiKeyRevoked;
        let record = requester.audit_record(context, user.clinic, action, object, (None, None));
        tx.put_audit_record(&record)?;
        tx.revoke_api_key(found)?;
    }
    Ok(())
}
