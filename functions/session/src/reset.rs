//! `POST /v1/password/reset`: sets a new password with an emailed link, and ends every
//! session.

use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::alert::AlertEvent;
use domain::audit::AuditAction;
use domain::credentials::password::{Password, PasswordHash, RESET_LINK};
use domain::ids::ClinicId;
use domain::person::email::Email;
use domain::user::User;
use serde::Deserialize;
use store::{Account, CommitOutcome, NoticeKind};
use utoipa::ToSchema;
use web::Problem;
use web::access_log;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::view::Done;

use crate::Deps;
use crate::password::{NewPassword, load_words_and_hash, start_password_change};

/// The token from the email and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetRequest {
    /// The part of the emailed link after `#token=`.
    #[schema(value_type = String, max_length = 256)]
    token: Field<String>,
    /// The new password.
    #[schema(value_type = String, min_length = 15, max_length = 128)]
    password: Field<Password>,
}

impl RequestFields for ResetRequest {
    type Values = (String, Password);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let token = faults.required(self.token);
        let password = faults.required(self.password);
        Ok((token?, password?))
    }
}

/// Set a new password. The link works once, for 30 minutes. Every session of the account ends.
#[utoipa::path(
    post, operation_id = "resetPassword", path = "/v1/password/reset", tag = "session", request_body = ResetRequest, security(()),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    JsonBody((token, password)): JsonBody<ResetRequest>,
) -> Result<Json<Done>, Problem> {
    let mut hash = None;
    changes::retry!(async {
        let link = load_reset_link(&deps, &token).await?;
        let hash = match &hash {
            Some(hash) => hash,
            None => hash.insert(
                load_words_and_hash(&deps, "password", &link.email, &link.users, password.clone())
                    .await?,
            ),
        };
        let outcome = write_password(&deps, &link, hash.clone()).await?;
        let done = Json(Done::new("Your new password is set. Sign in with it."));
        Ok(Attempt::of(outcome, done))
    })
}

/// The account whose password a link can set.
struct ResetLink {
    email: Email,
    account: Account,
    users: Vec<User>,
}

/// Loads the account of a token. A forged, expired or used token gets the same 404, and so does one
/// that is older than the password.
async fn load_reset_link(deps: &Deps, token: &str) -> Result<ResetLink, Problem> {
    let (store, unknown) = (&deps.context.store, Problem::token_invalid);
    let id = deps.links.read_password_reset_token(token).map_err(|_| unknown())?;
    access_log::record_caller("password_link", id, None::<ClinicId>);
    let notice = store.load_notice(id).await?.ok_or_else(unknown)?;
    if !matches!(notice.kind, NoticeKind::PasswordReset | NoticeKind::DashboardGranted { .. })
        || deps.context.now().since(id.created_at()) >= RESET_LINK
    {
        return Err(unknown());
    }
    let (account, memberships) = store.load_account_and_memberships(&notice.to).await?;
    let account = account
        .filter(|account| account.password_set_at.is_none_or(|set| set < id.created_at()))
        .ok_or_else(unknown)?;
    let users = store.load_users(&memberships).await?;
    Ok(ResetLink { email: notice.to, account, users })
}

/// Writes the new password. Its audit records hold no network address, because each clinic of the account
/// gets one.
async fn write_password(
    deps: &Deps,
    link: &ResetLink,
    hash: PasswordHash,
) -> Result<CommitOutcome, Problem> {
    let ResetLink { email, account, users } = link;
    let new = NewPassword { email, account, users, hash, sent_from: None };
    let what = (AuditAction::PasswordReset, AlertEvent::PasswordReset);
    Ok(start_password_change(deps, new, what).await?.commit().await?)
}
