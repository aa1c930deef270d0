//! The caller of a request whose credential was verified.

use domain::actor::{Actor, Inviter, Issuer};
use domain::credentials::api_key::Scope;
use domain::embed::EmbedOrigins;
use domain::ids::{ApiKeyId, ClinicId, SessionId, UserId};
use domain::person::permissions::Level;

use changes::Requester;

/// A caller whose credential is valid.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The clinic that the credential belongs to.
    pub clinic: ClinicId,
    /// The kind of credential, and what it allows.
    pub identity: Identity,
    /// The network address that the request came from.
    pub ip: Option<String>,
}

/// The kind of credential, and what it allows.
#[derive(Clone, Debug)]
pub enum Identity {
    /// A PACS or script.
    ApiKey {
        /// The id of the key.
        id: ApiKeyId,
        /// What the key may do.
        scopes: Vec<Scope>,
        /// Which web pages may embed the views that the key opens.
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
    /// Whether this is a signed-in owner. Only an owner may change an owner.
    pub fn is_owner(&self) -> bool {
        matches!(self, Self::Session { level: Level::Owner, .. })
    }

    /// The signed-in person. `None` for an API key.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Session { user, .. } => Some(*user),
            Self::ApiKey { .. } => None,
        }
    }

    /// The kind of caller, as the access log names it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::ApiKey { .. } => "api_key",
            Self::Session { .. } => "session",
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

    /// This caller as the issuer of temporary access.
    pub fn as_issuer(&self) -> Issuer {
        match &self.identity {
            Identity::ApiKey { id, .. } => Issuer::ApiKey(*id),
            Identity::Session { user, .. } => Issuer::User(*user),
        }
    }

    /// This caller as the actor of an audit record.
    pub fn as_actor(&self) -> Actor {
        self.as_inviter().into()
    }

    /// This caller and the network address, for an audit record.
    pub fn requester(&self) -> Requester {
        Requester { actor: self.as_actor(), ip: self.ip.clone() }
    }

    /// A text that identifies this caller.
    pub fn name(&self) -> String {
        match &self.identity {
            Identity::ApiKey { id, .. } => format!("key:{id}"),
            Identity::Session { user, .. } => format!("{}:{user}", self.clinic),
        }
    }
}
