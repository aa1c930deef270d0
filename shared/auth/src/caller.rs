//! The caller of a request. A handler states the capability that it needs in the type of its argument.
//! Without a [`Caller`] it has no clinic to work in.

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::keys::PublishedKeys;
use crate::principal::{Identity, Principal};
use crate::session;
use changes::Context;
use domain::credentials::api_key::{ApiKeySecret, Scope};
use domain::ids::ClinicId;
use domain::person::permissions::Level;
use web::{ClientIp, Problem};

/// Which signed-in people may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowedPeople {
    /// Owners and admins.
    Managers,
    /// Owners, admins, and members with `canManageStudies`.
    StudyManagers,
    /// Everyone. This is only for a person's own session.
    Everyone,
}

impl AllowedPeople {
    fn include(self, level: Level, manage_studies: bool) -> bool {
        match self {
            Self::Managers => level != Level::Member,
            Self::StudyManagers => level != Level::Member || manage_studies,
            Self::Everyone => true,
        }
    }
}

/// Something that a caller may or may not do.
pub trait Capability: Send + Sync + 'static {
    /// The scope that an API key needs. `None` if no API key may do it.
    const SCOPE: Option<Scope>;
    /// Which signed-in people may do it.
    const PEOPLE: AllowedPeople;
}

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident: $scope:expr, $people:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Capability for $name {
            const SCOPE: Option<Scope> = $scope;
            const PEOPLE: AllowedPeople = AllowedPeople::$people;
        }
    )*};
}

capabilities! {
    /// List and read users.
    ReadUsers: Some(Scope::UsersRead), StudyManagers;
    /// Invite a person.
    Invite: Some(Scope::UsersWrite), Managers;
    /// Change, deactivate and reactivate users.
    ManageUsers: Some(Scope::UsersWrite), Managers;
    /// List and read invitations.
    ReadInvitations: Some(Scope::InvitationsRead), Managers;
    /// Change, resend and revoke invitations.
    ManageInvitations: Some(Scope::InvitationsWrite), Managers;
    /// Attest that an NPI belongs to a person.
    AttestNpi: None, Managers;
    /// List, create and revoke API keys.
    ManageApiKeys: None, Managers;
    /// Issue, list, end and introspect temporary access.
    IssueAccess: Some(Scope::AccessIssue), StudyManagers;
    /// Read the audit.
    ReadAudit: None, Managers;
    /// Read and end the caller's own session.
    OwnSession: None, Everyone;
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
}

impl<C, S> FromRequestParts<S> for Caller<C>
where
    C: Capability,
    S: Send + Sync,
    Context: FromRef<S>,
    PublishedKeys: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (context, keys) = (Context::from_ref(state), PublishedKeys::from_ref(state));
        let principal = identify_caller(parts, &context, &keys).await?;
        check_capability::<C>(&principal.identity)?;
        Ok(Self { principal, capability: PhantomData })
    }
}

fn check_capability<C: Capability>(identity: &Identity) -> Result<(), Problem> {
    match (identity, C::SCOPE) {
        (Identity::ApiKey { scopes, .. }, Some(needed)) if scopes.contains(&needed) => Ok(()),
        (Identity::ApiKey { .. }, Some(needed)) => Err(Problem::forbidden(format!(
            "Use an API key with the scope {}. This key does not have it.",
            needed.as_str()
        ))),
        (Identity::ApiKey { .. }, None) => {
            Err(Problem::forbidden("Sign in at the dashboard. No API key can do this."))
        }
        (Identity::Session { level, manage_studies, .. }, _) => {
            if C::PEOPLE.include(*level, *manage_studies) {
                return Ok(());
            }
            Err(Problem::forbidden(
                "Ask an owner or admin of your clinic. Your permissions do not include this.",
            ))
        }
    }
}

/// Identifies the caller. Later calls for the same request return the same caller.
pub(crate) async fn identify_caller(
    parts: &mut Parts,
    context: &Context,
    keys: &PublishedKeys,
) -> Result<Principal, Problem> {
    if let Some(known) = parts.extensions.get::<Principal>() {
        return Ok(known.clone());
    }
    let credential = bearer(parts).ok_or_else(Problem::unauthenticated)?;
    let (clinic, identity) = if ApiKeySecret::has_prefix(credential) {
        identify_api_key(context, credential).await?
    } else {
        session::identify_session(keys, credential).await?
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

async fn identify_api_key(
    context: &Context,
    credential: &str,
) -> Result<(ClinicId, Identity), Problem> {
    let secret = ApiKeySecret::parse(credential).map_err(|_| Problem::unauthenticated())?;
    let found = context.store.find_api_key(&secret).await?;
    let key = found.filter(|key| key.active);
    let key = key.ok_or_else(Problem::unauthenticated)?;
    if key.needs_use_update(context.now()) {
        // A failed write here must not fail the request.
        if let Err(error) = context.store.record_key_use(&secret, context.now()).await {
            tracing::info!(%error, "last use of an API key not recorded");
        }
    }
    let identity =
        Identity::ApiKey { id: key.id, scopes: key.scopes, embed_origins: key.embed_origins };
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
