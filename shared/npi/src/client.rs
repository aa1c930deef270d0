//! The registry's HTTP client. A lookup is one GET.

use std::time::Duration;

use domain::field::FieldFaults;
use domain::npi::{Npi, RegistryAnswer};
use domain::person::profile::Profile;
use lookup::{CalledService, LookupClient};

use crate::failure::NpiLookupFailure;
use crate::parse::parse;

/// The public registry (CMS, NPPES Read API). It needs no key.
pub const REGISTRY: &str = "https://npiregistry.cms.hhs.gov/api/";

/// How long an invitation may wait for the registry. The API's documentation promises this limit. After
/// that, the invitation is sent with a `pending` NPI, which is verified in the background.
pub const BUDGET: Duration = Duration::from_millis(1500);

/// The most bytes of an answer. One record has a few kilobytes.
const LIMIT: usize = 1024 * 1024;

/// The registry's address is not an http or https URL, or has a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the NPI registry's address must be an http or https URL without a query, such as {REGISTRY}"
)]
pub struct InvalidAddress;

/// A client of the registry. Use one per process, because it keeps the connection.
#[derive(Debug)]
pub struct Nppes(LookupClient);

impl Nppes {
    /// A client of the registry at this address, usually [`REGISTRY`]. `budget` limits a whole lookup
    /// and is usually [`BUDGET`].
    pub fn new(base_url: &str, budget: Duration) -> Result<Self, InvalidAddress> {
        LookupClient::new(CalledService::Nppes, base_url, budget)
            .map(Self)
            .map_err(|_| InvalidAddress)
    }

    /// Looks up this number. Returns [`RegistryAnswer::Unavailable`] if the registry gives no valid
    /// answer within the budget.
    pub async fn look_up(&self, npi: &Npi) -> RegistryAnswer {
        self.request(npi).await.unwrap_or_else(|failure| {
            tracing::warn!(%failure, "the NPI registry gave no answer");
            RegistryAnswer::Unavailable
        })
    }

    /// Looks up the NPI of an invited or changed person, unless it was verified before. Refuses a new number
    /// that the registry rules out. `before` is the number that the person had until now.
    pub async fn verify_profile(
        &self,
        profile: Profile,
        before: Option<Npi>,
    ) -> Result<Profile, FieldFaults> {
        match profile.npi_to_verify() {
            Some(npi) => profile.verify_npi(before, &self.look_up(&npi).await),
            None => Ok(profile),
        }
    }

    async fn request(&self, npi: &Npi) -> Result<RegistryAnswer, NpiLookupFailure> {
        let query = format!("?version=2.1&number={}", npi.as_str());
        let body = self.0.get(&query, &[("accept", "application/json")], LIMIT).await?;
        parse(npi, &body)
    }
}

#[cfg(test)]
mod tests;
