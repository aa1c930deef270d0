//! Lookups in a list of breached passwords: Have I Been Pwned's range API, or a compatible one.

use std::time::Duration;

use domain::credentials::password::{BreachAnswer, BreachDigest, MalformedRange};
use lookup::{CalledService, LookupClient, LookupFailure};

/// The public list. It needs no key.
pub const BREACHED_PASSWORDS: &str = "https://api.pwnedpasswords.com/range/";

/// The longest wait for the list, as docs/API.md promises callers.
pub const BUDGET: Duration = Duration::from_secs(1);

/// The most bytes in an answer. With padding, a range has about 40 KB.
const LIMIT: usize = 256 * 1024;

/// The address of the list cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the address of the list of breached passwords must be an http or https URL without a query, such as {BREACHED_PASSWORDS}"
)]
pub struct InvalidListAddress;

/// A client of the list. Use one per process, because it keeps the connection.
#[derive(Debug)]
pub struct BreachedPasswords(LookupClient);

/// Why a lookup failed. It holds nothing of the password, so logs can show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum BreachLookupFailure {
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
        LookupClient::new(CalledService::BreachedPasswords, &base, budget)
            .map(Self)
            .map_err(|_| InvalidListAddress)
    }

    /// Looks up a password. Only the prefix of its digest leaves this process, and padding hides the
    /// length of the answer.
    pub async fn look_up(&self, digest: &BreachDigest) -> BreachAnswer {
        match self.find(digest).await {
            Ok(true) => BreachAnswer::Listed,
            Ok(false) => BreachAnswer::NotListed,
            Err(failure) => {
                tracing::warn!(%failure, "the list of breached passwords gave no answer");
                BreachAnswer::Unavailable
            }
        }
    }

    async fn find(&self, digest: &BreachDigest) -> Result<bool, BreachLookupFailure> {
        let range = self.0.get(digest.prefix(), &[("add-padding", "true")], LIMIT).await?;
        let range = String::from_utf8(range).map_err(|_| MalformedRange)?;
        Ok(digest.is_in(&range)?)
    }
}

#[cfg(test)]
mod tests;
