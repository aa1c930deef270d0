//! Passwords. Only this module rates, looks up, hashes and compares them.

mod breached;

use std::sync::Arc;

use changes::Context;
use domain::credentials::password::{KnownWords, Password, PasswordHash};
use domain::entropy::Entropy;
use domain::field::{FieldFaults, Refusal};
use domain::person::email::Email;
use store::ThrottleDecision;
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

    /// Hashes a new password. A refusal names the request's field.
    pub async fn hash_new(
        &self,
        field: &'static str,
        password: Password,
        known: KnownWords,
    ) -> Result<PasswordHash, Problem> {
        let refuse = |refused: Refusal| Problem::from(FieldFaults::from(refused.at(field)));
        let rated = compute(move || password.rate(&known)).await?.map_err(refuse)?;
        let answer = self.breached.look_up(&rated.breach_digest()).await;
        let new = rated.check_breach(answer).map_err(refuse)?;
        let entropy = self.entropy.clone();
        compute(move || new.hash(entropy.as_ref())).await?.map_err(Problem::internal)
    }

    /// Returns whether this is the password of the account of `email`. The guess is counted first, and a
    /// correct password clears the count.
    pub async fn judge(
        &self,
        context: &Context,
        (email, hash): (&Email, Option<PasswordHash>),
        password: Password,
        ip: Option<&str>,
    ) -> Result<bool, Problem> {
        count_guess(context, email, ip).await?;
        let correct = self.verify(hash, password).await?;
        if correct {
            context.store.clear_password_guesses(email, ip).await?;
        }
        Ok(correct)
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

/// Counts a guess of the password of `email`, before it is judged.
pub async fn count_guess(
    context: &Context,
    email: &Email,
    ip: Option<&str>,
) -> Result<(), Problem> {
    match context.store.count_password_guess(email, ip, context.now()).await? {
        ThrottleDecision::Allow => Ok(()),
        ThrottleDecision::Wait(time) => {
            let detail = "There were too many wrong passwords. Wait, then try again.";
            Err(Problem::too_many("too_many_attempts", detail, time))
        }
    }
}

async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}
