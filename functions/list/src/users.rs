//! `GET /v1/autoScribe/users`: confirmed users, newest first.

use auth::caller::{Caller, ReadUsers};
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::claim::Holder;
use domain::field::{FieldFaults, Refusal};
use domain::ids::{ClinicId, UserId};
use domain::person::email::Email;
use domain::person::permissions::Level;
use domain::user::{User, UserStatus};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Page, PageRequest};
use utoipa::{IntoParams, ToSchema};
use web::Problem;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::field_value::{FieldValue, read_text};
use web::query::{ListQuery, PageParameters, Paging, QueryBool};
use web::schema::{InvitedSource, LevelName, UserStatusName};
use web::view::UserView;

/// Filters; each narrows the list further.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserFilter {
    /// Whether reporting was granted.
    #[param(value_type = Option<bool>)]
    can_create_reports: Field<QueryBool>,
    /// The address, exactly.
    #[param(value_type = Option<String>)]
    email: Field<Email>,
    /// Part of the first name, in any case.
    #[param(value_type = Option<String>)]
    first_name: Field<String>,
    /// Part of the last name, in any case.
    #[param(value_type = Option<String>)]
    last_name: Field<String>,
    /// Where the invitation came from.
    #[param(value_type = Option<InvitedSource>)]
    invited_source: Field<Source>,
    /// Level.
    #[param(value_type = Option<LevelName>)]
    level: Field<Level>,
    /// Whether access is open.
    #[param(value_type = Option<UserStatusName>)]
    status: Field<UserStatus>,
    /// Whether studies can be assigned now.
    #[param(value_type = Option<bool>)]
    assignable: Field<QueryBool>,
}

/// A page of users.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsersView {
    /// Newest first.
    users: Vec<UserView>,
    /// For the next page; null on the last.
    cursor: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
}

/// List confirmed users.
#[utoipa::path(
    get, operation_id = "listUsers", path = "/v1/autoScribe/users", tag = "users", params(UserFilter, PageParameters), security(("apiKey" = []), ("session" = [])),
    responses((status = 200, body = UsersView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadUsers>,
    query: ListQuery,
) -> Result<Json<UsersView>, Problem> {
    let clinic = caller.clinic();
    let (filter, paging) = query.read::<UserFilter>("users", clinic)?;
    let page = match &filter.email {
        Some(email) => find_by_address(&context, clinic, email, &filter).await?,
        None => list_all(&context, clinic, &filter, &paging).await?,
    };
    Ok(Json(UsersView {
        users: page.items.iter().map(UserView::from).collect(),
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
    }))
}

async fn list_all(
    context: &Context,
    clinic: ClinicId,
    filter: &Filter,
    paging: &Paging,
) -> Result<Page<User, UserId>, Problem> {
    let request = PageRequest { limit: paging.limit, after: paging.after.map(UserId::from_bytes) };
    Ok(context.store.list_users(clinic, request, |user| filter.keeps(user)).await?)
}

/// An address has one user at most, and its claim says which.
async fn find_by_address(
    context: &Context,
    clinic: ClinicId,
    email: &Email,
    filter: &Filter,
) -> Result<Page<User, UserId>, Problem> {
    let user = match context.store.load_email_claim(clinic, email).await?.holder {
        Holder::User(id) => context.store.load_user(clinic, id.user_id()).await?,
        Holder::Free | Holder::Invitation { .. } => None,
    };
    Ok(Page { items: user.into_iter().filter(|user| filter.keeps(user)).collect(), next: None })
}

pub(crate) struct Filter {
    can_create_reports: Option<bool>,
    email: Option<Email>,
    first_name: Option<String>,
    last_name: Option<String>,
    source: Option<Source>,
    level: Option<Level>,
    status: Option<UserStatus>,
    assignable: Option<bool>,
}

impl RequestFields for UserFilter {
    type Values = Filter;

    fn read(self, faults: &mut FaultCollector) -> Result<Filter, NotedFault> {
        Ok(Filter {
            can_create_reports: faults.optional(self.can_create_reports).map(|flag| flag.0),
            email: faults.optional(self.email),
            first_name: faults.optional(self.first_name).map(|part| part.to_lowercase()),
            last_name: faults.optional(self.last_name).map(|part| part.to_lowercase()),
            source: faults.optional(self.invited_source),
            level: faults.optional(self.level),
            status: faults.optional(self.status),
            assignable: faults.optional(self.assignable).map(|flag| flag.0),
        })
    }
}

/// Where an invitation came from.
struct Source(String);

impl FieldValue for Source {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const UNKNOWN: Refusal = Refusal::new("invited_source_unknown", "Send api or dashboard.");
        read_text(&value, |text| match text {
            "api" | "dashboard" => Ok(Self(text.to_owned())),
            _ => Err(UNKNOWN),
        })
    }
}

impl Filter {
    fn keeps(&self, user: &User) -> bool {
        let permissions = &user.profile.permissions;
        let contains = |name: &str, part: &String| name.to_lowercase().contains(part.as_str());
        let name = &user.profile.name;
        self.can_create_reports.is_none_or(|wanted| wanted == permissions.can_create_reports())
            && self.first_name.as_ref().is_none_or(|part| contains(name.first.as_str(), part))
            && self.last_name.as_ref().is_none_or(|part| contains(name.last.as_str(), part))
            && self.source.as_ref().is_none_or(|wanted| wanted.0 == user.invited_by.source())
            && self.level.is_none_or(|wanted| wanted == permissions.level())
            && self.status.is_none_or(|wanted| wanted == user.status)
            && self.assignable.is_none_or(|wanted| wanted == user.is_assignable())
    }
}
