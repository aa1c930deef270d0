//! `POST /v1/session`: signs in at the dashboard.
//!
//! A wrong password, an unknown address and a deactivated person take the same steps and get the
//! same answer, so that it does not show who has an account.

use auth::passwords::count_guess;
use auth::same_origin::FromDashboard;
use auth::session::start_session;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use changes::Requester;
use domain::actor::Actor;
use domain::credentials::password::Password;
use domain::ids::ClinicId;
use domain::person::email::Email;
use domain::user::UserStatus;
use serde::{Deserialize, Serialize};
use store::Member;
use utoipa::ToSchema;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::view::{ClinicView, UserView};
use web::{ClientIp, Problem, access_log};

use crate::Deps;
use crate::session::may_sign_in;

/// Address and password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SignInRequest {
    /// The address.
    #[schema(value_type = String, max_length = 254)]
    email: Field<Email>,
    /// The account's password.
    #[schema(value_type = String, max_length = 128)]
    password: Field<Password>,
    /// Which clinic, for a person who belongs to several.
    #[schema(value_type = Option<String>)]
    clinic_id: Field<ClinicId>,
}

pub(crate) struct Credentials {
    email: Email,
    password: Password,
    clinic: Option<ClinicId>,
}

impl RequestFields for SignInRequest {
    type Values = Credentials;

    fn read(self, faults: &mut FaultCollector) -> Result<Credentials, NotedFault> {
        let email = faults.required(self.email);
        let password = faults.required(self.password);
        let clinic = faults.optional(self.clinic_id);
        Ok(Credentials { email: email?, password: password?, clinic })
    }
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// The signed-in user.
    pub(crate) user: UserView,
    /// The clinic.
    pub(crate) clinic: ClinicView,
}

/// Sign in.
#[utoipa::path(
    post, operation_id = "signIn", path = "/v1/session", tag = "session", request_body = SignInRequest, security(()),
    responses(
        (status = 200, body = SessionView, description = "Sets the cookie of the session"),
        Problem,
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    _: FromDashboard,
    ip: Option<ClientIp>,
    JsonBody(credentials): JsonBody<SignInRequest>,
) -> Result<Response, Problem> {
    let ip_text = ip.as_ref().map(ClientIp::as_str);
    let members = verify_credentials(&deps, &credentials, ip_text).await?;
    let Member { user, clinic } = select_member(members, credentials.clinic)?;
    access_log::record_caller("session", Actor::User(user.id), Some(clinic.id));
    if !user.profile.permissions.has_dashboard_access() {
        return Err(dashboard_access_restricted());
    }
    let requester = Requester::new(Actor::User(user.id), ip.map(String::from));
    let started = start_session(&deps.context, user, &clinic, &requester).await?;
    let (user, cookie) = started.ok_or_else(credentials_wrong)?;
    let view = SessionView { user: (&user).into(), clinic: (&clinic).into() };
    Ok((cookie, Json(view)).into_response())
}

/// Verifies the password, and returns the account's active users with their clinics. Every refusal takes
/// the same steps.
async fn verify_credentials(
    deps: &Deps,
    credentials: &Credentials,
    ip: Option<&str>,
) -> Result<Vec<Member>, Problem> {
    let store = &deps.context.store;
    count_guess(&deps.context, &credentials.email, ip).await?;
    let (account, memberships) = store.load_account_and_memberships(&credentials.email).await?;
    let mut members = store.load_members(&memberships).await?;
    let hash = account.as_ref().and_then(|account| account.password.clone());
    // A user whose epoch differs is being written by a new password, which ends this attempt.
    let epoch = account.as_ref().map(|account| account.password_epoch);
    members.retain(|member| {
        let user = &member.user;
        user.status == UserStatus::Active && Some(user.password_epoch) == epoch
    });
    let correct = deps.passwords.verify(hash, credentials.password.clone()).await?;
    if !correct || members.is_empty() {
        return Err(credentials_wrong());
    }
    store.clear_password_guesses(&credentials.email, ip).await?;
    Ok(members)
}

/// Selects the requested clinic, or the only one with dashboard access.
fn select_member(mut members: Vec<Member>, clinic: Option<ClinicId>) -> Result<Member, Problem> {
    let may_sign_in = |member: &Member| may_sign_in(&member.user);
    match clinic {
        Some(clinic) => members.retain(|member| member.clinic.id == clinic),
        None if members.iter().any(may_sign_in) => members.retain(may_sign_in),
        // The one that is left gets `dashboard_access_restricted`.
        None => members.truncate(1),
    }
    match (members.pop(), members.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            members.push(last);
            Err(clinic_required(&members))
        }
        (None, _) => Err(credentials_wrong()),
    }
}

fn clinic_required(members: &[Member]) -> Problem {
    let clinics: Vec<_> = members.iter().map(|member| ClinicView::from(&member.clinic)).collect();
    let detail = "You belong to several clinics. Send clinicId with the one to sign in to.";
    Problem::unprocessable("clinic_required", detail).with("clinics", &clinics)
}

/// The answer to every failed sign-in.
fn credentials_wrong() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "credentials_wrong",
        "The address or password is wrong. Check both and try again.",
    )
}

/// The answer to a correct password without dashboard access.
fn dashboard_access_restricted() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "dashboard_access_restricted",
        "Dashboard access is not available for this account. Open AutoScribe from your PACS.",
    )
}
