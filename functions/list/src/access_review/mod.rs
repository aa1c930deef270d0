//! `GET /v1/accessReview`: who could do what on one day, and who granted it.

mod cell;
mod csv;
mod query;
mod row;
mod view;

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use auth::caller::{Caller, ReadAudit};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use changes::Context;
use domain::clinic::Clinic;
use domain::ids::{ApiKeyId, ClinicId, UserId};
use domain::review::{HistoryIncomplete, KeyHistory, PersonHistory, ReviewDay};
use domain::time::Timestamp;
use store::{KeySources, Page, PageRequest, PersonSources, StoreError};
use web::Problem;
use web::query::ListQuery;

use query::{ReviewFormat, ReviewPaging, ReviewQuery};
use row::{KeyRow, PersonRow};
use view::AccessReviewView;

/// When API keys stopped working, or will.
type KeyEnds = BTreeMap<ApiKeyId, Timestamp>;

/// What a page has before it is written.
struct ReviewPage {
    day: ReviewDay,
    people: Page<PersonRow, UserId>,
    /// Only on the first page.
    keys: Option<Vec<KeyRow>>,
    skipped_keys: u32,
}

/// Review who could do what on one day, and who granted it.
///
/// Send `format=csv` for a table with one line per person and period. Its next page is in the header `Link`.
#[utoipa::path(
    get, operation_id = "reviewAccess", path = "/v1/accessReview", tag = "audit", params(ReviewQuery), security(("session" = [])),
    responses(
        (status = 200, description = "A page of people", content((AccessReviewView = "application/json"), (String = "text/csv"))),
        Problem,
    )
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadAudit>,
    query: ListQuery,
) -> Result<Response, Problem> {
    let asked = query.read_all::<ReviewQuery>()?;
    let found = context.store.load_clinic(caller.clinic()).await?;
    let clinic = found.ok_or_else(|| Problem::internal("a session without its clinic"))?;
    let day = ReviewDay::new(asked.at, &clinic, context.now()).map_err(query::out_of_range)?;
    let paging = asked.paging(&clinic, day.day)?;
    let page = load_page(&context, &clinic, day, &paging).await?;
    let names = context.store.load_actor_names(clinic.id, page.actors()).await?;
    let cursor = page.people.next.map(|id| paging.binding.cursor(id.bytes()));
    match paging.format {
        ReviewFormat::Json => {
            Ok(Json(AccessReviewView::new(&page, &clinic, &names, cursor)).into_response())
        }
        ReviewFormat::Csv => Ok(csv::answer(&page, &paging, &names, cursor.as_deref())),
    }
}

/// Loads a page. Refuses a day whose records are not all there yet.
async fn load_page(
    context: &Context,
    clinic: &Clinic,
    day: ReviewDay,
    paging: &ReviewPaging,
) -> Result<ReviewPage, Problem> {
    let (store, id) = (&context.store, clinic.id);
    let first = paging.after.is_none();
    if first && !store.has_kept_for_review(id, day.until, context.now()).await? {
        return Err(not_ready(id, HistoryIncomplete));
    }
    let (found, skipped_keys) = store.load_keys_for_review(id).await?;
    let (mut keys, mut ends) = (Vec::new(), KeyEnds::new());
    for KeySources { key, records } in found {
        let history = KeyHistory::read(&key, &records);
        let history = history.map_err(|incomplete| not_ready(id, incomplete))?;
        ends.extend(history.end().map(|end| (key.key.id, end)));
        keys.extend(KeyRow::new(key, history.on(&day)));
    }
    let people = load_people(context, clinic, (&day, &ends), paging).await?;
    let Page { items, next, skipped } = people;
    let items: Result<Vec<_>, _> = items.into_iter().collect();
    let items = items.map_err(|incomplete| not_ready(id, incomplete))?;
    let people = Page { items, next, skipped };
    let (keys, skipped_keys) = if first { (Some(keys), skipped_keys) } else { (None, 0) };
    Ok(ReviewPage { day, people, keys, skipped_keys })
}

async fn load_people(
    context: &Context,
    clinic: &Clinic,
    (day, ends): (&ReviewDay, &KeyEnds),
    paging: &ReviewPaging,
) -> Result<Page<Result<PersonRow, HistoryIncomplete>, UserId>, StoreError> {
    let review = |sources: PersonSources| {
        let PersonSources { user, records, views, used } = sources;
        let row = || {
            let history = PersonHistory::read(&user, records)?;
            let Some(review) = history.on(day) else { return Ok(None) };
            let views = history.views_on(&views, day, |key| ends.get(&key).copied())?;
            Ok(Some(PersonRow::new(user, review, views, &used, (day, &clinic.time_zone))))
        };
        row().transpose()
    };
    let request = PageRequest {
        limit: paging.limit,
        after: paging.after.map(UserId::from_bytes),
        may_be_empty: true,
    };
    context.store.list_people_for_review(clinic.id, day, request, review).await
}

/// 503: the records of some changes have not come yet.
fn not_ready(clinic: ClinicId, incomplete: HistoryIncomplete) -> Problem {
    tracing::warn!(error = %incomplete, %clinic, "access review refused: it would be incomplete");
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "review_not_ready",
        "Try again in a few seconds. The latest changes are not in the review yet.",
    )
    .retry_in_a_second()
}

impl ReviewPage {
    /// How many rows are left out because their items cannot be read.
    fn skipped(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.people.skipped + self.skipped_keys)
    }
}
