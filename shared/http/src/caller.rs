//! Who calls, and whether they may. A handler states what it needs in its argument's type:
//! one without a [`Caller`] does not know which clinic it works in.

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use domain::api_key::{ApiKey, ApiKeySecret, Scope};
use domain::audit::Actor;
use domain::ids::{ApiKeyId, ClinicId};
use domain::invitation::InvitedBy;

use crate::context::Context;
use crate::problem::Problem;

/// Someone whose credential is good.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The clinic that the credential belongs to.
    pub clinic: ClinicId,
    /// Who it is.
    pub identity: Identity,
}

/// What kind of credential was shown.
#[derive(Clone, Debug)]
pub enum Identity {
    /// A PACS or script.
    ApiKey {
        /// The key's public name.
        id: ApiKeyId,
        /// What it may do.
        scopes: Vec<Scope>,
    },
}

impl Principal {
    /// This caller as an inviter.
    pub fn as_inviter(&self) -> InvitedBy {
        match &self.identity {
            Identity::ApiKey { id, .. } => InvitedBy::ApiKey(*id),
        }
    }

    /// This caller in the audit record.
    pub fn as_actor(&self) -> Actor {
        self.as_inviter().into()
    }

    /// A text that tells this caller from every other.
    pub fn name(&self) -> String {
        match &self.identity {
            Identity::ApiKey { id, .. } => format!("key:{id}"),
        }
    }
}

/// Something that a caller may or may not do.
pub trait Capability: Send + Sync + 'static {
    /// The scope that an API key needs for it.
    const SCOPE: Scope;
}

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident: $scope:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Capability for $name {
            const SCOPE: Scope = Scope::$scope;
        }
    )*};
}

capabilities! {
    /// List and read users.
    ReadUsers: UsersRead,
    /// Invite a person.
    Invite: UsersWrite,
    /// Change, deactivate and reactivate users.
    ManageUsers: UsersWrite,
    /// List and read invitations.
    ReadInvitations: InvitationsRead,
    /// Change, resend and revoke invitations.
    ManageInvitations: InvitationsWrite,
}

/// A caller who may do `C`.
#[derive(Clone, Debug)]
pub struct Caller<C: Capability> {
    /// Who it is.
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
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let principal = principal(parts, &Context::from_ref(state)).await?;
        match &principal.identity {
            Identity::ApiKey { scopes, .. } if scopes.contains(&C::SCOPE) => {}
            Identity::ApiKey { .. } => {
                return Err(Problem::forbidden(format!(
                    "This API key lacks the scope {}.",
                    C::SCOPE.as_str()
                )));
            }
        }
        Ok(Self {
            principal,
            capability: PhantomData,
        })
    }
}

/// The caller, read once a request.
pub(crate) async fn principal(parts: &mut Parts, context: &Context) -> Result<Principal, Problem> {
    if let Some(known) = parts.extensions.get::<Principal>() {
        return Ok(known.clone());
    }
    let credential = bearer(parts).ok_or_else(Problem::unauthenticated)?;
    let secret = ApiKeySecret::parse(credential).map_err(|_| Problem::unauthenticated())?;
    let key = context
        .store
        .api_key(&secret)
        .await?
        .filter(|key| key.active)
        .ok_or_else(Problem::unauthenticated)?;
    let ApiKey {
        id, clinic, scopes, ..
    } = key;
    let principal = Principal {
        clinic,
        identity: Identity::ApiKey { id, scopes },
    };
    parts.extensions.insert(principal.clone());
    Ok(principal)
}

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| credential.trim())
}
