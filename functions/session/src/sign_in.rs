//! `POST /v1/session`: signs in at the dashboard.
//!
//! A wrong password, an unknown address and a deactivated person take the same steps and get the
//! same answer, so that it does not show who has an account.

use auth::known_browser::RequestOrigin;
use auth::passwords::{Guess, Judgment, give_back};
use auth::same_origin::FromDashboard;
use auth::session::start_session;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use changes::Requester;
use domain::actor::Actor;
use domain::credentials::known_browser::PasswordOf;
use domain::credentials::password::Password;
use domain::ids::ClinicId;
use domain::person::email::Email;
use domain::user::UserStatus;
use serde::{Deserialize, Serialize};
use store::{AttemptReservation, Member};
use utoipa::ToSchema;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::view::{ClinicView, UserView};
use web::{Problem, access_log};

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
        (status = 200, body = SessionView, description = "Sets the cookies of the session and of the known browser"),
        Problem,
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    _: FromDashboard,
    origin: RequestOrigin,
    JsonBody(credentials): JsonBody<SignInRequest>,
) -> Result<Response, Problem> {
    let SignedInAccount { members, attempt } =
        verify_credentials(&deps, &credentials, &origin).await?;
    match choose_member(members, credentials.clinic) {
        Ok(member) => start(&deps, member, &credentials, (&origin, &attempt)).await,
        Err(refused) => {
            give_back(&deps.context, &attempt).await;
            Err(refused)
        }
    }
}

/// An account whose password was correct.
struct SignedInAccount {
    /// Its active users with their clinics.
    members: Vec<Member>,
    /// The attempt, which has to be given back.
    attempt: AttemptReservation,
}

/// Starts the session in the requested clinic, and gives the attempt back in the same transaction.
async fn start(
    deps: &Deps,
    Member { user, clinic }: Member,
    credentials: &Credentials,
    (origin, attempt): (&RequestOrigin, &AttemptReservation),
) -> Result<Response, Problem> {
    let requester = Requester::new(Actor::User(user.id), origin.ip.clone());
    let started = start_session(&deps.context, user, &clinic, &requester, Some(attempt)).await?;
    let (user, cookie) = started.ok_or_else(credentials_wrong)?;
    let password = PasswordOf { email: &credentials.email, epoch: user.password_epoch };
    let browsers = deps.passwords.browsers();
    let browser = browsers.remember(origin, password, deps.context.now());
    let view = SessionView { user: (&user).into(), clinic: (&clinic).into() };
    Ok((cookie, browser, Json(view)).into_response())
}

/// Verifies the password, and loads the account's active users with their clinics. Every refusal takes
/// the same steps.
async fn verify_credentials(
    deps: &Deps,
    credentials: &Credentials,
    origin: &RequestOrigin,
) -> Result<SignedInAccount, Problem> {
    let (store, email) = (&deps.context.store, &credentials.email);
    let (account, memberships) = store.load_account_and_memberships(email).await?;
    let mut members = store.load_members(&memberships).await?;
    // A user whose epoch differs is being written by a new password, which ends this attempt.
    let epoch = account.as_ref().map(|account| account.password_epoch);
    members.retain(|member| {
        let user = &member.user;
        user.status == UserStatus::Active && Some(user.password_epoch) == epoch
    });
    let guess = Guess::new(email, account.as_ref(), credentials.password.clone(), origin);
    let guess = if members.is_empty() { guess.refused() } else { guess };
    match deps.passwords.judge(&deps.context, guess).await? {
        Judgment::Correct(attempt) => Ok(SignedInAccount { members, attempt }),
        Judgment::Wrong => Err(credentials_wrong()),
    }
}

/// Chooses the user who signs in.
fn choose_member(members: Vec<Member>, clinic: Option<ClinicId>) -> Result<Member, Problem> {
    let member = select_member(members, clinic)?;
    access_log::record_caller("session", Actor::User(member.user.id), Some(member.clinic.id));
    if member.user.profile.permissions.has_dashboard_access() {
        Ok(member)
    } else {
        Err(dashboard_access_restricted())
    }
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
