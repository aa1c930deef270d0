//! What an API key may do.

use crate::field::Refusal;

/// A permission of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Read users.
    UsersRead,
    /// Invite, change and deactivate users, except admins.
    UsersWrite,
    /// Read invitations.
    InvitationsRead,
    /// Change, resend and revoke invitations.
    InvitationsWrite,
    /// Issue, list, end and introspect temporary access.
    AccessIssue,
    /// Only introspect temporary access.
    AccessIntrospect,
    /// Do what `users:write` or `invitations:write` allows where it makes or concerns an admin.
    AdminsWrite,
    /// Issue access to dictate, for the PACS that knows who sits in front of it.
    AccessDictate,
    /// Read the clinic's events.
    EventsRead,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 9] = [
        Self::UsersRead,
        Self::UsersWrite,
        Self::InvitationsRead,
        Self::InvitationsWrite,
        Self::AccessIssue,
        Self::AccessIntrospect,
        Self::AdminsWrite,
        Self::AccessDictate,
        Self::EventsRead,
    ];

    /// The name of the scope.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::InvitationsRead => "invitations:read",
            Self::InvitationsWrite => "invitations:write",
            Self::AccessIssue => "access:issue",
            Self::AccessIntrospect => "access:introspect",
            Self::AdminsWrite => "admins:write",
            Self::AccessDictate => "access:dictate",
            Self::EventsRead => "events:read",
        }
    }

    /// Reads the name of a scope.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(Refusal::new(
            "scope_unknown",
            "Send one of users:read, users:write, admins:write, invitations:read, invitations:write, access:issue, access:dictate, access:introspect and events:read.",
        ))
    }

    /// Whether only an owner may give this scope.
    pub fn needs_owner(self) -> bool {
        matches!(self, Self::AdminsWrite | Self::AccessDictate)
    }

    /// Whether a key with this scope may do what needs `needed`.
    pub fn includes(self, needed: Self) -> bool {
        self == needed || matches!((self, needed), (Self::AccessIssue, Self::AccessIntrospect))
    }
}

/// Which temporary access a key sees and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessScope {
    /// The clinic's.
    #[default]
    All,
    /// Only what the key issued, for a clinic with several PACS.
    Own,
}

impl AccessScope {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Own => "self",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const UNKNOWN: Refusal = Refusal::new("access_scope_unknown", "Send all or self.");
        [Self::All, Self::Own].into_iter().find(|scope| scope.as_str() == text).ok_or(UNKNOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_reads_as_itself() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Ok(scope));
        }
        assert!(Scope::parse("users").is_err());
    }

    #[test]
    fn a_scope_includes_itself_and_issuing_includes_introspection() {
        for held in Scope::ALL {
            for needed in Scope::ALL {
                let both = (held, needed) == (Scope::AccessIssue, Scope::AccessIntrospect);
                assert_eq!(held.includes(needed), held == needed || both);
            }
        }
    }

    #[test]
    fn every_access_scope_reads_as_itself() {
        for scope in [AccessScope::All, AccessScope::Own] {
            assert_eq!(AccessScope::parse(scope.as_str()), Ok(scope));
        }
        assert!(AccessScope::parse("own").is_err());
    }
}
