//! What functions read from Secrets Manager on AWS.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::entropy::{Entropy, random};

use crate::options::Options;

/// The root key and the signing keys.
pub(crate) struct Secrets {
    pub(crate) root_key: String,
    pub(crate) signing_keys: String,
}

impl Secrets {
    /// Takes the secrets from the options and makes those that are missing.
    pub(crate) fn new(options: &Options) -> Self {
        let made = || new_secret(options.entropy.as_ref());
        Self {
            root_key: options.root_key.clone().unwrap_or_else(made),
            signing_keys: options.signing_keys.clone().unwrap_or_else(made),
        }
    }
}

/// 32 random bytes as text, good for a root key or a signing key.
pub fn new_secret(entropy: &dyn Entropy) -> String {
    URL_SAFE_NO_PAD.encode(random::<32>(entropy))
}
