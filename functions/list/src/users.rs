//! `GET /v1/autoScribe/users`: confirmed users, newest first.

use std::num::NonZeroU32;

use auth::caller::{Caller, ReadUsers};
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::claim::Holder;
use domain::field::{FieldFaults, Refusal};
use domain::fold::{NamePart, SearchPrefix};
use domain::ids::{ClinicId, UserId};
use domain::person::email::Email;
use domain::person::permissions::Level;
use domain::user::{User, UserStatus};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Page, PageRequest};
use utoipa::{IntoParams, ToSchema};
use web::Problem;
use web::field::{FaultCollector, Field, FieldValue, NotedFault, RequestFields};
use web::field_value::read_text;
use web::page::FilterMeaning;
use web::query::{ListFilter, ListQuery, PageParameters, Paging, QueryBool};
use web::schema::{InvitedSource, LevelName, UserStatusName};
use web::view::UserView;

/// Filters. An item must match all of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserQuery {
    /// The start of any part of the name, or of the address. Case, accents, apostrophes and kinds of spaces are
    /// ignored. A page of a search can be empty although `hasMore` is true.
    #[param(value_type = Option<String>)]
    q: Field<String>,
    /// Whether the user may create reports.
    #[param(value_type = Option<bool>)]
    can_create_reports: Field<QueryBool>,
    /// The exact address.
    #[param(value_type = Option<String>)]
    email: Field<Email>,
    /// A part of the first name. Case, accents, apostrophes and kinds of spaces are ignored.
    #[param(value_type = Option<String>)]
    first_name: Field<String>,
    /// A part of the last name. Case, accents, apostrophes and kinds of spaces are ignored.
    #[param(value_type = Option<String>)]
    last_name: Field<String>,
    /// Where the invitation came from.
    #[param(value_type = Option<InvitedSource>)]
    invited_source: Field<SourceName>,
    /// Level.
    #[param(value_type = Option<LevelName>)]
    level: Field<Level>,
    /// Whether the user is active or deactivated.
    #[param(value_type = Option<UserStatusName>)]
    status: Field<UserStatus>,
    /// Whether studies can be assigned to the user now.
    #[param(value_type = Option<bool>)]
    assignable: Field<QueryBool>,
}

/// A page of users.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsersView {
    /// Newest first.
    users: Vec<UserView>,
    /// The cursor of the next page, or null on the last page.
    cursor: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
    /// How many items this page leaves out because they cannot be read. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    skipped: Option<NonZeroU32>,
}

/// List confirmed users.
#[utoipa::path(
    get, operation_id = "listUsers", path = "/v1/autoScribe/users", tag = "users", params(UserQuery, PageParameters), security(("apiKey" = []), ("session" = [])),
    responses((status = 200, body = UsersView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadUsers>,
    query: ListQuery,
) -> Result<Json<UsersView>, Problem> {
    let clinic = caller.clinic();
    let (filter, paging) = query.read::<UserQuery>("users", clinic)?;
    let page = match &filter.email {
        Some(email) => find_by_email(&context, clinic, email, &filter).await?,
        None => load_page(&context, clinic, &filter, &paging).await?,
    };
    Ok(Json(UsersView {
        users: page.items.iter().map(UserView::from).collect(),
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
        skipped: NonZeroU32::new(page.skipped),
    }))
}

async fn load_page(
    context: &Context,
    clinic: ClinicId,
    filter: &UserFilter,
    paging: &Paging,
) -> Result<Page<User, UserId>, Problem> {
    let request = PageRequest {
        limit: paging.limit,
        after: paging.after.map(UserId::from_bytes),
        may_be_empty: filter.search.is_some(),
    };
    Ok(context.store.list_users(clinic, request, |user| filter.matches(user)).await?)
}

/// Finds the user of an address. An address has one user at most, and its claim names it.
async fn find_by_email(
    context: &Context,
    clinic: ClinicId,
    email: &Email,
    filter: &UserFilter,
) -> Result<Page<User, UserId>, Problem> {
    let user = match context.store.load_email_claim(clinic, email).await?.holder {
        Holder::User(id) => context.store.load_user(clinic, id.user_id()).await,
        Holder::Free | Holder::Invitation { .. } => Ok(None),
    };
    Ok(Page::of_one(user, |user| filter.matches(user))?)
}

/// The filters that a query asks for.
pub(crate) struct UserFilter {
    search: Option<SearchPrefix>,
    can_create_reports: Option<bool>,
    email: Option<Email>,
    first_name: Option<NamePart>,
    last_name: Option<NamePart>,
    source: Option<SourceName>,
    level: Option<Level>,
    status: Option<UserStatus>,
    assignable: Option<bool>,
}

impl RequestFields for UserQuery {
    type Values = UserFilter;

    fn read(self, faults: &mut FaultCollector) -> Result<UserFilter, NotedFault> {
        Ok(UserFilter {
            search: faults.optional(self.q).and_then(|text| SearchPrefix::parse(&text)),
            can_create_reports: faults.optional(self.can_create_reports).map(|flag| flag.0),
            email: faults.optional(self.email),
            first_name: faults.optional(self.first_name).map(|part| NamePart::parse(&part)),
            last_name: faults.optional(self.last_name).map(|part| NamePart::parse(&part)),
            source: faults.optional(self.invited_source),
            level: faults.optional(self.level),
            status: faults.optional(self.status),
            assignable: faults.optional(self.assignable).map(|flag| flag.0),
        })
    }
}

/// Where an invitation came from.
struct SourceName(String);

impl FieldValue for SourceName {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const UNKNOWN: Refusal = Refusal::new("invited_source_unknown", "Send api or dashboard.");
        read_text(&value, |text| match text {
            "api" | "dashboard" => Ok(Self(text.to_owned())),
            _ => Err(UNKNOWN),
        })
    }
}

impl ListFilter for UserFilter {
    fn meaning(&self) -> FilterMeaning {
        FilterMeaning::default()
            .with("q", self.search.as_ref().map(SearchPrefix::as_str))
            .with("canCreateReports", self.can_create_reports)
            .with("email", self.email.as_ref().map(Email::normalized))
            .with("firstName", self.first_name.as_ref().map(NamePart::as_str))
            .with("lastName", self.last_name.as_ref().map(NamePart::as_str))
            .with("invitedSource", self.source.as_ref().map(|source| &source.0))
            .with("level", self.level.map(Level::as_str))
            .with("status", self.status.map(UserStatus::as_str))
            .with("assignable", self.assignable)
    }
}

impl UserFilter {
    fn matches(&self, user: &User) -> bool {
        let permissions = &user.profile.permissions;
        let name = &user.profile.name;
        self.can_create_reports.is_none_or(|wanted| wanted == permissions.can_create_reports())
            && self.first_name.as_ref().is_none_or(|part| part.is_in(name.first.as_str()))
            && self.last_name.as_ref().is_none_or(|part| part.is_in(name.last.as_str()))
            && self.source.as_ref().is_none_or(|wanted| wanted.0 == user.invited_by.source())
            && self.level.is_none_or(|wanted| wanted == permissions.level())
            && self
                .status
                .map_or(user.status != UserStatus::Released, |wanted| wanted == user.status)
            && self.assignable.is_none_or(|wanted| wanted == user.is_assignable())
            && self.search.as_ref().is_none_or(|search| search.finds(name, &user.email))
    }
}
