//! The building blocks of every function's `main`. Only this crate reads the environment, the wall
//! clock and the operating system's randomness.

mod aws;
mod consume;
mod log;
#[cfg(any(feature = "token-keys", feature = "signing-keys"))]
mod secret;
mod serve;
mod settings;
#[cfg(feature = "signing-keys")]
mod signing_keys;
mod system;
#[cfg(feature = "token-keys")]
mod token_keys;

pub use aws::Aws;
pub use consume::consume;
#[cfg(feature = "token-keys")]
pub use consume::consume_with_secrets;
pub use lambda_runtime::Error;
#[cfg(any(feature = "token-keys", feature = "signing-keys"))]
pub use secret::Secrets;
pub use serve::serve;
#[cfg(feature = "token-keys")]
pub use serve::serve_with_secrets;
pub use settings::{Settings, SettingsMissing};
pub use system::{OsEntropy, SystemClock};
#[cfg(feature = "token-keys")]
pub use token_keys::{NoKeyring, SecretSettings, keyring_from};
