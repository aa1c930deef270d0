//! What happens to the API keys and webhooks of a person who is deactivated or demoted, or who stops owning
//! the clinic.

use auth::principal::Principal;
use domain::actor::Inviter;
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::api_key::KeyWithSecrets;
use domain::field::{FieldFaults, Refusal};
use domain::ids::UserId;
use domain::person::permissions::Level;
use domain::user::{UserChange, UserStatus};
use domain::webhook::WebhookEndpoint;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::Transaction;
use utoipa::ToSchema;
use web::Problem;
use web::field::{FaultCollector, Field, FieldValue, NotedFault, RequestFields, is_nothing};
use web::field_value::read_text;
use web::schema::KeyDecisionName;

use crate::Deps;

/// How many items a revoked key adds to the transaction: its own, two secrets, and the audit record.
const ITEMS_PER_KEY: usize = 4;
/// How many items a webhook endpoint adds that ends: its own and the audit record. All together add their count.
const ITEMS_PER_WEBHOOK: usize = 2;

/// What happens to the keys and webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyDecision {
    /// Keys are revoked, and webhooks are ended.
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

/// Which user, and what happens to the API keys that they made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UserAndKeysRequest {
    /// `usr_` and 32 hex characters.
    #[schema(value_type = String, pattern = "^usr_[0-9a-f]{32}$")]
    user_id: Field<UserId>,
    /// What happens to the API keys and webhooks whose secrets the user made. Required if the change affects any
    /// that still work: `end` revokes and ends them, and `keep` leaves them working.
    #[schema(value_type = KeyDecisionName, required = false)]
    keys: Field<KeyDecision>,
}

impl RequestFields for UserAndKeysRequest {
    type Values = (UserId, Option<KeyDecision>);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let user = faults.required(self.user_id);
        let keys = faults.optional(self.keys);
        Ok((user?, keys))
    }
}

/// Takes `keys` out of the members of a PATCH.
pub(crate) fn take_key_decision(
    members: &mut Map<String, Value>,
) -> Result<Option<KeyDecision>, FieldFaults> {
    match members.remove("keys") {
        None => Ok(None),
        Some(value) if is_nothing(&value) => Ok(None),
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

/// A webhook endpoint that needs a decision.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UndecidedWebhook {
    webhook_endpoint_id: String,
    description: String,
}

impl From<&WebhookEndpoint> for UndecidedWebhook {
    fn from(endpoint: &WebhookEndpoint) -> Self {
        let description = endpoint.description.as_str().to_owned();
        Self { webhook_endpoint_id: endpoint.id.to_string(), description }
    }
}

/// Which keys and webhooks need a decision.
pub(crate) enum Departure {
    /// The person is deactivated or stops managing the clinic: every key and webhook whose secret they made.
    Leaves,
    /// The person stops being an owner: the keys that only an owner makes.
    StopsOwning,
    /// The person may still make such keys, so none needs a decision.
    Stays,
}

impl Departure {
    /// Which of the person's keys the change affects.
    pub(crate) fn of(change: &UserChange) -> Self {
        let (next, before) = (&change.next, &change.before.permissions);
        if next.status != UserStatus::Active || change.managers.managers < 0 {
            Self::Leaves
        } else if before.level() == Level::Owner && !next.is_active_owner() {
            Self::StopsOwning
        } else {
            Self::Stays
        }
    }

    fn concerns(&self, key: &KeyWithSecrets) -> bool {
        match self {
            Self::Leaves => true,
            Self::StopsOwning => key.key.needs_owner(),
            Self::Stays => false,
        }
    }

    /// An admin may make webhooks as an owner may.
    fn concerns_webhooks(&self) -> bool {
        matches!(self, Self::Leaves)
    }
}

/// Ends or keeps the keys and webhooks whose secret a person made, if the person may no longer make such ones
/// after the change. Refuses the change if there are some and no decision.
pub(crate) async fn settle_keys(
    deps: &Deps,
    tx: &mut Transaction,
    change: &UserChange,
    decision: Option<KeyDecision>,
    caller: &Principal,
) -> Result<(), Problem> {
    let (user, context, departure) = (&change.next, &deps.context, Departure::of(change));
    if matches!(departure, Departure::Stays) {
        return Ok(());
    }
    let mut keys = context.store.load_keys_of(user.clinic, user.id, context.now()).await?;
    keys.retain(|key| departure.concerns(key));
    let mut webhooks = Vec::new();
    if departure.concerns_webhooks() {
        webhooks = context.store.load_webhooks_of(user.clinic, user.id, context.now()).await?;
    }
    match decision {
        _ if keys.is_empty() && webhooks.is_empty() => Ok(()),
        None => Err(undecided(&keys, &webhooks)),
        Some(KeyDecision::Keep) if caller.acting_person() == Some(user.id) => {
            let detail = "Send keys with end. Only another owner or admin can keep your API keys and webhooks.";
            Err(Problem::forbidden(detail))
        }
        Some(KeyDecision::Keep) => Ok(()),
        Some(KeyDecision::End) => {
            let items = keys.len() * ITEMS_PER_KEY + webhooks.len() * ITEMS_PER_WEBHOOK + 1;
            if items > tx.room() {
                let detail = "This person made too many API keys and webhooks to end at once. End some of them first.";
                return Err(Problem::conflict("too_many_keys", detail));
            }
            end_keys(deps, tx, &keys, caller)?;
            end_webhooks(deps, tx, webhooks, caller)
        }
    }
}

fn undecided(keys: &[KeyWithSecrets], webhooks: &[WebhookEndpoint]) -> Problem {
    let keys: Vec<_> = keys.iter().map(UndecidedKey::from).collect();
    let webhooks: Vec<_> = webhooks.iter().map(UndecidedWebhook::from).collect();
    let detail = "This person made API keys or webhooks that still work. Send keys: end to end them, or keep to leave them working.";
    Problem::conflict("keys_to_decide", detail).with("keys", &keys).with("webhooks", &webhooks)
}

fn end_webhooks(
    deps: &Deps,
    tx: &mut Transaction,
    webhooks: Vec<WebhookEndpoint>,
    caller: &Principal,
) -> Result<(), Problem> {
    let (context, requester, now) = (&deps.context, caller.requester(), deps.context.now());
    let ended: Vec<_> = webhooks.into_iter().filter_map(|one| one.end(now)).collect();
    let Some(clinic) = ended.first().map(|one| one.clinic) else {
        return Ok(());
    };
    for one in &ended {
        let (action, object) = (AuditAction::WebhookEnded, AuditObject::Webhook(one.id));
        let record = requester.audit_record(context, clinic, action, object, (None, None));
        tx.put_audit_record(&record)?;
    }
    Ok(tx.end_webhooks(clinic, &ended, now)?)
}

fn end_keys(
    deps: &Deps,
    tx: &mut Transaction,
    keys: &[KeyWithSecrets],
    caller: &Principal,
) -> Result<(), Problem> {
    // The transaction requires that the caller's own key works, so it cannot also revoke that key.
    if keys.iter().any(|found| Inviter::ApiKey(found.key.id) == caller.as_inviter()) {
        let detail = "Use another API key or the dashboard. An API key cannot revoke itself.";
        return Err(Problem::conflict("cannot_end_own_key", detail));
    }
    let (context, requester) = (&deps.context, caller.requester());
    for found in keys {
        let (clinic, object) = (found.key.clinic, AuditObject::ApiKey(found.key.id));
        let action = AuditAction::ApiKeyRevoked;
        tx.put_audit_record(&requester.audit_record(
            context,
            clinic,
            action,
            object,
            (None, None),
        ))?;
        tx.revoke_api_key(found)?;
    }
    Ok(())
}
