//! View tokens: JWT access tokens (RFC 9068) that open one view for five minutes.

use domain::actor::Issuer;
use domain::grant::{OpenGrant, View};
use domain::ids::{AccessId, ApiKeyId, ClinicId, UserId};
use domain::study::StudyRef;
use domain::time::Timestamp;
use domain::user::User;
use serde::{Deserialize, Serialize};
use store::ViewKeys;
use utoipa::ToSchema;

use crate::jwt::{ExpectedToken, unverified_claims};
use crate::keys::{PublishedKeys, VerificationError};
use web::Problem;

/// `typ` of a view token (RFC 9068 section 2.1).
pub const TYP: &str = "at+jwt";

/// `aud` of a clinic's view tokens. It names the clinic, so that a service of one clinic cannot accept
/// another clinic's token by mistake.
fn audience(clinic: ClinicId) -> String {
    format!("autoscribe-viewer/{clinic}")
}

/// The study of a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StudyView {
    /// `stu_` and 32 hex characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    study_id: Option<String>,
    /// DICOM Study Instance UID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    study_instance_uid: Option<String>,
}

impl From<&StudyRef> for StudyView {
    fn from(study: &StudyRef) -> Self {
        Self {
            study_id: study.id().map(|id| id.to_string()),
            study_instance_uid: study.uid().map(|uid| uid.as_str().to_owned()),
        }
    }
}

/// The key that a token is bound to (RFC 7800, RFC 9449 section 6.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Confirmation {
    /// The key's SHA-256 thumbprint (RFC 7638).
    pub jkt: String,
}

/// The claims of a view token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ViewClaims {
    /// The service's own URL.
    pub iss: String,
    /// `autoscribe-viewer/` and the clinic's UUID.
    pub aud: String,
    /// The user. For an ephemeral view, this is the `retrievalId`. For a view without a user, it is the
    /// `accessId`.
    pub sub: String,
    /// Who issued the access: the id of an API key, or of a user at the dashboard.
    pub client_id: String,
    /// `acc_` and 32 hex characters.
    pub jti: String,
    /// Seconds since 1970.
    pub iat: i64,
    /// Seconds since 1970.
    pub exp: i64,
    /// `study:read`, or `study:read report:write`.
    pub scope: String,
    /// The clinic's UUID.
    pub clinic: String,
    /// The study. Missing for an ephemeral view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub study: Option<StudyView>,
    /// The NPI of the user who dictates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub npi: Option<String>,
    /// Which web pages may show the view in a frame.
    #[serde(rename = "embedOrigins")]
    pub embed_origins: Vec<String>,
    /// The key that the token is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cnf: Option<Confirmation>,
}

/// The clinic that a token names. Only its audience proves it.
#[derive(Deserialize)]
struct NamedClinic {
    clinic: String,
}

impl ViewClaims {
    /// The claims for an open view. Returns `None` if the view has ended at `now`.
    pub fn of(open: &OpenGrant, user: Option<&User>, issuer: &str, now: Timestamp) -> Option<Self> {
        let details = &open.details;
        // Rounded down, so that no token outlives the view. In the last second of the view there is no
        // token.
        let exp = open.renew(now).ok()?.seconds();
        let mode = details.view.mode();
        let dictates = matches!(details.view, View::Dictation { .. });
        let npi = user.filter(|_| dictates);
        let npi = npi.and_then(|user| user.profile.permissions.npi());
        let origins = details.embed_origins.as_slice().iter();
        (now.seconds() < exp).then(|| Self {
            iss: issuer.to_owned(),
            aud: audience(details.clinic),
            sub: subject(open),
            client_id: match details.issuer {
                Issuer::ApiKey(id) => id.to_string(),
                Issuer::User(id) => id.to_string(),
            },
            jti: details.id.to_string(),
            iat: now.seconds(),
            exp,
            scope: mode.scope().to_owned(),
            clinic: details.clinic.to_string(),
            study: details.view.study().map(Into::into),
            npi: npi.map(|(npi, _)| npi.as_str().to_owned()),
            embed_origins: origins.map(|o| o.as_str().to_owned()).collect(),
            cnf: open.opening.key.map(|key| Confirmation { jkt: key.to_string() }),
        })
    }

    /// Verifies a view token of the clinic that it names. Returns `None` if it is not valid now.
    pub async fn read(keys: &PublishedKeys, token: &str) -> Result<Option<Self>, Problem> {
        let named = unverified_claims(token).ok();
        match named.and_then(|NamedClinic { clinic }| ClinicId::parse(&clinic).ok()) {
            Some(clinic) => Self::read_in_clinic(keys, clinic, token).await,
            None => Ok(None),
        }
    }

    /// Verifies a view token of this clinic. Returns `None` if it is not valid now, or if it is another
    /// clinic's.
    pub async fn read_in_clinic(
        keys: &PublishedKeys,
        clinic: ClinicId,
        token: &str,
    ) -> Result<Option<Self>, Problem> {
        let audience = audience(clinic);
        let expected = ExpectedToken { typ: TYP, issuer: keys.issuer(), audience: &audience };
        match keys.verify::<Self>(token, expected).await {
            Ok(claims) => Ok(Some(claims).filter(|claims| claims.clinic == clinic.to_string())),
            Err(VerificationError::Invalid(_)) => Ok(None),
            Err(VerificationError::Store(error)) => Err(error.into()),
        }
    }

    /// The ids of the grant, the user and the issuer. Returns `None` if an id is malformed.
    pub fn keys(&self) -> Option<ViewKeys> {
        // A retrievalId can be any text, even one that looks like the id of a user.
        let named = self.study.as_ref().map(|_| self.sub.as_str());
        let by_user = || UserId::parse(&self.client_id).map(Issuer::User).ok();
        let by_key = ApiKeyId::parse(&self.client_id).map(Issuer::ApiKey).ok();
        Some(ViewKeys {
            clinic: ClinicId::parse(&self.clinic).ok()?,
            access: AccessId::parse(&self.jti).ok()?,
            user: named.and_then(|sub| UserId::parse(sub).ok()),
            issuer: by_key.or_else(by_user)?,
        })
    }

    /// Whether both tokens are for the same view, user and key. The times and the NPI may differ.
    pub fn matches(&self, other: &Self) -> bool {
        let timeless = |claims: &Self| Self { iat: 0, exp: 0, npi: None, ..claims.clone() };
        timeless(self) == timeless(other)
    }
}

fn subject(open: &OpenGrant) -> String {
    match &open.details.view {
        View::Dictation { user, .. } | View::ViewerOnly { user: Some(user), .. } => {
            user.to_string()
        }
        View::ViewerOnly { user: None, .. } => open.details.id.to_string(),
        View::Ephemeral(session) => session.retrieval.as_str().to_owned(),
    }
}
