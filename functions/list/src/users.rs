//! `GET /v1/autoScribe/users`: confirmed users, newest first.

use auth::caller::{Caller, ReadUsers};
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::claim::Holder;
use domain::field::Refused;
use domain::ids::{ClinicId, UserId};
use domain::person::email::Email;
use domain::person::permissions::Level;
use domain::user::{User, UserStatus};
use serde::Serialize;
use store::{Page, PageRequest};
use utoipa::{IntoParams, ToSchema};
use web::Problem;
use web::problem::ProblemBody;
use web::query::{Paging, Parameters};
use web::schema::{InvitedSource, LevelName, UserStatusName};
use web::view::UserView;

/// Filters; each narrows the list further.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "documents what `Filter::read` takes")]
pub(crate) struct UserFilter {
    /// Whether reporting was granted.
    can_create_reports: Option<bool>,
    /// The address, exactly.
    email: Option<String>,
    /// Part of the first name, in any case.
    first_name: Option<String>,
    /// Part of the last name, in any case.
    last_name: Option<String>,
    /// Where the invitation came from.
    #[param(value_type = Option<InvitedSource>)]
    invited_source: Option<String>,
    /// Level.
    #[param(value_type = Option<LevelName>)]
    level: Option<String>,
    /// Whether access is open.
    #[param(value_type = Option<UserStatusName>)]
    status: Option<String>,
    /// Whether studies can be assigned now.
    assignable: Option<bool>,
    /// Items on the page, 20 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// The `cursor` of the page before.
    cursor: Option<String>,
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
    get, operation_id = "listUsers", path = "/v1/autoScribe/users", tag = "users", params(UserFilter), security(("apiKey" = []), ("session" = [])),
    responses(
        (status = 200, body = UsersView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadUsers>,
    parameters: Parameters,
) -> Result<Json<UsersView>, Problem> {
    let clinic = caller.clinic();
    let mut parameters = parameters.of("users");
    let filter = Filter::read(&mut parameters);
    let paging = parameters.finish(clinic)?;
    let page = match &filter.email {
        Some(email) => by_address(&context, clinic, email, &filter).await?,
        None => all(&context, clinic, &filter, &paging).await?,
    };
    Ok(Json(UsersView {
        users: page.items.iter().map(UserView::from).collect(),
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
    }))
}

async fn all(
    context: &Context,
    clinic: ClinicId,
    filter: &Filter,
    paging: &Paging,
) -> Result<Page<User, UserId>, Problem> {
    let request = PageRequest { limit: paging.limit, after: paging.after.map(UserId::from_bytes) };
    Ok(context.store.list_users(clinic, request, |user| filter.keeps(user)).await?)
}

/// An address has one user at most, and its claim says which.
async fn by_address(
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

struct Filter {
    can_create_reports: Option<bool>,
    email: Option<Email>,
    first_name: Option<String>,
    last_name: Option<String>,
    source: Option<String>,
    level: Option<Level>,
    status: Option<UserStatus>,
    assignable: Option<bool>,
}

impl Filter {
    fn read(from: &mut Parameters) -> Self {
        let folded = |text: &str| Ok(text.to_lowercase());
        Self {
            can_create_reports: from.take_bool("canCreateReports"),
            email: from.take("email", Email::parse),
            first_name: from.take("firstName", folded),
            last_name: from.take("lastName", folded),
            source: from.take("invitedSource", |text| match text {
                "api" | "dashboard" => Ok(text.to_owned()),
                _ => Err(Refused::new("invited_source_unknown", "must be api or dashboard")),
            }),
            level: from.take("level", Level::parse),
            status: from.take("status", |text| {
                UserStatus::parse(text)
                    .ok_or(Refused::new("status_unknown", "must be active or deactivated"))
            }),
            assignable: from.take_bool("assignable"),
        }
    }

    fn keeps(&self, user: &User) -> bool {
        let permissions = &user.profile.permissions;
        let contains = |name: &str, part: &String| name.to_lowercase().contains(part.as_str());
        let name = &user.profile.name;
        self.can_create_reports.is_none_or(|wanted| wanted == permissions.create_reports())
            && self.first_name.as_ref().is_none_or(|part| contains(name.first.as_str(), part))
            && self.last_name.as_ref().is_none_or(|part| contains(name.last.as_str(), part))
            && self.source.as_ref().is_none_or(|wanted| wanted == user.invited_by.source())
            && self.level.is_none_or(|wanted| wanted == permissions.level())
            && self.status.is_none_or(|wanted| wanted == user.status)
            && self.assignable.is_none_or(|wanted| wanted == user.assignable())
    }
}
