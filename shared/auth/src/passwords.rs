//! Passwords. Only this module rates, looks up, hashes and compares them.

mod breached;

use std::sync::Arc;

use domain::credentials::password::{KnownWords, Password, PasswordHash};
use domain::entropy::Entropy;
use domain::field::{FieldFaults, Refusal};
use web::Problem;

pub use breached::{BREACHED_PASSWORDS, BUDGET, BreachedPasswords, InvalidListAddress};

/// Hashes and compares passwords. Rating and hashing take milliseconds of CPU, so they run on another
/// thread and do not block other requests.
#[derive(Clone)]
pub struct Passwords {
    breached: Arc<BreachedPasswords>,
    entropy: Arc<dyn Entropy>,
}

impl Passwords {
    /// Uses this list of breached passwords and this randomness for salts.
    pub fn new(breached: BreachedPasswords, entropy: Arc<dyn Entropy>) -> Self {
        Self { breached: Arc::new(breached), entropy }
    }

    /// Hashes a new password. A refusal names the field `password`.
    pub async fn hash_new(
        &self,
        password: Password,
        known: KnownWords,
    ) -> Result<PasswordHash, Problem> {
        let rated = compute(move || password.rate(&known)).await?.map_err(in_field)?;
        let answer = self.breached.look_up(&rated.breach_digest()).await;
        let new = rated.check_breach(answer).map_err(in_field)?;
        let entropy = self.entropy.clone();
        compute(move || new.hash(entropy.as_ref())).await?.map_err(Problem::internal)
    }

    /// Returns whether this is the account's password. Without an account it returns false after the same
    /// time.
    pub async fn verify(
        &self,
        hash: Option<PasswordHash>,
        password: Password,
    ) -> Result<bool, Problem> {
        let hash = hash.unwrap_or_else(PasswordHash::placeholder);
        compute(move || hash.matches(&password)).await
    }
}

/// Names the field `password`, which every request with a password has.
fn in_field(refused: Refusal) -> Problem {
    FieldFaults::from(refused.at("password")).into()
}

async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}
