//! The key that a view is bound to, if its holder proves that they hold one (RFC 9449).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::field::Refusal;

/// The SHA-256 thumbprint of a public key (RFC 7638). It is `cnf.jkt` in a view token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyThumbprint([u8; 32]);

impl KeyThumbprint {
    /// The thumbprint with these 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 43 characters of base64url.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const INVALID: Refusal =
            Refusal::new("thumbprint_invalid", "Send a SHA-256 in base64url without padding.");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| INVALID)?;
        bytes.try_into().map(Self).map_err(|_| INVALID)
    }
}

impl fmt::Display for KeyThumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_thumbprint_survives_its_text(bytes in any::<[u8; 32]>()) {
            let thumbprint = KeyThumbprint::from_bytes(bytes);
            prop_assert_eq!(KeyThumbprint::parse(&thumbprint.to_string()), Ok(thumbprint));
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            if let Ok(thumbprint) = KeyThumbprint::parse(&text) {
                prop_assert_eq!(thumbprint.to_string(), text);
            }
        }
    }

    #[test]
    fn the_example_of_rfc_7638_reads_as_itself() {
        // The example in section 3.1.
        let example = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        assert_eq!(KeyThumbprint::parse(example).unwrap().to_string(), example);
        for wrong in ["", "NzbLsXh8", "NzbLsXh8uDCcd+6MNwXF4W/7noWXFZAfHkxZsRGC9Xs"] {
            assert!(KeyThumbprint::parse(wrong).is_err(), "{wrong}");
        }
    }
}
