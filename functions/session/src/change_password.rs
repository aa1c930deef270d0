//! `POST /v1/password/change`: a signed-in person sets a new password.

use auth::caller::{Caller, OwnSession};
use auth::known_browser::RequestOrigin;
use auth::passwords::Guess;
use auth::principal::SignedIn;
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::alert::AlertEvent;
use domain::audit::AuditAction;
use domain::credentials::password::{Password, PasswordHash};
use domain::ids::ClinicId;
use serde::Deserialize;
use store::{Account, CommitOutcome};
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::view::Done;

use crate::Deps;
use crate::password::{NewPassword, is_just_set, load_words_and_hash, start_password_change};
use crate::session::{OwnAccount, load_own_account, password_wrong};

/// The password of the signed-in person, and the next one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChangePasswordRequest {
    /// The account's password.
    #[schema(value_type = String, max_length = 128)]
    current_password: Field<Password>,
    /// The new password.
    #[schema(value_type = String, min_length = 15, max_length = 128)]
    new_password: Field<Password>,
}

impl RequestFields for ChangePasswordRequest {
    type Values = (Password, Password);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let current = faults.required(self.current_password);
        let new = faults.required(self.new_password);
        Ok((current?, new?))
    }
}

/// Change the password. The caller's other sessions end.
///
/// Within 30 seconds, a repeat with the same new password gets the same answer.
#[utoipa::path(
    post, operation_id = "changePassword", path = "/v1/password/change", tag = "session", request_body = ChangePasswordRequest, security(("session" = [])),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<OwnSession>,
    origin: RequestOrigin,
    JsonBody((current, new)): JsonBody<ChangePasswordRequest>,
) -> Result<Json<Done>, Problem> {
    let (person, store) = (caller.person()?, &deps.context.store);
    let email = &person.user.email;
    let own = load_own_account(&deps, &person.user).await?;
    let done = Json(Done::new("Your password is changed. Your other sessions have ended."));
    let guess = |password| Guess::new(email, Some(&own.account), password, &origin);
    if may_repeat(&deps, &own.account)
        && deps.passwords.is_correct(&deps.context, guess(new.clone())).await?
    {
        return Ok(done);
    }
    if !deps.passwords.is_correct(&deps.context, guess(current)).await? {
        return Err(password_wrong());
    }
    let users = store.load_users(&own.memberships).await?;
    let hash = load_words_and_hash(&deps, "newPassword", email, &users, new.clone()).await?;
    let judged = own.account.password;
    changes::retry!(async {
        let own = load_own_account(&deps, &person.user).await?;
        if own.account.password != judged {
            // Another request set a password: the same one, or one that nobody has sent here.
            let same = Guess::new(email, Some(&own.account), new.clone(), &origin);
            let repeated = may_repeat(&deps, &own.account)
                && deps.passwords.is_correct(&deps.context, same).await?;
            return if repeated { Ok(Attempt::Done(done.clone())) } else { Err(password_wrong()) };
        }
        let sent_from = origin.ip.clone().map(|ip| (caller.clinic(), ip));
        let outcome = write_password(&deps, person, own, (hash.clone(), sent_from)).await?;
        Ok(Attempt::of(outcome, done.clone()))
    })
}

async fn write_password(
    deps: &Deps,
    person: &SignedIn,
    OwnAccount { account, memberships }: OwnAccount,
    (hash, sent_from): (PasswordHash, Option<(ClinicId, String)>),
) -> Result<CommitOutcome, Problem> {
    let users = deps.context.store.load_users(&memberships).await?;
    let (account, users, email) = (&account, &users[..], &person.user.email);
    let new = NewPassword { email, account, users, hash, sent_from, link: None };
    let what = (AuditAction::PasswordChanged, AlertEvent::PasswordChanged);
    let Some(mut tx) = start_password_change(deps, new, what).await? else {
        return Ok(CommitOutcome::Conflict(Vec::new()));
    };
    tx.keep_session(person.session.names, account.password_epoch + 1)?;
    Ok(tx.commit().await?)
}

/// Whether the account's password was just set by a change, so that this request may repeat it.
fn may_repeat(deps: &Deps, account: &Account) -> bool {
    account.password_set_with.is_none() && is_just_set(account, deps.context.now())
}
