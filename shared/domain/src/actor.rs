//! Who did something: the actor of an audit record, the issuer of an access, or the inviter.

use std::fmt;

use crate::ids::{AccessId, ApiKeyId, InvitationId, UserId};

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person signed in at the dashboard.
    User(UserId),
    /// A PACS or script.
    ApiKey(ApiKeyId),
    /// The holder of an invitation's link.
    Invitee(InvitationId),
    /// The holder of a link to temporary access.
    Viewer(AccessId),
    /// The person who runs the service.
    Operator,
    /// The service itself, on its schedule.
    System,
}

impl fmt::Display for Actor {
    /// Writes `usr_...`, `key:<id>`, `inv_...`, `acc_...`, `operator` or `system`. The table and the
    /// filters of lists use this form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::ApiKey(id) => write!(f, "key:{id}"),
            Self::Invitee(id) => id.fmt(f),
            Self::Viewer(id) => id.fmt(f),
            Self::Operator => f.write_str("operator"),
            Self::System => f.write_str("system"),
        }
    }
}

impl Actor {
    /// Reads the text that `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "operator" => return Some(Self::Operator),
            "system" => return Some(Self::System),
            _ => {}
        }
        let key = |text: &str| ApiKeyId::parse(text.strip_prefix("key:")?).ok();
        (UserId::parse(text).map(Self::User).ok())
            .or_else(|| InvitationId::parse(text).map(Self::Invitee).ok())
            .or_else(|| AccessId::parse(text).map(Self::Viewer).ok())
            .or_else(|| key(text).map(Self::ApiKey))
    }
}

/// Who issued an access. The access lasts only while its issuer may issue access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// A PACS or script.
    ApiKey(ApiKeyId),
    /// A person at the dashboard.
    User(UserId),
}

impl From<Issuer> for Actor {
    fn from(issuer: Issuer) -> Self {
        match issuer {
            Issuer::ApiKey(id) => Self::ApiKey(id),
            Issuer::User(id) => Self::User(id),
        }
    }
}

/// Who sent an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inviter {
    /// An owner or admin at the dashboard.
    User(UserId),
    /// A PACS or script.
    ApiKey(ApiKeyId),
    /// The operator, who provisions a clinic with its first owner.
    Operator,
}

impl Inviter {
    /// `invitedSource` in JSON.
    pub fn source(self) -> &'static str {
        match self {
            Self::User(_) => "dashboard",
            Self::ApiKey(_) | Self::Operator => "api",
        }
    }
}

impl From<Inviter> for Actor {
    fn from(by: Inviter) -> Self {
        match by {
            Inviter::User(id) => Self::User(id),
            Inviter::ApiKey(id) => Self::ApiKey(id),
            Inviter::Operator => Self::Operator,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_actor_survives_its_text(bytes in any::<[u8; 16]>()) {
            let user = UserId::from_bytes(bytes);
            let invitation = InvitationId::from_bytes(bytes);
            let viewer = AccessId::from_bytes(bytes);
            let key = ApiKeyId::from_bytes(bytes);
            for actor in [
                Actor::User(user), Actor::ApiKey(key), Actor::Invitee(invitation), Actor::Viewer(viewer),
                Actor::Operator, Actor::System,
            ] {
                prop_assert_eq!(Actor::parse(&actor.to_string()), Some(actor));
            }
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = Actor::parse(&text);
        }
    }
}
