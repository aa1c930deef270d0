//! Security alerts: emails about new owners and admins, API keys, passwords and disabled webhooks.

use crate::actor::Actor;
use crate::audit::AuditObject;
use crate::ids::ClinicId;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertEvent {
    /// The object, a user, became an owner or admin.
    ManagerAdded,
    /// The object, an API key, was created.
    ApiKeyCreated,
    /// The object, an API key, got a second secret.
    ApiKeyRotated,
    /// The object, a user, became an owner in place of the actor.
    OwnershipTransferred,
    /// The object, a user, changed their password.
    PasswordChanged,
    /// The object, a user, set a new password with an emailed link.
    PasswordReset,
    /// The object, a webhook endpoint, gets no more events because its receiver failed.
    WebhookDisabled,
}

impl AlertEvent {
    /// Every event.
    pub const ALL: [Self; 7] = [
        Self::ManagerAdded,
        Self::ApiKeyCreated,
        Self::ApiKeyRotated,
        Self::OwnershipTransferred,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::WebhookDisabled,
    ];

    /// The stored name of the event.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ManagerAdded => "manager_added",
            Self::ApiKeyCreated => "api_key_created",
            Self::ApiKeyRotated => "api_key_rotated",
            Self::OwnershipTransferred => "ownership_transferred",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::WebhookDisabled => "webhook_disabled",
        }
    }

    /// Reads a stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }
}

/// What an alert reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityAlert {
    /// The clinic.
    pub clinic: ClinicId,
    /// What happened.
    pub event: AlertEvent,
    /// What it happened to.
    pub object: AuditObject,
    /// Who did it.
    pub actor: Actor,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_survives_its_name() {
        for event in AlertEvent::ALL {
            assert_eq!(AlertEvent::parse(event.as_str()), Some(event));
        }
        assert_eq!(AlertEvent::parse("admin"), None);
    }
}
