//! `{"markCorrupt": ...}`: an item that cannot be read raises no more alarms until it is repaired.
//!
//! The item keeps its place and its attributes. Its claims stay too, so that nobody else gets its address.

use changes::Requester;
use domain::actor::Actor;
use domain::audit::AuditAction;
use domain::field::Refusal;
use domain::ids::ClinicId;
use serde::{Deserialize, Serialize};
use store::{CommitOutcome, ItemState, MarkableItem};

use crate::{Deps, ID_INVALID, ProvisionError, check_field};

/// `{"markCorrupt": {"clinicId": "...", "item": "INV#inv_..."}}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MarkCorruptRequest {
    /// Which item.
    pub mark_corrupt: CorruptItem,
}

/// An item of a clinic.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CorruptItem {
    /// The clinic's UUID.
    pub clinic_id: String,
    /// The part of its key after the slash, as the log shows it.
    pub item: String,
}

/// The marked item.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MarkedItem {
    /// Its id.
    pub marked: String,
}

/// Why an item was not marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkRefusal {
    /// There is no such item.
    #[error("the clinic has no such item")]
    Missing,
    /// The item can be read.
    #[error("nothing changed. The item can be read")]
    Readable,
    /// The item is marked.
    #[error("nothing changed. The item is marked already. Repair it")]
    Marked,
}

/// Marks an item that cannot be read.
pub(crate) async fn mark(deps: &Deps, item: &CorruptItem) -> Result<MarkedItem, ProvisionError> {
    const UNKNOWN: Refusal = Refusal::new(
        "item_unknown",
        "Send the key as the log shows it, from INV#, USER#, APIKEY#, ACCESS# or SESSION# on.",
    );
    let clinic = check_field("clinicId", ClinicId::parse(&item.clinic_id).map_err(|_| ID_INVALID))?;
    let item = check_field("item", MarkableItem::parse(clinic, &item.item).ok_or(UNKNOWN))?;
    let context = &deps.context;
    match context.store.check_item(&item).await? {
        ItemState::Missing => return Err(MarkRefusal::Missing.into()),
        ItemState::Readable => return Err(MarkRefusal::Readable.into()),
        ItemState::Marked => return Err(MarkRefusal::Marked.into()),
        ItemState::Corrupt => {}
    }
    let operator = Requester::new(Actor::Operator, None);
    let record =
        operator.audit_record(context, clinic, AuditAction::ItemMarked, item.object, (None, None));
    let mut tx = context.store.transaction(&record)?;
    tx.mark_item(&item, context.now())?;
    match tx.commit().await? {
        CommitOutcome::Committed => Ok(MarkedItem { marked: item.object.to_string() }),
        CommitOutcome::Conflict(_) => Err(MarkRefusal::Marked.into()),
    }
}
