//! `POST /v1/password/reset`: sets a new password with an emailed link, and ends every
//! session.

use axum::Json;
use axum::extract::State;
use changes::{Attempt, Requester};
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::password::{KnownWords, Password, PasswordHash, RESET_LINK};
use domain::person::email::Email;
use domain::user::User;
use serde::Deserialize;
use store::{Account, CommitOutcome, NoticeKind, Transaction};
use utoipa::ToSchema;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::view::Done;
use web::{ClientIp, Problem};

use crate::Deps;

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
    ip: Option<ClientIp>,
    JsonBody((token, password)): JsonBody<ResetRequest>,
) -> Result<Json<Done>, Problem> {
    let mut hash = None;
    changes::retry!(async {
        let link = load_reset_link(&deps, &token).await?;
        let hash = match &hash {
            Some(hash) => hash,
            None => hash.insert(load_words_and_hash(&deps, &link, password.clone()).await?),
        };
        let outcome = write_password(&deps, link, hash.clone(), ip.clone()).await?;
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
    let id = deps.sessions.keyring.read_password_reset_token(token).map_err(|_| unknown())?;
    let notice = store.load_notice(id).await?.ok_or_else(unknown)?;
    if notice.kind != NoticeKind::PasswordReset
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

/// Loads the words that a new password must not rest on, and hashes the password. One that is easy to
/// guess from these words is refused.
async fn load_words_and_hash(
    deps: &Deps,
    link: &ResetLink,
    password: Password,
) -> Result<PasswordHash, Problem> {
    let mut clinics = Vec::with_capacity(link.users.len());
    for user in &link.users {
        clinics.extend(deps.context.store.load_clinic(user.clinic).await?);
    }
    let names = link.users.iter().map(|user| &user.profile.name);
    let known = KnownWords::new(&link.email, names, clinics.iter().map(|clinic| &clinic.name));
    deps.passwords.hash_new(password, known).await
}

/// Writes the new password. The change is in the audit of every clinic of the account.
async fn write_password(
    deps: &Deps,
    link: ResetLink,
    hash: PasswordHash,
    ip: Option<ClientIp>,
) -> Result<CommitOutcome, Problem> {
    let ResetLink { email, account, users } = link;
    let mut tx: Option<Transaction> = None;
    for user in users {
        let requester = Requester { actor: Actor::User(user.id), ip: ip.clone().map(String::from) };
        let object = AuditObject::User(user.id);
        let action = AuditAction::PasswordReset;
        let record =
            requester.audit_record(&deps.context, user.clinic, action, object, (None, None));
        match &mut tx {
            Some(tx) => tx.put_audit_record(&record)?,
            None => tx = Some(deps.context.store.transaction(&record)?),
        }
    }
    let mut tx = tx.ok_or_else(Problem::token_invalid)?;
    let next = Account {
        password: Some(hash),
        password_set_at: Some(deps.context.now()),
        epoch: account.epoch + 1,
        verified_at: account.verified_at,
        version: account.version + 1,
    };
    tx.put_account(&email, &next)?;
    Ok(tx.commit().await?)
}
