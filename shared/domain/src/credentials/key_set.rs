//! The sets of keys that an operator rotates, each in a secret of its own.

/// A set of keys with one purpose, by the name of its secret in the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeySet {
    /// Sign view tokens.
    SigningKeys,
    /// Of the links of invitations.
    InvitationLinkKeys,
    /// Of the links of password emails.
    PasswordLinkKeys,
    /// Of the links to temporary access.
    AccessLinkKeys,
    /// Of the cookies of known browsers.
    KnownBrowserKeys,
    /// Of the secrets of webhooks.
    WebhookKeys,
}

impl KeySet {
    /// Every set.
    pub const ALL: [Self; 6] = [
        Self::SigningKeys,
        Self::InvitationLinkKeys,
        Self::PasswordLinkKeys,
        Self::AccessLinkKeys,
        Self::KnownBrowserKeys,
        Self::WebhookKeys,
    ];

    /// The name of the secret.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SigningKeys => "SigningKeys",
            Self::InvitationLinkKeys => "InvitationLinkKeys",
            Self::PasswordLinkKeys => "PasswordLinkKeys",
            Self::AccessLinkKeys => "AccessLinkKeys",
            Self::KnownBrowserKeys => "KnownBrowserKeys",
            Self::WebhookKeys => "WebhookKeys",
        }
    }

    /// Reads the name of a secret.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.as_str() == text)
    }
}

/// What a change of a set of keys did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// A new key was added. It makes nothing yet.
    Added,
    /// The new key makes tokens. The old one still reads its own.
    InUse,
    /// The old key was removed.
    Finished,
    /// A new key took the place of all others, after a leak.
    Replaced,
}

impl KeyChange {
    /// Every change.
    pub const ALL: [Self; 4] = [Self::Added, Self::InUse, Self::Finished, Self::Replaced];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::InUse => "in_use",
            Self::Finished => "finished",
            Self::Replaced => "replaced",
        }
    }
}
