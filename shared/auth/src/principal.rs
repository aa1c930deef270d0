//! The caller of a request whose credential was verified.

use std::sync::Arc;

use domain::actor::{Actor, Inviter, Issuer};
use domain::credentials::api_key::{AccessScope, KeyMaker, Scope};
use domain::embed::EmbedOrigins;
use domain::grant::GrantDetails;
use domain::ids::{ApiKeyId, ClinicId, UserId};
use domain::person::permissions::Level;
use domain::person::profile::ProfileEditor;
use domain::session::Session;
use domain::user::User;

use axum::http::StatusCode;
use changes::{Authority, Requester};
use domain::time::Timestamp;
use web::Problem;

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
        /// Which temporary access it sees and ends.
        access_scope: AccessScope,
        /// Who made the secret that was sent.
        made_by: KeyMaker,
    },
    /// A person signed in at the dashboard.
    Person(Arc<SignedIn>),
}

/// A signed-in person, as the table had them when the request began.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The person.
    pub user: User,
}

impl SignedIn {
    /// Requires that the password was sent a short time ago, so that a person who finds an unlocked
    /// workstation cannot make lasting changes.
    pub fn require_confirmed(&self, now: Timestamp) -> Result<(), Problem> {
        if self.session.is_confirmed(now) { Ok(()) } else { Err(password_needed()) }
    }
}

/// The answer to an API key that lacks a scope.
pub(crate) fn scope_missing(needed: Scope) -> Problem {
    let needed = needed.as_str();
    Problem::forbidden(format!(
        "Use an API key with the scope {needed}. This key does not have it."
    ))
}

/// The answer to a change that needs the password first.
pub fn password_needed() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "password_needed",
        "Confirm your password with POST /v1/session/confirm, then try again.",
    )
}

impl Identity {
    /// Whether this is a signed-in owner. Only an owner may change an owner.
    pub fn is_owner(&self) -> bool {
        matches!(self, Self::Person(person) if person.user.profile.permissions.level() == Level::Owner)
    }

    /// The signed-in person. `None` for an API key.
    pub fn person(&self) -> Option<&SignedIn> {
        match self {
            Self::Person(person) => Some(person),
            Self::ApiKey { .. } => None,
        }
    }

    /// The id of the signed-in person. `None` for an API key.
    pub fn user(&self) -> Option<UserId> {
        self.person().map(|person| person.user.id)
    }

    /// The kind of caller, as the access log names it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::ApiKey { .. } => "api_key",
            Self::Person(_) => "session",
        }
    }
}

impl Principal {
    /// This caller as an inviter.
    pub fn as_inviter(&self) -> Inviter {
        match &self.identity {
            Identity::ApiKey { id, .. } => Inviter::ApiKey(*id),
            Identity::Person(person) => Inviter::User(person.user.id),
        }
    }

    /// This caller as the issuer of temporary access.
    pub fn as_issuer(&self) -> Issuer {
        match &self.identity {
            Identity::ApiKey { id, .. } => Issuer::ApiKey(*id),
            Identity::Person(person) => Issuer::User(person.user.id),
        }
    }

    /// This caller as the actor of an audit record.
    pub fn as_actor(&self) -> Actor {
        self.as_inviter().into()
    }

    /// This caller with the authority and the network address of the request.
    pub fn requester(&self) -> Requester {
        let authority = match &self.identity {
            Identity::ApiKey { id, .. } => Authority::ApiKey(self.clinic, *id),
            Identity::Person(person) => Authority::User(Box::new(person.user.clone())),
        };
        Requester::with_authority(self.as_actor(), self.ip.clone(), authority)
    }

    /// A text that identifies this caller.
    pub fn name(&self) -> String {
        match &self.identity {
            Identity::ApiKey { id, .. } => format!("key:{id}"),
            Identity::Person(person) => format!("{}:{}", self.clinic, person.user.id),
        }
    }

    /// Whether this caller changes their own profile or someone else's.
    pub fn edits_profile_of(&self, person: UserId) -> ProfileEditor {
        ProfileEditor::of(self.acting_person(), person)
    }

    /// Requires that an API key also has this scope. A signed-in person needs none.
    pub fn require_scope(&self, needed: Scope) -> Result<(), Problem> {
        match &self.identity {
            Identity::ApiKey { scopes, .. } if !scopes.iter().any(|held| held.includes(needed)) => {
                Err(scope_missing(needed))
            }
            _ => Ok(()),
        }
    }

    /// Requires the right to change a person of this level, or their invitation.
    pub fn require_right_over(&self, level: Level) -> Result<(), Problem> {
        match level {
            Level::Member => Ok(()),
            Level::Admin | Level::Owner => self.require_scope(Scope::AdminsWrite),
        }
    }

    /// Requires the right to make a person of this level. A signed-in person needs to have sent their
    /// password a short time ago to make an admin.
    pub fn require_right_to_make(&self, level: Level, now: Timestamp) -> Result<(), Problem> {
        self.require_right_over(level)?;
        match (&self.identity, level) {
            (Identity::Person(person), Level::Admin | Level::Owner) => {
                person.require_confirmed(now)
            }
            _ => Ok(()),
        }
    }

    /// Whether this caller may see and end a temporary access of the clinic. A key that is bound to its own
    /// access may not touch another's. A member may touch what they issued, and what is in their name.
    pub fn may_see(&self, access: &GrantDetails) -> bool {
        match &self.identity {
            Identity::ApiKey { access_scope: AccessScope::All, .. } => true,
            Identity::ApiKey { access_scope: AccessScope::Own, .. } => {
                access.issuer == self.as_issuer()
            }
            Identity::Person(person) => {
                person.user.profile.permissions.manages_clinic()
                    || access.issuer == self.as_issuer()
                    || access.view.user() == Some(person.user.id)
            }
        }
    }

    /// Whether this caller sees and ends all temporary access of the clinic.
    pub fn sees_all_access(&self) -> bool {
        match &self.identity {
            Identity::ApiKey { access_scope, .. } => *access_scope == AccessScope::All,
            Identity::Person(person) => person.user.profile.permissions.manages_clinic(),
        }
    }

    /// The person who acts. An API key counts as the person who made the secret that was sent.
    pub fn acting_person(&self) -> Option<UserId> {
        match &self.identity {
            Identity::ApiKey { made_by, .. } => made_by.user(),
            Identity::Person(person) => Some(person.user.id),
        }
    }
}
