//! The root key, from which the tokens of all links are derived.

use std::fmt;

use domain::credentials::token::{Keyring, RootKey};

use crate::aws::Aws;
use crate::secret::NoSecret;
use crate::settings::Settings;

/// Characters of the shortest root key: 32 bytes in base64.
const MIN_SECRET: usize = 43;

/// Why there is no keyring.
#[derive(thiserror::Error)]
pub enum NoKeyring {
    /// The secret could not be loaded.
    #[error(transparent)]
    Secret(#[from] NoSecret),
    /// The secret has the wrong format.
    #[error(
        "root key: write `kid:secret` entries, newest first, each secret at least {MIN_SECRET} characters long"
    )]
    Malformed,
}

/// `main` prints an error with `Debug`, so this shows the message.
impl fmt::Debug for NoKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Aws {
    /// Loads the root keys from `ROOT_KEY`, or from the secret that `ROOT_KEY_SECRET_ARN` names.
    pub async fn load_keyring(&self, settings: &Settings) -> Result<Keyring, NoKeyring> {
        let text = self.load_secret(settings, "ROOT_KEY", "ROOT_KEY_SECRET_ARN");
        keyring_from(&text.await?)
    }
}

/// Parses `kid:secret` entries, separated by white space, newest first. An entry without a kid is key
/// 1.
pub fn keyring_from(text: &str) -> Result<Keyring, NoKeyring> {
    let entry = |entry: &str| {
        let (kid, secret) = entry.split_once(':').unwrap_or(("1", entry));
        let kid = kid.parse().map_err(|_| NoKeyring::Malformed)?;
        if secret.len() < MIN_SECRET {
            return Err(NoKeyring::Malformed);
        }
        Ok(RootKey { kid, secret: secret.as_bytes().to_vec() })
    };
    let mut keys = text.split_whitespace().map(entry).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        return Err(NoKeyring::Malformed);
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
            assert!(keyring_from(wrong).is_err(), "{wrong}");
        }
    }
}
