//! Sessions at the dashboard: opening one, its two tokens, and who holds it.

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

use crate::idempotency::SecretAnswer;
use crate::jwt::{ExpectedToken, Signer};
use crate::keys::{PublishedKeys, VerificationError};
use crate::principal::Identity;
use changes::{Attempt, Context, Requester};
use web::Problem;

/// `typ` of an access token: no token of another kind passes for one (RFC 8725 section 3.11).
pub const TYP: &str = "session+jwt";
/// `aud` of an access token.
pub const AUDIENCE: &str = "autoscribe-dashboard";
/// `__Host-`: of this host alone, over TLS alone (RFC 6265bis section 4.1.3.2).
const COOKIE: &str = "__Host-autoscribe-session";
/// What opening and renewing sessions takes.
#[derive(Clone)]
pub struct Sessions {
    /// Signs access tokens.
    pub signer: Arc<Signer>,
    /// Seals refresh tokens.
    pub keyring: Arc<Keyring>,
    /// `iss` of access tokens: the service's own URL.
    pub issuer: Arc<str>,
}

/// The claims of an access token. Permissions are read afresh at each refresh, so they are never
/// older than 15 minutes.
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
    /// To be sent as `Authorization: Bearer <accessToken>`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds that it is good for.
    pub expires_in: u64,
}

/// The refresh token on its way into the browser's cookie, or out of it.
pub struct RefreshCookie(Option<LinkToken>);

impl RefreshCookie {
    /// Takes the cookie away.
    pub fn cleared() -> Self {
        Self(None)
    }
}

impl IntoResponseParts for RefreshCookie {
    type Error = std::convert::Infallible;

    /// An answer that carries it must not be kept for an idempotency key.
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

/// The refresh token in a request's cookies.
pub fn refresh_token_in(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

impl Sessions {
    /// Opens a session for a user with dashboard access, and notes the sign-in. `None` when the
    /// user may not sign in any more, or a new password was set meanwhile.
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
            tx.note_sign_in(&session)?;
            tx.require_password_unchanged(&session.email, account)?;
            Ok(match tx.commit().await? {
                CommitOutcome::Committed => {
                    let user = User { last_login_at: Some(now), ..user.clone() };
                    let access = self.access_token(context, &session, &user)?;
                    Attempt::Done(Some((user, access, RefreshCookie(Some(token.clone())))))
                }
                // Only another transaction was under way.
                CommitOutcome::Conflict(roles) if roles.is_empty() => Attempt::Conflict,
                CommitOutcome::Conflict(_) => Attempt::Done(None),
            })
        })
    }

    /// The next access token of a session that was refreshed.
    pub fn renewed(
        &self,
        context: &Context,
        session: &Session,
        user: &User,
        token: LinkToken,
    ) -> Result<(AccessToken, RefreshCookie), Problem> {
        let access = self.access_token(context, session, user)?;
        Ok((access, RefreshCookie(Some(token))))
    }

    fn access_token(
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

/// Identifies the holder of an access token.
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
