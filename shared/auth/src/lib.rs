//! Authentication and authorization: callers, what they may do, and their credentials.

pub mod attest;
pub mod caller;
pub mod cookie;
pub mod dpop;
pub mod idempotency;
pub mod jwt;
pub mod keys;
#[cfg(feature = "passwords")]
pub mod known_browser;
#[cfg(feature = "passwords")]
pub mod passwords;
pub mod principal;
pub mod same_origin;
pub mod secret_answer;
pub mod session;
pub mod view_token;

pub use keys::PublishedKeys;
pub use same_origin::DashboardOrigin;
