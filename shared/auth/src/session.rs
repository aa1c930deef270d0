//! Sessions at the dashboard: the cookie, who holds it, and starting one.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};
use changes::{Attempt, Context, Requester};
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject, AuditRecord};
use domain::clinic::Clinic;
use domain::session::{Session, SessionRef, SessionToken};
use domain::time::Timestamp;
use domain::user::User;
use store::{AttemptReservation, CommitOutcome, StoreError};
use web::Problem;
use web::deadline::leave_time;

use crate::cookie::{MAX_COOKIES, cookie_values};
use crate::principal::SignedIn;
use crate::secret_answer::SecretAnswer;

/// The name of the cookie. `__Host-` means: of this host only, over TLS only, for all paths
/// (RFC 6265bis section 4.1.3.2).
pub const COOKIE: &str = "__Host-autoscribe-session";

/// The session cookie in an answer.
pub struct SessionCookie(Option<SessionToken>);

impl SessionCookie {
    /// Sets the cookie of a session.
    pub fn new(token: SessionToken) -> Self {
        Self(Some(token))
    }

    /// Removes the cookie.
    pub fn cleared() -> Self {
        Self(None)
    }
}

impl IntoResponseParts for SessionCookie {
    type Error = std::convert::Infallible;

    /// An answer with the cookie is never stored for an idempotency key.
    fn into_response_parts(self, mut answer: ResponseParts) -> Result<ResponseParts, Self::Error> {
        // Without an age, the cookie ends with the browser, which matters on shared workstations.
        let (value, age) = match &self.0 {
            Some(token) => (token.reveal(), ""),
            None => (String::new(), "; Max-Age=0"),
        };
        let cookie = format!("{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{age}");
        if let Ok(mut cookie) = HeaderValue::try_from(cookie) {
            cookie.set_sensitive(true);
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        answer.extensions_mut().insert(SecretAnswer);
        Ok(answer)
    }
}

/// Whether a request carries a session cookie, valid or not.
pub(crate) fn has_session_cookie(headers: &HeaderMap) -> bool {
    cookie_values(headers, COOKIE).next().is_some()
}

/// Identifies the person whose session cookie a request carries, and writes the last use.
pub(crate) async fn identify_session(
    context: &Context,
    headers: &HeaderMap,
) -> Result<SignedIn, Problem> {
    let now = context.now();
    let (session, user) = find_session(context, headers, now).await?;
    if session.needs_use_update(now) {
        // A failure must not fail the request.
        if let Err(error) = context.store.mark_session_used(session.names, now).await {
            tracing::info!(%error, "last use of a session not recorded");
        }
    }
    Ok(SignedIn { session, user })
}

/// Finds the session of the first cookie that is one. A browser can send foreign cookies of the same name.
async fn find_session(
    context: &Context,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(Session, User), Problem> {
    let tokens = cookie_values(headers, COOKIE).filter_map(|value| SessionToken::parse(value).ok());
    for token in tokens.take(MAX_COOKIES) {
        let found = load_session_and_user(context, token.session()).await?;
        if let Some(found) = found.filter(|(session, user)| session.admits(&token, user, now)) {
            return Ok(found);
        }
    }
    Err(if has_session_cookie(headers) {
        Problem::credential_refused()
    } else {
        Problem::unauthenticated()
    })
}

/// Loads a session and its user. The two are not read at one moment, and a change of the password writes both, so
/// they are read again if their epochs differ.
async fn load_session_and_user(
    context: &Context,
    names: SessionRef,
) -> Result<Option<(Session, User)>, Problem> {
    let found = context.store.load_session_and_user(names).await?;
    let differ = |(session, user): &(Session, User)| session.password_epoch != user.password_epoch;
    if found.as_ref().is_some_and(differ) {
        return Ok(context.store.load_session_and_user(names).await?);
    }
    Ok(found)
}

/// Starts a session for a user whose password was just judged or set, and writes the sign-in time. The
/// same transaction gives back the reservation of the attempt, if one is left. Returns `None` if the user
/// may no longer sign in, or if a new password was set meanwhile.
pub async fn start_session(
    context: &Context,
    user: User,
    clinic: &Clinic,
    requester: &Requester,
    attempt: Option<&AttemptReservation>,
) -> Result<Option<(User, SessionCookie)>, Problem> {
    let (now, entropy) = (context.now(), context.entropy.as_ref());
    let ip = requester.ip.clone();
    let started = Session::start(&user, clinic.session_idle, ip, now, entropy);
    write_session(context, user, started, (None, attempt), requester).await
}

/// Starts the session that replaces `old` in another clinic of the same person, and ends `old`, in one
/// transaction. Returns `None` as [`start_session`] does, and if `old` has ended.
pub async fn continue_session(
    context: &Context,
    old: &Session,
    user: User,
    clinic: &Clinic,
    ip: Option<String>,
) -> Result<Option<(User, SessionCookie)>, Problem> {
    let (now, entropy) = (context.now(), context.entropy.as_ref());
    let continued = old.continue_as(&user, clinic.session_idle, now, entropy);
    let requester = Requester::new(Actor::User(user.id), ip);
    write_session(context, user, continued, (Some(old), None), &requester).await
}

async fn write_session(
    context: &Context,
    user: User,
    (session, token): (Session, SessionToken),
    (replaces, attempt): (Option<&Session>, Option<&AttemptReservation>),
    requester: &Requester,
) -> Result<Option<(User, SessionCookie)>, Problem> {
    let record_of = |session: &Session, action| {
        let names = session.names;
        let of = Requester::new(Actor::User(names.user), requester.ip.clone());
        let object = AuditObject::Session(names.id);
        of.audit_record(context, names.clinic, action, object, (None, None))
    };
    let started = record_of(&session, AuditAction::SessionStarted);
    let ended = replaces.map(|old| (old.names, record_of(old, AuditAction::SessionEnded)));
    let session = (&session, &token);
    let committing = commit_session(context, &user, session, (&started, &ended), attempt);
    let written = leave_time(Box::pin(committing)).await.flatten();
    if let Some(attempt) = attempt
        && !matches!(written, Ok(Some(_)))
    {
        // The transaction may have given it back although all of its answers were lost.
        let given_back = context.store.release_attempt_unless(attempt, &started).await;
        note_release(given_back);
    }
    written
}

async fn commit_session(
    context: &Context,
    user: &User,
    (session, token): (&Session, &SessionToken),
    (started, ended): (&AuditRecord, &Option<(SessionRef, AuditRecord)>),
    attempt: Option<&AttemptReservation>,
) -> Result<Option<(User, SessionCookie)>, Problem> {
    changes::retry!(async {
        let mut tx = context.store.transaction(started)?;
        tx.put_session(session)?;
        tx.mark_signed_in(session)?;
        if let Some(attempt) = attempt {
            tx.release_attempt(attempt)?;
        }
        if let Some((old, record)) = ended {
            tx.delete_session(*old)?;
            tx.put_audit_record(record)?;
        }
        Ok(match tx.commit().await? {
            CommitOutcome::Committed => {
                let user = User { last_login_at: Some(session.last_used_at), ..user.clone() };
                Attempt::Done(Some((user, SessionCookie::new(token.clone()))))
            }
            // Only another transaction was in progress.
            CommitOutcome::Conflict(parts) if parts.is_empty() => Attempt::Conflict,
            CommitOutcome::Conflict(_) => Attempt::Done(None),
        })
    })
}

/// Logs that an attempt with a password stays counted until its window ends.
pub(crate) fn note_release(released: Result<(), StoreError>) {
    if let Err(error) = released {
        tracing::warn!(%error, "password attempt not released");
    }
}
