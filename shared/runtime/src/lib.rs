//! The building blocks of every function's `main`. Only this crate reads the environment, the wall
//! clock and the operating system's randomness.

mod aws;
mod consume;
mod log;
#[cfg(feature = "root-key")]
mod root_key;
#[cfg(any(feature = "root-key", feature = "signing-keys"))]
mod secret;
mod serve;
mod settings;
#[cfg(feature = "signing-keys")]
mod signing_keys;
mod system;

pub use aws::Aws;
pub use consume::consume;
pub use lambda_runtime::Error;
#[cfg(feature = "root-key")]
pub use root_key::keyring_from;
pub use serve::serve;
pub use settings::{Settings, SettingsMissing};
pub use system::{OsEntropy, SystemClock};
