//! `POST /v1/password/reset`: sets a new password with an emailed link, and ends every
//! session.
//!
//! The answer may be lost, so the same link with the same password gets it again for a moment. That judges a
//! password, so it counts as an attempt to sign in.

use auth::known_browser::RequestOrigin;
use auth::passwords::Guess;
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::alert::AlertEvent;
use domain::audit::AuditAction;
use domain::credentials::password::{Password, PasswordHash, RESET_LINK};
use domain::ids::{ClinicId, NoticeId};
use domain::person::email::Email;
use domain::user::{User, UserStatus};
use serde::Deserialize;
use store::{Account, CommitOutcome, NoticeKind};
use utoipa::ToSchema;
use web::Problem;
use web::access_log;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::view::Done;

use crate::Deps;
use crate::password::{NewPassword, is_just_set, load_words_and_hash, start_password_change};

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
///
/// Within 30 seconds, a repeat with the same password gets the same answer. Another password counts as a
/// wrong one.
#[utoipa::path(
    post, operation_id = "resetPassword", path = "/v1/password/reset", tag = "session", request_body = ResetRequest, security(()),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    origin: RequestOrigin,
    JsonBody((token, password)): JsonBody<ResetRequest>,
) -> Result<Json<Done>, Problem> {
    let mut hash = None;
    changes::retry!(async {
        let link = load_reset_link(&deps, &token).await?;
        if link.used {
            verify_same_password(&deps, &link, password.clone(), &origin).await?;
            return Ok(Attempt::Done(done()));
        }
        let hash = match &hash {
            Some(hash) => hash,
            None => hash.insert(
                load_words_and_hash(&deps, "password", &link.email, &link.users, password.clone())
                    .await?,
            ),
        };
        let outcome = write_password(&deps, &link, hash.clone()).await?;
        Ok(Attempt::of(outcome, done()))
    })
}

fn done() -> Json<Done> {
    Json(Done::new("Your new password is set. Sign in with it."))
}

/// The account whose password a link can set.
pub(crate) struct ResetLink {
    id: NoticeId,
    /// Whether the link set the account's password a moment ago.
    pub used: bool,
    pub email: Email,
    account: Account,
    pub users: Vec<User>,
}

/// Loads the account of a token. A forged, expired or used token gets the same 404, and so does one
/// that is older than the password, unless it has just set the password.
pub(crate) async fn load_reset_link(deps: &Deps, token: &str) -> Result<ResetLink, Problem> {
    let (store, unknown) = (&deps.context.store, Problem::token_invalid);
    let id = deps.links.read_password_reset_token(token).map_err(|_| unknown())?;
    access_log::record_caller("password_link", id, None::<ClinicId>);
    let notice = store.load_notice(id).await?.ok_or_else(unknown)?;
    if !matches!(notice.kind, NoticeKind::PasswordReset | NoticeKind::DashboardGranted { .. }) {
        return Err(unknown());
    }
    let (account, memberships) = store.load_account_and_memberships(&notice.to).await?;
    let account = account.ok_or_else(unknown)?;
    let now = deps.context.now();
    let used = account.password_set_with == Some(id) && is_just_set(&account, now);
    let unused = now.since(id.created_at()) < RESET_LINK
        && account.password_set_at.is_none_or(|set| set < id.created_at());
    if !used && !unused {
        return Err(unknown());
    }
    let users = store.load_users(&memberships).await?;
    Ok(ResetLink { id, used, email: notice.to, account, users })
}

/// Requires the password that the link has set. As at sign-in, it is wrong while no user of the account is
/// active.
async fn verify_same_password(
    deps: &Deps,
    link: &ResetLink,
    password: Password,
    origin: &RequestOrigin,
) -> Result<(), Problem> {
    let guess = Guess::new(&link.email, Some(&link.account), password, origin);
    let active = link.users.iter().any(|user| user.status == UserStatus::Active);
    let guess = if active { guess } else { guess.refused() };
    if deps.passwords.is_correct(&deps.context, guess).await? {
        Ok(())
    } else {
        Err(Problem::token_invalid())
    }
}

/// Writes the new password. Its audit records hold no network address, because each clinic of the account
/// gets one.
async fn write_password(
    deps: &Deps,
    link: &ResetLink,
    hash: PasswordHash,
) -> Result<CommitOutcome, Problem> {
    let ResetLink { id, email, account, users, .. } = link;
    let new = NewPassword { email, account, users, hash, sent_from: None, link: Some(*id) };
    let what = (AuditAction::PasswordReset, AlertEvent::PasswordReset);
    match start_password_change(deps, new, what).await? {
        Some(tx) => Ok(tx.commit().await?),
        None => Ok(CommitOutcome::Conflict(Vec::new())),
    }
}
