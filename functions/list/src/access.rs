//! `GET /v1/access`: temporary access, newest first.

use std::num::NonZeroU32;

use auth::caller::{Caller, IssueAccess};
use auth::view_token::StudyView;
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::actor::Issuer;
use domain::grant::{Grant, View, oldest_live_id};
use domain::ids::{AccessId, UserId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::PageRequest;
use utoipa::{IntoParams, ToSchema};
use web::Problem;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::page::FilterMeaning;
use web::query::{ListFilter, ListQuery, PageParameters, QueryBool};
use web::schema::{AccessModeName, AccessStatusName};

/// Filters. An item must match all of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessQuery {
    /// The user who views.
    #[param(value_type = Option<String>)]
    user_id: Field<UserId>,
    /// Whether the link can still be opened or the view is open.
    #[param(value_type = Option<bool>)]
    active: Field<QueryBool>,
}

/// The filters that a query asks for.
pub(crate) struct AccessFilter {
    user: Option<UserId>,
    active: Option<bool>,
}

impl RequestFields for AccessQuery {
    type Values = AccessFilter;

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let user = faults.optional(self.user_id);
        Ok(AccessFilter { user, active: faults.optional(self.active).map(|flag| flag.0) })
    }
}

impl ListFilter for AccessFilter {
    fn meaning(&self) -> FilterMeaning {
        FilterMeaning::default().with("userId", self.user).with("active", self.active)
    }
}

/// A temporary access, without its token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessView {
    /// `acc_` and 32 hex characters.
    access_id: String,
    /// The current status.
    #[schema(value_type = AccessStatusName)]
    status: &'static str,
    /// What it allows.
    #[schema(value_type = AccessModeName)]
    mode: &'static str,
    /// The user who views. Null if it was issued for no particular user.
    user_id: Option<String>,
    /// The study. Null for an ephemeral view.
    study: Option<StudyView>,
    /// Your ID for an ephemeral view.
    retrieval_id: Option<String>,
    /// The user who issued it. Null if an API key did.
    issued_by_user_id: Option<String>,
    /// The API key that issued it. Null if a user did.
    issued_by_api_key_id: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
    /// When the link can no longer be opened.
    #[schema(format = DateTime)]
    link_expires_at: String,
    /// When the link was opened.
    #[schema(format = DateTime)]
    opened_at: Option<String>,
    /// When the view ends.
    #[schema(format = DateTime)]
    view_expires_at: Option<String>,
    /// When it was revoked.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
}

impl AccessView {
    fn new(grant: &Grant, now: Timestamp) -> Self {
        let (details, opening) = (grant.details(), grant.opening());
        let (by_user, by_key) = match details.issuer {
            Issuer::User(id) => (Some(id.to_string()), None),
            Issuer::ApiKey(id) => (None, Some(id.to_string())),
        };
        let retrieval = match &details.view {
            View::Ephemeral(session) => Some(session.retrieval.as_str().to_owned()),
            View::Dictation { .. } | View::ViewerOnly { .. } => None,
        };
        let revoked = match grant {
            Grant::Revoked(revoked) => Some(revoked.at.to_string()),
            Grant::Issued(_) | Grant::Open(_) => None,
        };
        Self {
            access_id: details.id.to_string(),
            status: grant.status(now).as_str(),
            mode: details.view.mode().as_str(),
            user_id: details.view.user().map(|id| id.to_string()),
            study: details.view.study().map(Into::into),
            retrieval_id: retrieval,
            issued_by_user_id: by_user,
            issued_by_api_key_id: by_key,
            created_at: details.created_at.to_string(),
            link_expires_at: details.link_expires_at.to_string(),
            opened_at: opening.map(|o| o.at.to_string()),
            view_expires_at: opening.map(|o| o.until.to_string()),
            revoked_at: revoked,
        }
    }
}

/// A page of temporary accesses.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessesView {
    /// Newest first.
    access: Vec<AccessView>,
    /// The cursor of the next page, or null on the last page.
    cursor: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
    /// How many items this page leaves out because they cannot be read. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    skipped: Option<NonZeroU32>,
}

/// List temporary access. Ended access is listed for 30 days.
#[utoipa::path(
    get, operation_id = "listAccess", path = "/v1/access", tag = "access", params(AccessQuery, PageParameters),
    security(("apiKey" = []), ("session" = [])),
    responses((status = 200, body = AccessesView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<IssueAccess>,
    query: ListQuery,
) -> Result<Json<AccessesView>, Problem> {
    let (clinic, now) = (caller.clinic(), context.now());
    let (AccessFilter { user, active }, paging) = query.read::<AccessQuery>("access", clinic)?;
    let request = PageRequest::new(paging.limit, paging.after.map(AccessId::from_bytes));
    let from = active.filter(|active| *active).map(|_| oldest_live_id(now));
    let keep = |grant: &Grant| {
        active.is_none_or(|wanted| wanted == grant.is_alive(now))
            && caller.principal.may_see(grant.details())
    };
    let page = context.store.list_grants(clinic, user, from, request, keep).await?;
    Ok(Json(AccessesView {
        access: page.items.iter().map(|grant| AccessView::new(grant, now)).collect(),
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
        skipped: NonZeroU32::new(page.skipped),
    }))
}
