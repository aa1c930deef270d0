//! Passwords: the one place that rates, hashes and compares them. All three take milliseconds of
//! CPU, so other requests go on meanwhile.

use std::sync::Arc;

use domain::credentials::password::{KnownWords, Password, PasswordHash};
use domain::entropy::Entropy;
use domain::field::FieldFaults;

use web::Problem;

/// The body's field that holds a password, in every request that has one.
const FIELD: &str = "password";

/// Hashes a new password, or says in field `password` why it is refused.
pub async fn hash_new(
    password: Password,
    known: KnownWords,
    entropy: Arc<dyn Entropy>,
) -> Result<PasswordHash, Problem> {
    let rated = compute(move || password.accept_new(&known)).await?;
    let new = rated.map_err(|refused| FieldFaults::from(refused.at(FIELD)))?;
    compute(move || new.hash(entropy.as_ref())).await?.map_err(Problem::internal)
}

/// Whether this is the account's password. Without one it takes as long, and is false.
pub async fn verify(hash: Option<PasswordHash>, password: Password) -> Result<bool, Problem> {
    let hash = hash.unwrap_or_else(PasswordHash::placeholder);
    compute(move || hash.matches(&password)).await
}

async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}
