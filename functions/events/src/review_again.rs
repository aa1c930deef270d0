//! Keeps what access reviews read again, from the audit of any time, as an operator asks.

use std::time::{Duration, Instant};

use domain::ids::AuditId;
use serde::{Deserialize, Serialize};
use store::{AuditRange, PageRequest};

use crate::missing::{MissingError, MissingRange, read};
use crate::{Deps, review};

/// How many records are read at once.
const AT_ONCE: usize = 500;
/// How much time they need.
const TIME_NEEDED: Duration = Duration::from_secs(10);

/// `{"keepReview": {"clinicId": "...", "from": "...", "to": "..."}}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeepRequest {
    keep_review: MissingRange,
}

/// What was kept.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptAnswer {
    /// How many records matter to reviews.
    kept: usize,
    /// The `to` of the next call, if the time did not suffice.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_to: Option<String>,
}

/// Keeps the records of a range, newest first, and all that reviews lack. Their order does not matter, and a repeat
/// changes nothing.
pub(crate) async fn keep_again(
    deps: &Deps,
    request: &KeepRequest,
    deadline: Instant,
) -> Result<KeptAnswer, MissingError> {
    const CLINIC: MissingError = MissingError::Invalid("Send the `clinicId` of a clinic.");
    let (clinic, from, to) = read(&request.keep_review)?;
    let clinic = clinic.ok_or(CLINIC)?;
    let known = deps.store.load_clinic(clinic).await?.ok_or(CLINIC)?;
    let range = AuditRange { from: from.max(known.created_at), to: to.min(deps.clock.now()) };
    let (mut kept, mut after) = (0, None);
    loop {
        let request = PageRequest::new(AT_ONCE, after);
        let page = deps.store.list_audit_records(clinic, range, request, |_| true).await?;
        kept += review::keep(deps, clinic, &page.items).await?;
        after = page.next;
        let Some(last) = page.items.last().filter(|_| after.is_some()) else {
            break;
        };
        if !has_time(deadline) {
            return Ok(KeptAnswer { kept, next_to: Some(last.at.to_string()) });
        }
    }
    // What comes after the last record that reached the reviews, so that they know of it.
    while review::catch_up(deps, clinic, AuditId::floor(deps.clock.now()), &[]).await? {
        if !has_time(deadline) {
            return Ok(KeptAnswer { kept, next_to: Some(range.from.to_string()) });
        }
    }
    Ok(KeptAnswer { kept, next_to: None })
}

fn has_time(deadline: Instant) -> bool {
    deadline.saturating_duration_since(Instant::now()) >= TIME_NEEDED
}
