//! Who calls, and whether they may. A handler states what it needs in its argument's type:
//! one without a [`Caller`] does not know which clinic it works in.

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::actor::Actor;
use domain::actor::Inviter;
use domain::actor::Issuer;
use domain::credentials::api_key::{ApiKeySecret, Scope};
use domain::embed::EmbedOrigins;
use domain::ids::{ApiKeyId, ClinicId, SessionId, UserId};
use domain::person::permissions::Level;

use crate::keys::Keys;
use crate::session;
use changes::{Context, Requester};
use web::{ClientIp, Problem};

/// Someone whose credential is good.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The clinic that the credential belongs to.
    pub clinic: ClinicId,
    /// Who it is.
    pub identity: Identity,
    /// The network address that the request came from.
    pub ip: Option<String>,
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
        /// Where what it opens may be embedded.
        embed_origins: EmbedOrigins,
    },
    /// A person signed in at the dashboard.
    Session {
        /// The session.
        id: SessionId,
        /// The person.
        user: UserId,
        /// The person's level.
        level: Level,
        /// `canManageStudies`.
        manage_studies: bool,
    },
}

impl Identity {
    /// Whether this is an owner signed in: the only one who may change an owner.
    pub fn is_owner(&self) -> bool {
        matches!(self, Self::Session { level: Level::Owner, .. })
    }

    /// The person signed in, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Session { user, .. } => Some(*user),
            Self::ApiKey { .. } => None,
        }
    }
}

impl Principal {
    /// This caller as an inviter.
    pub fn as_inviter(&self) -> Inviter {
        match &self.identity {
            Identity::ApiKey { id, .. } => Inviter::ApiKey(*id),
            Identity::Session { user, .. } => Inviter::User(*user),
        }
    }

    /// This caller as one who issues access.
    pub fn as_issuer(&self) -> Issuer {
        match &self.identity {
            Identity::ApiKey { id, .. } => Issuer::ApiKey(*id),
            Identity::Session { user, .. } => Issuer::User(*user),
        }
    }

    /// This caller in the audit record.
    pub fn as_actor(&self) -> Actor {
        self.as_inviter().into()
    }

    /// This caller and their network address, for an audit record.
    pub fn requester(&self) -> Requester {
        Requester { actor: self.as_actor(), ip: self.ip.clone() }
    }

    /// A text that tells this caller from every other.
    pub fn name(&self) -> String {
        match &self.identity {
            Identity::ApiKey { id, .. } => format!("key:{id}"),
            Identity::Session { user, .. } => format!("{}:{user}", self.clinic),
        }
    }
}

/// Who of the people signed in may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum People {
    /// Owners and admins.
    Managers,
    /// Owners, admins, and members with `canManageStudies`.
    StudyManagers,
    /// Anybody: it concerns only their own session.
    Everybody,
}

impl People {
    fn include(self, level: Level, manage_studies: bool) -> bool {
        match self {
            Self::Managers => level != Level::Member,
            Self::StudyManagers => level != Level::Member || manage_studies,
            Self::Everybody => true,
        }
    }
}

/// Something that a caller may or may not do.
pub trait Capability: Send + Sync + 'static {
    /// The scope that an API key needs for it; `None` when no API key may do it.
    const SCOPE: Option<Scope>;
    /// Who of the people signed in may do it.
    const PEOPLE: People;
}

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident: $scope:expr, $people:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Capability for $name {
            const SCOPE: Option<Scope> = $scope;
            const PEOPLE: People = People::$people;
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
    /// Attest that an NPI is a person's, having seen the person.
    AttestNpi: None, Managers;
    /// List, make and end API keys.
    ManageApiKeys: None, Managers;
    /// Issue, list, end and introspect temporary access.
    IssueAccess: Some(Scope::AccessIssue), StudyManagers;
    /// Read the audit.
    ReadAudit: None, Managers;
    /// Look at one's own session and end it.
    OwnSession: None, Everybody;
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
    Keys: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (context, keys) = (Context::from_ref(state), Keys::from_ref(state));
        let principal = principal(parts, &context, &keys).await?;
        allowed::<C>(&principal.identity)?;
        Ok(Self { principal, capability: PhantomData })
    }
}

fn allowed<C: Capability>(identity: &Identity) -> Result<(), Problem> {
    match (identity, C::SCOPE) {
        (Identity::ApiKey { scopes, .. }, Some(needed)) if scopes.contains(&needed) => Ok(()),
        (Identity::ApiKey { .. }, Some(needed)) => {
            Err(Problem::forbidden(format!("This API key lacks the scope {}.", needed.as_str())))
        }
        (Identity::ApiKey { .. }, None) => {
            Err(Problem::forbidden("No API key can do this. Sign in at the dashboard instead."))
        }
        (Identity::Session { level, manage_studies, .. }, _) => {
            if C::PEOPLE.include(*level, *manage_studies) {
                return Ok(());
            }
            Err(Problem::forbidden(
                "Your permissions do not include this. Ask an owner or admin of your clinic.",
            ))
        }
    }
}

/// The caller, read once a request.
pub(crate) async fn principal(
    parts: &mut Parts,
    context: &Context,
    keys: &Keys,
) -> Result<Principal, Problem> {
    if let Some(known) = parts.extensions.get::<Principal>() {
        return Ok(known.clone());
    }
    let credential = bearer(parts).ok_or_else(Problem::unauthenticated)?;
    let (clinic, identity) = if ApiKeySecret::is_meant_by(credential) {
        holder_of_key(context, credential).await?
    } else {
        session::holder(keys, credential).await?
    };
    let ip = parts.extensions.get::<ClientIp>().map(|ip| ip.0.clone());
    let principal = Principal { clinic, identity, ip };
    parts.extensions.insert(principal.clone());
    Ok(principal)
}

async fn holder_of_key(
    context: &Context,
    credential: &str,
) -> Result<(ClinicId, Identity), Problem> {
    let secret = ApiKeySecret::parse(credential).map_err(|_| Problem::unauthenticated())?;
    let found = context.store.find_api_key(&secret).await?;
    let key = found.filter(|key| key.active);
    let key = key.ok_or_else(Problem::unauthenticated)?;
    if key.use_to_be_noted(context.now()) {
        // Whoever calls must not wait for it to succeed.
        if let Err(error) = context.store.note_key_use(&secret, context.now()).await {
            tracing::info!(%error, "use of an API key not noted");
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

/// Scheme and credential of `Authorization`.
pub fn authorization(headers: &HeaderMap) -> Option<(&str, &str)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = value.split_once(' ')?;
    Some((scheme, credential.trim()))
}
