//! `GET /v1/events`: what happened in the clinic, oldest first.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use auth::caller::{Caller, ReadEvents};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use changes::Context;
use domain::event::{EventCursor, EventType};
use domain::field::{FieldFaults, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use store::{EventPage, EventsAfter, StoredEvent};
use utoipa::{IntoParams, ToSchema};
use web::Problem;
use web::event_view::EventView;
use web::field::{FaultCollector, Field, FieldValue, NotedFault, RequestFields};
use web::field_value::read_text;
use web::page::PageLimit;
use web::query::ListQuery;

/// Where the page starts, and what it has.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventQuery {
    /// The `cursor` of the previous response. It belongs to one clinic. Without it, the page starts with the oldest
    /// event that is kept.
    #[param(value_type = Option<String>)]
    after: Field<Cursor>,
    /// Types, comma-separated. The default is every type. A page can be empty although `hasMore` is true.
    #[param(value_type = Option<String>, example = "invitation.accepted,user.updated")]
    types: Field<Types>,
    /// How many events the page has at most. The default is 20.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Field<PageLimit>,
}

/// A page of events.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventsView {
    /// Oldest first, without gaps or repeats.
    events: Vec<EventView>,
    /// Send this as `after` for the next page, or to look for new events later.
    cursor: String,
    /// Whether there is a next page now.
    has_more: bool,
    /// How many events this page leaves out because they cannot be read. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    skipped: Option<NonZeroU32>,
}

/// List events.
#[utoipa::path(
    get, operation_id = "listEvents", path = "/v1/events", tag = "events", params(EventQuery),
    security(("apiKey" = []), ("session" = [])),
    responses((status = 200, body = EventsView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadEvents>,
    query: ListQuery,
) -> Result<Json<EventsView>, Problem> {
    let asked = query.read_all::<EventQuery>()?;
    let page = (asked.limit, context.now());
    let keep = |event: &StoredEvent| asked.wants(event);
    match context.store.list_events(caller.clinic(), asked.after, page, keep).await? {
        EventsAfter::Page(page) => Ok(Json(view(page))),
        EventsAfter::Expired => Err(gone("events_expired", EXPIRED)),
        EventsAfter::Foreign => Err(gone("feed_restarted", RESTARTED)),
        EventsAfter::Unknown => Err(Problem::bad_request("cursor_invalid", Cursor::UNKNOWN)),
    }
}

const EXPIRED: &str = "The events after this cursor are no longer kept. Read the users and invitations again, then \
             continue without `after`.";
const RESTARTED: &str = "This cursor is not of this clinic's feed, or the feed was started again. Read the users and \
                         invitations again, then continue without `after`.";

fn gone(code: &'static str, detail: &'static str) -> Problem {
    Problem::new(StatusCode::GONE, code, detail)
}

fn view(page: EventPage) -> EventsView {
    let (cursor, has_more) = (page.cursor.to_string(), page.has_more);
    let mut skipped = page.skipped;
    let mut events = Vec::with_capacity(page.events.len());
    for event in page.events {
        let StoredEvent { number, id, kind, at, data } = event;
        match RawValue::from_string(data) {
            Ok(data) => events.push(EventView { id, kind, created_at: at.to_string(), data }),
            Err(error) => {
                tracing::error!(%error, %number, "item skipped: corrupt item");
                skipped += 1;
            }
        }
    }
    EventsView { events, cursor, has_more, skipped: NonZeroU32::new(skipped) }
}

/// What a query asks for.
pub(crate) struct EventFilter {
    after: Option<EventCursor>,
    types: BTreeSet<EventType>,
    limit: usize,
}

impl RequestFields for EventQuery {
    type Values = EventFilter;

    fn read(self, faults: &mut FaultCollector) -> Result<EventFilter, NotedFault> {
        Ok(EventFilter {
            after: faults.optional(self.after).map(|cursor| cursor.0),
            types: faults.optional(self.types).map(|types| types.0).unwrap_or_default(),
            limit: faults.optional(self.limit).unwrap_or_default().get(),
        })
    }
}

impl EventFilter {
    fn wants(&self, event: &StoredEvent) -> bool {
        let wanted = |kind: &EventType| kind.as_str() == event.kind;
        self.types.is_empty() || self.types.iter().any(wanted)
    }
}

/// The cursor of a page.
struct Cursor(EventCursor);

impl Cursor {
    const UNKNOWN: &'static str = "Send the cursor of a response from this clinic.";
}

impl FieldValue for Cursor {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const INVALID: Refusal = Refusal::new("cursor_invalid", Cursor::UNKNOWN);
        read_text(&value, |text| EventCursor::parse(text).map(Self).map_err(|_| INVALID))
    }
}

/// Types of events, of which one must match.
struct Types(BTreeSet<EventType>);

impl FieldValue for Types {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const UNKNOWN: Refusal = Refusal::new(
            "event_type_unknown",
            "Send types such as invitation.accepted. Separate several with commas.",
        );
        let kind = |name: &str| EventType::parse(name.trim()).ok_or(UNKNOWN);
        read_text(&value, |text| text.split(',').map(kind).collect::<Result<_, _>>().map(Self))
    }
}
