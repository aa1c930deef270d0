//! Credentials: passwords, API keys, link tokens and signing keys.

pub mod api_key;
pub mod password;
pub mod signing;
pub mod token;
