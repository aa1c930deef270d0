//! The secret of an API key.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::entropy::{Entropy, random};

/// The secret of an API key: `ask_`, 43 characters of base64url (32 random bytes) and 6 of a CRC-32.
/// Secret scanners recognize the prefix. The checksum refuses a mistyped key without a table read.
#[derive(Clone)]
pub struct ApiKeySecret(String);

const PREFIX: &str = "ask_";
const RANDOM_CHARS: usize = 43;

/// The text is not an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an API key")]
pub struct NotAnApiKey;

impl ApiKeySecret {
    /// Creates a secret.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let bytes: [u8; 32] = random(entropy);
        let body = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let checksum = checksum(&body);
        Self(body + &checksum)
    }

    /// Whether the text starts like an API key.
    pub fn has_prefix(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Reads a secret and checks its checksum.
    pub fn parse(text: &str) -> Result<Self, NotAnApiKey> {
        let (body, found) =
            text.split_at_checked(PREFIX.len() + RANDOM_CHARS).ok_or(NotAnApiKey)?;
        let random = body.strip_prefix(PREFIX).ok_or(NotAnApiKey)?;
        let whole = URL_SAFE_NO_PAD.decode(random).is_ok_and(|bytes| bytes.len() == 32);
        if whole && checksum(body) == found { Ok(Self(text.to_owned())) } else { Err(NotAnApiKey) }
    }

    /// The SHA-256 of the secret, in hex. The table holds only this.
    pub fn digest(&self) -> String {
        use std::fmt::Write as _;
        Sha256::digest(self.0.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// The secret in plain text, to show it once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

fn checksum(body: &str) -> String {
    URL_SAFE_NO_PAD.encode(crc32fast::hash(body.as_bytes()).to_be_bytes())
}

impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeySecret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::tests::FixedEntropy;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            prop_assert!(ApiKeySecret::parse(&text).is_err());
        }

        #[test]
        fn a_mistyped_key_fails_its_checksum(fill in any::<u8>(), at in 0_usize..53, with in "[A-Za-z0-9_-]") {
            let secret = ApiKeySecret::new(&FixedEntropy(fill));
            let mut typed = secret.reveal().to_owned();
            prop_assume!(typed[at..=at] != with);
            typed.replace_range(at..=at, &with);
            prop_assert!(ApiKeySecret::parse(&typed).is_err());
        }
    }

    #[test]
    fn a_key_has_a_prefix_43_random_and_6_checksum_characters() {
        let secret = ApiKeySecret::new(&FixedEntropy(9));
        assert_eq!(secret.reveal().len(), 4 + 43 + 6);
        assert!(secret.reveal().starts_with("ask_"));
        assert_eq!(ApiKeySecret::parse(secret.reveal()).unwrap().digest(), secret.digest());
        assert_eq!(secret.digest().len(), 64);
        assert!(!format!("{secret:?}").contains(secret.reveal()));
    }
}
