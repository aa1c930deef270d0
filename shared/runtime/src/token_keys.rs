//! The keys that make and read tokens, one secret for each purpose.

use std::fmt;
use std::sync::Arc;

use domain::credentials::keyring::{
    AccessLinks, InvitationLinks, KeyPurpose, Keyring, KnownBrowsers, PasswordLinks, TokenKey,
    WebhookSecrets,
};

use crate::secret::{NoSecret, ReplaceKeys, SecretNames, Secrets};
use crate::settings::Settings;

/// Characters of the shortest secret: 32 bytes in base64.
const MIN_SECRET: usize = 43;

/// Names the settings of a purpose's secret.
pub trait SecretSettings: KeyPurpose {
    /// The setting that holds the secret itself, on a developer's machine.
    const PLAIN: &'static str;
    /// The setting that names the secret in Secrets Manager.
    const ARN: &'static str;
}

impl SecretSettings for InvitationLinks {
    const PLAIN: &'static str = "INVITATION_LINK_KEYS";
    const ARN: &'static str = "INVITATION_LINK_KEYS_SECRET_ARN";
}

impl SecretSettings for PasswordLinks {
    const PLAIN: &'static str = "PASSWORD_LINK_KEYS";
    const ARN: &'static str = "PASSWORD_LINK_KEYS_SECRET_ARN";
}

impl SecretSettings for AccessLinks {
    const PLAIN: &'static str = "ACCESS_LINK_KEYS";
    const ARN: &'static str = "ACCESS_LINK_KEYS_SECRET_ARN";
}

impl SecretSettings for KnownBrowsers {
    const PLAIN: &'static str = "KNOWN_BROWSER_KEYS";
    const ARN: &'static str = "KNOWN_BROWSER_KEYS_SECRET_ARN";
}

impl SecretSettings for WebhookSecrets {
    const PLAIN: &'static str = "WEBHOOK_KEYS";
    const ARN: &'static str = "WEBHOOK_KEYS_SECRET_ARN";
}

/// Why there is no keyring.
#[derive(thiserror::Error)]
pub enum NoKeyring {
    /// The secret could not be loaded.
    #[error(transparent)]
    Secret(#[from] NoSecret),
    /// The secret has the wrong format.
    #[error(
        "{0}: write `kid:secret` entries, newest first, each secret at least {MIN_SECRET} characters long"
    )]
    Malformed(&'static str),
}

/// `main` prints an error with `Debug`, so this shows the message.
impl fmt::Debug for NoKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Secrets {
    /// Loads the keys of a purpose, from the setting that holds them or from Secrets Manager.
    pub async fn load_keyring<P: SecretSettings + 'static>(
        &self,
        settings: &Settings,
    ) -> Result<Arc<Keyring<P>>, NoKeyring> {
        let names = SecretNames { plain: P::PLAIN, arn: P::ARN };
        self.load(settings, names, |text| keyring_from(text)).await
    }
}

impl<P: SecretSettings> ReplaceKeys for Keyring<P> {
    fn replace_keys(&self, text: &str) -> Result<(), String> {
        self.replace(&keyring_from(text).map_err(|error| error.to_string())?);
        Ok(())
    }

    fn take_outdated(&self) -> bool {
        Self::take_outdated(self)
    }
}

/// Parses `kid:secret` entries, separated by white space, newest first. An entry without a kid is key
/// 1.
pub fn keyring_from<P: SecretSettings>(text: &str) -> Result<Keyring<P>, NoKeyring> {
    let malformed = || NoKeyring::Malformed(P::PLAIN);
    let entry = |entry: &str| {
        let (kid, secret) = entry.split_once(':').unwrap_or(("1", entry));
        let kid = kid.parse().map_err(|_| malformed())?;
        if secret.len() < MIN_SECRET {
            return Err(malformed());
        }
        Ok(TokenKey { kid, secret: secret.as_bytes().to_vec() })
    };
    let mut keys = text.split_whitespace().map(entry).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        return Err(malformed());
    }
    let newest = keys.remove(0);
    Ok(Keyring::new(newest, keys))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::credentials::token::InvitationLink;
    use domain::ids::{ClinicId, InvitationId};

    #[test]
    fn the_newest_key_makes_links_and_older_keys_still_read_theirs() {
        let link = InvitationLink {
            clinic: ClinicId::from_bytes([1; 16]),
            invitation: InvitationId::from_bytes([2; 16]),
            generation: 1,
        };
        let (old, new) = ("a".repeat(43), "b".repeat(64));
        let before = keyring_from(&old).unwrap().invitation_token(&link);
        let rotated = keyring_from(&format!("2:{new}\n1:{old}")).unwrap();
        assert_eq!(rotated.read_invitation_token(before.reveal()), Ok(link));
        assert_ne!(rotated.invitation_token(&link).reveal(), before.reveal());
    }

    #[test]
    fn a_short_or_malformed_key_is_an_error() {
        for wrong in [
            "",
            "short",
            "300:",
            &format!("x:{}", "a".repeat(43)),
            &format!("1:{}", "a".repeat(42)),
        ] {
            let error = keyring_from::<PasswordLinks>(wrong).unwrap_err();
            assert!(error.to_string().starts_with("PASSWORD_LINK_KEYS: "), "{wrong}: {error}");
        }
    }
}
