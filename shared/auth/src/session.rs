//! Dashboard sessions: how they are opened, their two tokens, and the caller of a session.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::token::{Keyring, LinkToken};
use domain::ids::{ClinicId, SessionId, UserId};
use domain::person::permissions::Level;
use domain::session::{ACCESS_TOKEN_LIFE, IDLE_LIMIT, Session};
use domain::user::User;
use serde::{Deserialize, Serialize};
use store::{Account, CommitOutcome};
use utoipa::ToSchema;

use crate::jwt::{ExpectedToken, Signer};
use crate::keys::{PublishedKeys, VerificationError};
use crate::principal::Identity;
use crate::secret_answer::SecretAnswer;
use changes::{Attempt, Context, Requester};
use web::Problem;

/// `typ` of an access token. No other kind of token has it (RFC 8725 section 3.11).
pub const TYP: &str = "session+jwt";
/// `aud` of an access token.
pub const AUDIENCE: &str = "autoscribe-dashboard";
/// The session cookie. `__Host-` limits it to this host and to TLS (RFC 6265bis section 4.1.3.2).
const COOKIE: &str = "__Host-autoscribe-session";

/// Opens sessions and renews their tokens.
#[derive(Clone)]
pub struct Sessions {
    /// Signs access tokens.
    pub signer: Arc<Signer>,
    /// Issues refresh tokens.
    pub keyring: Arc<Keyring>,
    /// `iss` of access tokens: the service's own URL.
    pub issuer: Arc<str>,
}

/// The claims of an access token. Each refresh reads the permissions again, so they are never older than
/// 15 minutes.
#[derive(Debug, Serialize, Deserialize)]
struct SessionClaims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    clinic: String,
    level: String,
    #[serde(rename = "canManageStudies")]
    manage_studies: bool,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// The access token of a session.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    /// The token. Send it as `Authorization: Bearer <accessToken>`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// How many seconds it is valid.
    pub expires_in: u64,
}

/// A response part that sets the cookie with the refresh token, or removes it.
pub struct RefreshCookie(Option<LinkToken>);

impl RefreshCookie {
    /// Removes the cookie.
    pub fn remove() -> Self {
        Self(None)
    }
}

impl IntoResponseParts for RefreshCookie {
    type Error = std::convert::Infallible;

    /// Sets the cookie. Also marks the response as secret, so that it is not stored for an idempotency
    /// key.
    fn into_response_parts(self, mut answer: ResponseParts) -> Result<ResponseParts, Self::Error> {
        let (value, age) = match &self.0 {
            Some(token) => (token.reveal(), IDLE_LIMIT.as_secs()),
            None => ("", 0),
        };
        let cookie =
            format!("{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={age}");
        if let Ok(mut cookie) = HeaderValue::try_from(cookie) {
            cookie.set_sensitive(true);
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        answer.extensions_mut().insert(SecretAnswer);
        Ok(answer)
    }
}

/// Finds the refresh token in the cookies of a request.
pub fn find_refresh_token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

impl Sessions {
    /// Opens a session for a user with dashboard access and records the sign-in. Returns `None` if the
    /// user may no longer sign in, or a new password was set meanwhile.
    pub async fn open(
        &self,
        context: &Context,
        user: User,
        account: &Account,
        requester: &Requester,
    ) -> Result<Option<(User, AccessToken, RefreshCookie)>, Problem> {
        let (now, entropy) = (context.now(), context.entropy.as_ref());
        let (session, token) = Session::open(&user, account.epoch, &self.keyring, now, entropy);
        let (object, action) = (AuditObject::Session(session.id), AuditAction::SessionStarted);
        let record = requester.audit_record(context, user.clinic, action, object, (None, None));
        changes::retry!(async {
            let mut tx = context.store.transaction(&record)?;
            tx.put_session(&session)?;
            tx.record_sign_in(&session)?;
            tx.require_password_unchanged(&session.email, account)?;
            Ok(match tx.commit().await? {
                CommitOutcome::Committed => {
                    let user = User { last_login_at: Some(now), ..user.clone() };
                    let access = self.issue_access_token(context, &session, &user)?;
                    Attempt::Done(Some((user, access, RefreshCookie(Some(token.clone())))))
                }
                // Another transaction was in progress, so no condition failed.
                CommitOutcome::Conflict(roles) if roles.is_empty() => Attempt::Conflict,
                CommitOutcome::Conflict(_) => Attempt::Done(None),
            })
        })
    }

    /// Issues the access token and the cookie of a refreshed session.
    pub fn renew(
        &self,
        context: &Context,
        session: &Session,
        user: &User,
        token: LinkToken,
    ) -> Result<(AccessToken, RefreshCookie), Problem> {
        let access = self.issue_access_token(context, session, user)?;
        Ok((access, RefreshCookie(Some(token))))
    }

    fn issue_access_token(
        &self,
        context: &Context,
        session: &Session,
        user: &User,
    ) -> Result<AccessToken, Problem> {
        let (now, permissions) = (context.now(), &user.profile.permissions);
        let claims = SessionClaims {
            iss: self.issuer.to_string(),
            aud: AUDIENCE.to_owned(),
            sub: user.id.to_string(),
            sid: session.id.to_string(),
            clinic: user.clinic.to_string(),
            level: permissions.level().as_str().to_owned(),
            manage_studies: permissions.manage_studies,
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: now.plus(ACCESS_TOKEN_LIFE).seconds(),
        };
        Ok(AccessToken {
            access_token: self.signer.sign(TYP, &claims).map_err(Problem::internal)?,
            token_type: "Bearer",
            expires_in: ACCESS_TOKEN_LIFE.as_secs(),
        })
    }
}

/// Identifies the caller by an access token.
pub(crate) async fn identify_session(
    keys: &PublishedKeys,
    token: &str,
) -> Result<(ClinicId, Identity), Problem> {
    let expected = ExpectedToken { typ: TYP, issuer: keys.issuer(), audience: AUDIENCE };
    let claims: SessionClaims = match keys.verify(token, expected).await {
        Ok(claims) => claims,
        Err(VerificationError::Invalid(_)) => return Err(Problem::unauthenticated()),
        Err(VerificationError::Store(error)) => return Err(error.into()),
    };
    identity(&claims).ok_or_else(Problem::unauthenticated)
}

fn identity(claims: &SessionClaims) -> Option<(ClinicId, Identity)> {
    let identity = Identity::Session {
        id: SessionId::parse(&claims.sid).ok()?,
        user: UserId::parse(&claims.sub).ok()?,
        level: Level::parse(&claims.level).ok()?,
        manage_studies: claims.manage_studies,
    };
    Some((ClinicId::parse(&claims.clinic).ok()?, identity))
}
