//! The secrets of webhook endpoints, and the signatures that they make (Standard Webhooks 1.0).
//!
//! A secret is derived, never stored. The table has only the number of the key and the generation.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::keyring::{Keyring, WebhookSecrets};
use crate::ids::WebhookId;
use crate::time::Timestamp;

/// The secret of a webhook endpoint. Its holder can forge deliveries, so it has no Display and a redacting
/// Debug.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

/// What a secret derives from: a key and a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretVersion {
    /// The number of the key.
    pub kid: u8,
    /// Counts the secrets of the endpoint.
    pub generation: u32,
}

impl Keyring<WebhookSecrets> {
    /// The secret of an endpoint. `None` if its key is gone, so that the endpoint needs another secret.
    pub fn webhook_secret(
        &self,
        endpoint: WebhookId,
        version: SecretVersion,
    ) -> Option<WebhookSecret> {
        let generation = version.generation.to_be_bytes();
        let body = [&[version.kid], &endpoint.bytes()[..], &generation].concat();
        Some(WebhookSecret(self.derive(version.kid, &body)?.to_vec()))
    }
}

impl WebhookSecret {
    /// The secret in plain text: `whsec_` and base64.
    pub fn reveal(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }

    /// Signs a delivery: `v1,` and the base64 of HMAC-SHA256 over id, time in seconds and body.
    pub fn sign(&self, id: &str, at: Timestamp, body: &str) -> String {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        for part in [id, ".", &at.seconds().to_string(), ".", body] {
            mac.update(part.as_bytes());
        }
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::keyring::TokenKey;
    use proptest::prelude::*;

    fn keyring(kid: u8) -> Keyring<WebhookSecrets> {
        Keyring::new(TokenKey { kid, secret: vec![kid; 32] }, vec![])
    }

    fn secret(kid: u8, endpoint: u8, generation: u32) -> Option<WebhookSecret> {
        let version = SecretVersion { kid, generation };
        keyring(1).webhook_secret(WebhookId::from_bytes([endpoint; 16]), version)
    }

    #[test]
    fn a_signature_is_the_one_of_standard_webhooks() {
        let secret = WebhookSecret(STANDARD.decode("c2VjcmV0Cg==").unwrap());
        assert_eq!(secret.reveal(), "whsec_c2VjcmV0Cg==");
        let at = Timestamp::from_millis(1_700_000_000_999).unwrap();
        let signature = secret.sign("msg_1", at, "{}");
        assert_eq!(signature, "v1,eLKgSVPUqo3MWI1T6VPZeYLdErR5CejjPO2gIq52rjM=");
    }

    #[test]
    fn a_secret_has_32_bytes_and_is_always_derived_again() {
        let first = secret(1, 3, 1).unwrap();
        assert_eq!(first.0.len(), 32);
        assert_eq!(secret(1, 3, 1), Some(first.clone()));
        assert_ne!(secret(1, 3, 2), Some(first.clone()), "another generation");
        assert_ne!(secret(1, 4, 1), Some(first.clone()), "another endpoint");
        let other = SecretVersion { kid: 2, generation: 1 };
        let other = keyring(2).webhook_secret(WebhookId::from_bytes([3; 16]), other);
        assert_ne!(other, Some(first), "another key");
    }

    #[test]
    fn a_secret_whose_key_is_gone_cannot_be_derived() {
        let keys = keyring(1);
        let version = SecretVersion { kid: 2, generation: 1 };
        assert_eq!(keys.webhook_secret(WebhookId::from_bytes([3; 16]), version), None);
        assert!(keys.take_outdated(), "another process may know the key");
    }

    proptest! {
        #[test]
        fn another_id_time_or_body_has_another_signature(id in "[a-z]{1,8}", seconds in 0_i64..4_000_000_000, body in any::<String>()) {
            let (secret, at) = (secret(1, 3, 1).unwrap(), Timestamp::from_millis(seconds * 1000).unwrap());
            let signature = secret.sign(&id, at, &body);
            prop_assert_eq!(&secret.sign(&id, at, &body), &signature);
            prop_assert_ne!(&secret.sign(&format!("{id}x"), at, &body), &signature);
            prop_assert_ne!(&secret.sign(&id, at, &format!("{body} ")), &signature);
            let later = Timestamp::from_millis((seconds + 1) * 1000).unwrap();
            prop_assert_ne!(&secret.sign(&id, later, &body), &signature);
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", secret(1, 3, 1).unwrap()), "WebhookSecret(redacted)");
    }
}
