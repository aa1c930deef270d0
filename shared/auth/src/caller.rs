//! The caller of a request. A handler states the capability that it needs in the type of its argument.
//! Without a [`Caller`] it has no clinic to work in.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use crate::principal::{Identity, Principal, SignedIn, scope_missing};
use crate::same_origin::DashboardOrigin;
use crate::session;
use changes::Context;
use domain::actor::Actor;
use domain::credentials::api_key::{ApiKeySecret, KeyStatus, Scope};
use domain::ids::ClinicId;
use domain::person::permissions::Level;
use store::UsedApiKey;
use web::{ClientIp, Problem};

/// Names the clinic that a page shows, in requests with the session cookie that change something.
pub const CLINIC_HEADER: &str = "autoscribe-clinic";

/// Which signed-in people may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowedPeople {
    /// Owners and admins.
    Managers,
    /// Owners, admins, and members with `canManageStudies`.
    StudyManagers,
    /// Everyone. This is only for a person's own session.
    Everyone,
    /// No one. Only an API key may do it.
    Nobody,
}

impl AllowedPeople {
    fn include(self, level: Level, manage_studies: bool) -> bool {
        match self {
            Self::Managers => level != Level::Member,
            Self::StudyManagers => level != Level::Member || manage_studies,
            Self::Everyone => true,
            Self::Nobody => false,
        }
    }
}

/// Something that a caller may or may not do.
pub trait Capability: Send + Sync + 'static {
    /// The scopes that an API key needs, all of them. None if no API key may do it.
    const SCOPES: &'static [Scope];
    /// Which signed-in people may do it.
    const PEOPLE: AllowedPeople;
    /// Whether a signed-in person must have sent their password a short time ago.
    const NEEDS_PASSWORD: bool;
}

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident: [$($scope:ident),*], $people:ident $(, $password:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Capability for $name {
            const SCOPES: &'static [Scope] = &[$(Scope::$scope),*];
            const PEOPLE: AllowedPeople = AllowedPeople::$people;
            const NEEDS_PASSWORD: bool = false $(|| capabilities!(@$password))?;
        }
    )*};
    (@password) => { true };
}

capabilities! {
    /// List and read users.
    ReadUsers: [UsersRead], StudyManagers;
    /// Invite a person.
    Invite: [UsersWrite], Managers;
    /// Look up an NPI before an invite.
    LookUpNpi: [UsersWrite], Managers;
    /// Change, deactivate and reactivate users.
    ManageUsers: [UsersWrite], Managers;
    /// List and read invitations.
    ReadInvitations: [InvitationsRead], Managers;
    /// Revoke invitations.
    RevokeInvitations: [InvitationsWrite], Managers;
    /// Change and resend invitations, which needs the right to invite so.
    ChangeInvitations: [InvitationsWrite, UsersWrite], Managers;
    /// Attest that an NPI belongs to a person.
    AttestNpi: [], Managers, password;
    /// Read and change the clinic's settings.
    ManageClinic: [], Managers;
    /// Transfer ownership of the clinic. An admin may only repeat their own transfer.
    TransferOwnership: [], Managers, password;
    /// List and revoke API keys.
    ManageApiKeys: [], Managers;
    /// Create and rotate API keys.
    MakeApiKeys: [], Managers, password;
    /// List, verify, test and end webhook endpoints, and send deliveries again.
    ManageWebhooks: [], Managers;
    /// Create, change and rotate webhook endpoints.
    MakeWebhooks: [], Managers, password;
    /// Issue, list and end temporary access.
    IssueAccess: [AccessIssue], StudyManagers;
    /// Issue access to dictate.
    IssueDictation: [AccessIssue, AccessDictate], StudyManagers;
    /// Introspect temporary access.
    IntrospectAccess: [AccessIntrospect], Nobody;
    /// Read the audit.
    ReadAudit: [], Managers;
    /// Read the clinic's events.
    ReadEvents: [EventsRead], Managers;
    /// Read and end the caller's own session.
    OwnSession: [], Everyone;
}

/// A caller who may do `C`.
#[derive(Clone, Debug)]
pub struct Caller<C: Capability> {
    /// The authenticated caller.
    pub principal: Principal,
    capability: PhantomData<C>,
}

impl<C: Capability> Caller<C> {
    /// The clinic that the caller works in.
    pub fn clinic(&self) -> ClinicId {
        self.principal.clinic
    }

    /// Identifies the caller of a request, and requires the capability.
    pub(crate) async fn identify(
        parts: &mut Parts,
        context: &Context,
        dashboard: &DashboardOrigin,
    ) -> Result<Self, Problem> {
        let principal = identify_caller(parts, context, dashboard).await?;
        check_capability::<C>(&principal.identity)?;
        if C::NEEDS_PASSWORD
            && let Some(person) = principal.identity.person()
        {
            person.require_confirmed(context.now())?;
        }
        Ok(Self { principal, capability: PhantomData })
    }
}

impl<C: Capability> Caller<C> {
    /// The signed-in person. Only for capabilities that no API key has.
    pub fn person(&self) -> Result<&SignedIn, Problem> {
        self.principal.identity.person().ok_or_else(Problem::unauthenticated)
    }
}

impl<C, S> FromRequestParts<S> for Caller<C>
where
    C: Capability,
    S: Send + Sync,
    Context: FromRef<S>,
    DashboardOrigin: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (context, dashboard) = (Context::from_ref(state), DashboardOrigin::from_ref(state));
        Self::identify(parts, &context, &dashboard).await
    }
}

fn check_capability<C: Capability>(identity: &Identity) -> Result<(), Problem> {
    match identity {
        Identity::ApiKey { .. } if C::SCOPES.is_empty() => {
            Err(Problem::forbidden("Sign in at the dashboard. No API key can do this."))
        }
        Identity::ApiKey { scopes, .. } => {
            let missing = |needed: &&Scope| !scopes.iter().any(|held| held.includes(**needed));
            C::SCOPES.iter().find(missing).map_or(Ok(()), |needed| Err(scope_missing(*needed)))
        }
        Identity::Person(_) if C::PEOPLE == AllowedPeople::Nobody => {
            Err(Problem::forbidden("Use an API key. No one can do this at the dashboard."))
        }
        Identity::Person(person) => {
            let permissions = &person.user.profile.permissions;
            if C::PEOPLE.include(permissions.level(), permissions.manage_studies) {
                return Ok(());
            }
            Err(Problem::forbidden(
                "Ask an owner or admin of your clinic. Your permissions do not include this.",
            ))
        }
    }
}

/// Identifies the caller. Later calls for the same request return the same caller. With `Authorization`
/// the cookie is ignored.
async fn identify_caller(
    parts: &mut Parts,
    context: &Context,
    dashboard: &DashboardOrigin,
) -> Result<Principal, Problem> {
    if let Some(known) = parts.extensions.get::<Principal>() {
        return Ok(known.clone());
    }
    let (clinic, identity) = if parts.headers.contains_key(header::AUTHORIZATION) {
        let credential = bearer(parts).ok_or_else(Problem::credential_refused)?;
        identify_api_key(context, credential).await?
    } else {
        identify_person(parts, context, dashboard).await?
    };
    let ip = parts.extensions.get::<ClientIp>().map(|ip| ip.0.clone());
    let principal = Principal { clinic, identity, ip };
    web::access_log::record_caller(
        principal.identity.kind(),
        principal.as_actor(),
        Some(principal.clinic),
    );
    parts.extensions.insert(principal.clone());
    Ok(principal)
}

/// Identifies the person of a session cookie. A browser sends the cookie by itself, so a request that
/// may change something has to come from the dashboard, and to name the clinic that its page shows.
async fn identify_person(
    parts: &Parts,
    context: &Context,
    dashboard: &DashboardOrigin,
) -> Result<(ClinicId, Identity), Problem> {
    let changes_something = !matches!(parts.method, Method::GET | Method::HEAD);
    if changes_something && session::has_session_cookie(&parts.headers) {
        dashboard.require(&parts.headers)?;
    }
    let person = session::identify_session(context, &parts.headers).await?;
    let clinic = person.session.names.clinic;
    if changes_something {
        require_same_clinic(&parts.headers, clinic)?;
    }
    Ok((clinic, Identity::Person(Arc::new(person))))
}

/// Requires that `AutoScribe-Clinic` names the session's clinic, so that a tab that still shows another
/// clinic cannot write into this one.
fn require_same_clinic(headers: &HeaderMap, clinic: ClinicId) -> Result<(), Problem> {
    let named = headers.get(CLINIC_HEADER).ok_or_else(|| {
        let detail = "Send the header AutoScribe-Clinic with the clinicId that the page shows.";
        Problem::bad_request("clinic_header_required", detail)
    })?;
    let named = named.to_str().ok().and_then(|text| ClinicId::parse(text).ok());
    if named == Some(clinic) {
        return Ok(());
    }
    let detail = "You are signed in to another clinic now. Reload the page.";
    Err(Problem::conflict("clinic_changed", detail).with("clinicId", &clinic.to_string()))
}

async fn identify_api_key(
    context: &Context,
    credential: &str,
) -> Result<(ClinicId, Identity), Problem> {
    let secret = ApiKeySecret::parse(credential).map_err(|_| Problem::credential_refused())?;
    let (found, now) = (context.store.find_api_key(&secret).await?, context.now());
    let UsedApiKey { key, secret: used } = found.ok_or_else(Problem::credential_refused)?;
    // A key that no longer works is named too, so that the log shows who still uses it.
    web::access_log::record_caller("api_key", Actor::ApiKey(key.id), Some(key.clinic));
    if key.status(now) != KeyStatus::Active || used.ends_at.is_some_and(|end| end <= now) {
        return Err(Problem::credential_refused());
    }
    if used.needs_use_update(now) {
        // A failed write here must not fail the request.
        if let Err(error) = context.store.record_key_use(&secret, now).await {
            tracing::info!(%error, "last use of an API key not recorded");
        }
    }
    let identity = Identity::ApiKey {
        id: key.id,
        scopes: key.scopes,
        embed_origins: key.embed_origins,
        access_scope: key.access_scope,
        made_by: used.made_by,
    };
    Ok((key.clinic, identity))
}

fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, credential) = authorization(&parts.headers)?;
    scheme.eq_ignore_ascii_case("bearer").then_some(credential)
}

/// Reads the scheme and the credential of `Authorization`.
pub fn authorization(headers: &HeaderMap) -> Option<(&str, &str)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    Some((scheme, credential.trim()))
}
