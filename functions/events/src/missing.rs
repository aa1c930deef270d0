//! Appends the events of audit records that the feed lacks, as an operator asks.

use std::time::Duration;

use domain::audit::AuditRecord;
use domain::event::Event;
use domain::ids::{AuditId, ClinicId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::{AuditRange, PageRequest, StoreError};

use crate::{Deps, append_everywhere, new_event};

/// How old a record may be. The feed knows for longer which events it has.
const OLDEST: Duration = Duration::from_hours(30 * 24);
/// How much of the audit is read at once. It is read newest first, and appended oldest first.
const PART: Duration = Duration::from_hours(1);

/// `{"appendMissing": {"clinicId": "...", "from": "...", "to": "..."}}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingRequest {
    append_missing: MissingRange,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MissingRange {
    clinic_id: String,
    from: String,
    to: String,
}

/// What was appended.
#[derive(Debug, Serialize)]
pub struct MissingAnswer {
    appended: usize,
}

/// Why nothing, or not everything, was appended.
#[derive(Debug, thiserror::Error)]
pub enum MissingError {
    /// The request is invalid.
    #[error("{0}")]
    Invalid(&'static str),
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Appends what is missing, oldest first. It comes after the newest event.
pub(crate) async fn append_missing(
    deps: &Deps,
    request: &MissingRequest,
) -> Result<MissingAnswer, MissingError> {
    let (clinic, mut from, to) = read(&request.append_missing)?;
    if from < deps.clock.now().minus(OLDEST) {
        return Err(MissingError::Invalid("Send a `from` of the last 30 days."));
    }
    let mut appended = 0;
    while from <= to {
        let end = from.plus(PART).previous_instant().min(to);
        let records = load(deps, clinic, AuditRange { from, to: end }).await?;
        let events: Vec<_> = records
            .iter()
            .rev()
            .filter_map(Event::of_record)
            .map(|event| new_event(&event, None))
            .collect();
        appended += append_everywhere(deps, clinic, &events).await?;
        from = from.plus(PART);
    }
    Ok(MissingAnswer { appended })
}

fn read(range: &MissingRange) -> Result<(ClinicId, Timestamp, Timestamp), MissingError> {
    const CLINIC: MissingError = MissingError::Invalid("Send the `clinicId` of a clinic.");
    const TIME: MissingError = MissingError::Invalid(
        "Send `from` and `to` as RFC 3339 times, such as 2026-11-24T09:30:00Z.",
    );
    let time = |text: &str| Timestamp::parse(text).map_err(|_| TIME);
    let clinic = ClinicId::parse(&range.clinic_id).map_err(|_| CLINIC)?;
    Ok((clinic, time(&range.from)?, time(&range.to)?))
}

/// Loads the records of a range, newest first.
async fn load(
    deps: &Deps,
    clinic: ClinicId,
    range: AuditRange,
) -> Result<Vec<AuditRecord>, StoreError> {
    let (mut found, mut after) = (Vec::new(), None::<AuditId>);
    loop {
        let request = PageRequest::new(100, after);
        let page = deps.store.list_audit_records(clinic, range, request, |_| true).await?;
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}
