//! What functions read from Secrets Manager on AWS.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::credentials::keyring::{
    AccessLinks, InvitationLinks, Keyring, KnownBrowsers, PasswordLinks, WebhookSecrets,
};
use domain::entropy::{Entropy, random};
use runtime::{NoKeyring, SecretSettings, keyring_from};

use crate::options::Options;

/// The secrets of the links, of known browsers and of webhooks, one for each purpose.
#[derive(Clone)]
pub struct TokenSecrets {
    /// Of the links of invitations.
    pub invitation_links: String,
    /// Of the links of password emails.
    pub password_links: String,
    /// Of the links to temporary access.
    pub access_links: String,
    /// Of the cookies of known browsers.
    pub known_browsers: String,
    /// Of the secrets of webhooks.
    pub webhooks: String,
}

impl TokenSecrets {
    fn new(entropy: &dyn Entropy) -> Self {
        Self {
            invitation_links: new_secret(entropy),
            password_links: new_secret(entropy),
            access_links: new_secret(entropy),
            known_browsers: new_secret(entropy),
            webhooks: new_secret(entropy),
        }
    }

    /// The functions' settings that hold these secrets.
    pub fn settings(&self) -> [(&'static str, String); 5] {
        [
            (InvitationLinks::PLAIN, self.invitation_links.clone()),
            (PasswordLinks::PLAIN, self.password_links.clone()),
            (AccessLinks::PLAIN, self.access_links.clone()),
            (KnownBrowsers::PLAIN, self.known_browsers.clone()),
            (WebhookSecrets::PLAIN, self.webhooks.clone()),
        ]
    }
}

/// The keys that functions make of the secrets.
#[derive(Clone)]
pub struct Keyrings {
    /// Of the links of invitations.
    pub invitation_links: Arc<Keyring<InvitationLinks>>,
    /// Of the links of password emails.
    pub password_links: Arc<Keyring<PasswordLinks>>,
    /// Of the links to temporary access.
    pub access_links: Arc<Keyring<AccessLinks>>,
    /// Of the cookies of known browsers.
    pub known_browsers: Arc<Keyring<KnownBrowsers>>,
    /// Of the secrets of webhooks.
    pub webhooks: Arc<Keyring<WebhookSecrets>>,
}

impl Keyrings {
    pub(crate) fn parse(secrets: &TokenSecrets) -> Result<Self, NoKeyring> {
        Ok(Self {
            invitation_links: Arc::new(keyring_from(&secrets.invitation_links)?),
            password_links: Arc::new(keyring_from(&secrets.password_links)?),
            access_links: Arc::new(keyring_from(&secrets.access_links)?),
            known_browsers: Arc::new(keyring_from(&secrets.known_browsers)?),
            webhooks: Arc::new(keyring_from(&secrets.webhooks)?),
        })
    }
}

/// All secrets of the functions.
pub(crate) struct Secrets {
    pub(crate) tokens: TokenSecrets,
    pub(crate) signing_keys: String,
}

impl Secrets {
    /// Takes the secrets from the options and makes those that are missing.
    pub(crate) fn new(options: &Options) -> Self {
        let entropy = options.entropy.as_ref();
        let (tokens, signing) = (options.token_secrets.clone(), options.signing_keys.clone());
        Self {
            tokens: tokens.unwrap_or_else(|| TokenSecrets::new(entropy)),
            signing_keys: signing.unwrap_or_else(|| new_secret(entropy)),
        }
    }
}

/// 32 random bytes as text.
pub fn new_secret(entropy: &dyn Entropy) -> String {
    URL_SAFE_NO_PAD.encode(random::<32>(entropy))
}
