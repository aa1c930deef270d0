//! Appends the events of audit records that the feed lacks, as an operator asks. Access reviews get them too.

use std::time::{Duration, Instant};

use domain::audit::AuditRecord;
use domain::event::Event;
use domain::ids::{AuditId, ClinicId};
use domain::time::Timestamp;
use domain::webhook::WebhookEvent;
use serde::{Deserialize, Serialize};
use store::{AuditRange, PageRequest, StoreError};

use crate::{Deps, append_everywhere, new_event, note_failure, review, webhook};

/// How old a record may be. The feed knows for longer which events it has.
const OLDEST: Duration = Duration::from_hours(30 * 24);
/// How much of the audit is read at once. It is read newest first, and appended oldest first.
const PART: Duration = Duration::from_hours(1);

/// How much time one part needs.
const TIME_NEEDED: Duration = Duration::from_secs(10);

/// `{"appendMissing": {"clinicId": "...", "from": "...", "to": "..."}}`. Without `clinicId`, of every clinic.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingRequest {
    append_missing: MissingRange,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MissingRange {
    #[serde(default)]
    clinic_id: Option<String>,
    from: String,
    to: String,
}

/// What was appended.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingAnswer {
    appended: usize,
    /// The `from` of the next call, if there was no time for everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    continue_from: Option<String>,
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

/// Appends what is missing, oldest first. It comes after the newest event. A clinic that fails is an error once the
/// others are done.
pub(crate) async fn append_missing(
    deps: &Deps,
    request: &MissingRequest,
    deadline: Instant,
) -> Result<MissingAnswer, MissingError> {
    let now = deps.clock.now();
    let (clinic, mut from, to) = read(&request.append_missing)?;
    if from < now.minus(OLDEST) {
        return Err(MissingError::Invalid("Send a `from` of the last 30 days."));
    }
    let to = to.min(now);
    let clinics = match clinic {
        Some(clinic) => vec![clinic],
        None => [vec![ClinicId::OPERATOR], deps.store.list_clinics().await?].concat(),
    };
    let (mut appended, mut failed) = (0, None);
    while from <= to {
        if deadline.saturating_duration_since(Instant::now()) < TIME_NEEDED {
            break;
        }
        let range = AuditRange { from, to: from.plus(PART).previous_instant().min(to) };
        for clinic in &clinics {
            match append_range(deps, *clinic, range).await {
                Ok(count) => appended += count,
                Err(error) => failed = Some(note_failure(*clinic, error)),
            }
        }
        from = from.plus(PART);
    }
    match failed {
        Some(error) => Err(error.into()),
        None => {
            Ok(MissingAnswer { appended, continue_from: (from <= to).then(|| from.to_string()) })
        }
    }
}

/// Appends what is missing of one clinic in a range.
async fn append_range(
    deps: &Deps,
    clinic: ClinicId,
    range: AuditRange,
) -> Result<usize, StoreError> {
    let records = load(deps, clinic, range).await?;
    review::keep(deps, clinic, &records).await?;
    let events = records.iter().rev().filter_map(Event::of_record);
    let events: Vec<_> = events.map(|event| new_event(&event, None)).collect();
    let appended = append_everywhere(deps, clinic, &events).await?;
    // The stream shows the new ones. Those that the feed has already may lack deliveries that could not be queued.
    let events: Vec<_> = events.into_iter().map(WebhookEvent::from).collect();
    webhook::queue_of_clinic(deps, clinic, &events).await?;
    Ok(appended)
}

pub(crate) fn read(
    range: &MissingRange,
) -> Result<(Option<ClinicId>, Timestamp, Timestamp), MissingError> {
    const CLINIC: MissingError =
        MissingError::Invalid("Send the `clinicId` of a clinic, or none for every clinic.");
    const TIME: MissingError = MissingError::Invalid(
        "Send `from` and `to` as RFC 3339 times, such as 2026-11-24T09:30:00Z.",
    );
    let time = |text: &str| Timestamp::parse(text).map_err(|_| TIME);
    let clinic = range.clinic_id.as_deref().map(ClinicId::parse).transpose();
    Ok((clinic.map_err(|_| CLINIC)?, time(&range.from)?, time(&range.to)?))
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
