//! The list of breached passwords: Have I Been Pwned's range API, or one like it.

use std::time::Duration;

use domain::credentials::password::{BreachAnswer, BreachDigest, MalformedRange};
use lookup::{LookupClient, LookupFailure, Service};

/// The public list. It needs no key.
pub const BREACHED_PASSWORDS: &str = "https://api.pwnedpasswords.com/range/";

/// How long a new password may wait for the list, as the API's documentation promises its callers.
pub const BUDGET: Duration = Duration::from_secs(1);

/// Bytes of the longest range. With padding, ranges have about 40 KB.
const LIMIT: usize = 256 * 1024;

/// The list's address is not one that a lookup can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the address of the list of breached passwords must be an http or https URL without a query, such as {BREACHED_PASSWORDS}"
)]
pub struct InvalidListAddress;

/// A client of the list. Use one per process, because it keeps the connection.
#[derive(Debug)]
pub struct BreachedPasswords(LookupClient);

/// A log may show it, because it holds nothing of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Lookup(#[from] LookupFailure),
    #[error(transparent)]
    Malformed(#[from] MalformedRange),
}

impl BreachedPasswords {
    /// A client of the list at this address, usually [`BREACHED_PASSWORDS`]. `budget`, usually
    /// [`BUDGET`], covers a whole lookup.
    pub fn new(base_url: &str, budget: Duration) -> Result<Self, InvalidListAddress> {
        let base = format!("{}/", base_url.trim_end_matches('/'));
        LookupClient::new(Service::BreachedPasswords, &base, budget)
            .map(Self)
            .map_err(|_| InvalidListAddress)
    }

    /// Asks the list. Only the digest's prefix leaves this process, and padding hides the length of
    /// the answer.
    pub async fn look_up(&self, digest: &BreachDigest) -> BreachAnswer {
        match self.ask(digest).await {
            Ok(true) => BreachAnswer::Listed,
            Ok(false) => BreachAnswer::NotListed,
            Err(failure) => {
                tracing::warn!(%failure, "the list of breached passwords gave no answer");
                BreachAnswer::Unavailable
            }
        }
    }

    async fn ask(&self, digest: &BreachDigest) -> Result<bool, Failure> {
        let range = self.0.get(digest.prefix(), &[("add-padding", "true")], LIMIT).await?;
        let range = String::from_utf8(range).map_err(|_| MalformedRange)?;
        Ok(digest.is_in(&range)?)
    }
}

#[cfg(test)]
mod tests;
