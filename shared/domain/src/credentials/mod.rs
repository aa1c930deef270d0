//! Credentials: passwords, API keys, link tokens and the keys that make them.

pub mod api_key;
pub mod key_set;
pub mod keyring;
pub mod known_browser;
pub mod password;
pub mod signing;
pub mod terms;
pub mod token;
pub mod webhook_secret;
