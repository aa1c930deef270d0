//! Passwords. Only this module rates, looks up, hashes and compares them.

mod breached;
mod lockout;

use std::sync::Arc;

use changes::Context;
use domain::credentials::password::{KnownWords, Password, PasswordHash};
use domain::entropy::Entropy;
use domain::field::{FieldFaults, Refusal};
use domain::person::email::Email;
use store::{Account, AttemptDecision, AttemptReservation, AttemptSource, GuessedAddress};
use web::Problem;

use crate::known_browser::{BrowserCookies, RequestOrigin};

pub use breached::{BREACHED_PASSWORDS, BUDGET, BreachedPasswords, InvalidListAddress};

/// Hashes and compares passwords. Rating and hashing take milliseconds of CPU, so they run on another
/// thread and do not block other requests.
#[derive(Clone)]
pub struct Passwords {
    breached: Arc<BreachedPasswords>,
    browsers: BrowserCookies,
    entropy: Arc<dyn Entropy>,
}

impl Passwords {
    /// Uses this list of breached passwords, these cookies of known browsers, and this randomness for
    /// salts.
    pub fn new(
        breached: BreachedPasswords,
        browsers: BrowserCookies,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { breached: Arc::new(breached), browsers, entropy }
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

    /// The cookies of known browsers.
    pub fn browsers(&self) -> &BrowserCookies {
        &self.browsers
    }

    /// Judges a password. It is counted first, and stays counted only if it is wrong. The caller gives a
    /// correct one back.
    pub async fn judge(&self, context: &Context, guess: Guess<'_>) -> Result<Judgment, Problem> {
        let Guess { address, hash, password, origin } = guess;
        let source = self.browsers.source(origin, address.password(), context.now());
        let attempt = reserve(context, address, source).await?;
        match self.verify(hash, password).await {
            Ok(true) => Ok(Judgment::Correct(attempt)),
            Ok(false) => {
                lockout::count_wrong(context, address.email(), attempt).await?;
                Ok(Judgment::Wrong)
            }
            Err(problem) => {
                give_back(context, &attempt).await;
                Err(problem)
            }
        }
    }

    /// Returns whether a password is correct. See [`Passwords::judge`].
    pub async fn is_correct(&self, context: &Context, guess: Guess<'_>) -> Result<bool, Problem> {
        match self.judge(context, guess).await? {
            Judgment::Correct(attempt) => {
                give_back(context, &attempt).await;
                Ok(true)
            }
            Judgment::Wrong => Ok(false),
        }
    }

    /// Returns whether this is the account's password. Without an account it returns false after the same
    /// time.
    async fn verify(
        &self,
        hash: Option<PasswordHash>,
        password: Password,
    ) -> Result<bool, Problem> {
        let hash = hash.unwrap_or_else(PasswordHash::placeholder);
        compute(move || hash.matches(&password)).await
    }
}

/// A password that a request sends for an address.
pub struct Guess<'a> {
    address: GuessedAddress<'a>,
    hash: Option<PasswordHash>,
    password: Password,
    origin: &'a RequestOrigin,
}

impl<'a> Guess<'a> {
    /// A guess of the password of an account. Without an account it is wrong.
    pub fn new(
        email: &'a Email,
        account: Option<&Account>,
        password: Password,
        origin: &'a RequestOrigin,
    ) -> Self {
        let hash = account.and_then(|account| account.password.clone());
        Self { address: GuessedAddress::new(email, account), hash, password, origin }
    }

    /// The same guess, which is wrong even with the account's password.
    #[must_use]
    pub fn refused(self) -> Self {
        Self { hash: None, ..self }
    }
}

/// Whether a password is the account's.
#[must_use]
pub enum Judgment {
    /// It is. Give the attempt back.
    Correct(AttemptReservation),
    /// It is not, and stays counted.
    Wrong,
}

/// Counts an attempt before it is judged.
async fn reserve(
    context: &Context,
    address: GuessedAddress<'_>,
    source: AttemptSource,
) -> Result<AttemptReservation, Problem> {
    match context.store.reserve_attempt(address, source, context.now()).await? {
        AttemptDecision::Allow(attempt) => Ok(attempt),
        AttemptDecision::Wait(time) => {
            let detail = "There were too many wrong passwords. Wait, then try again.";
            Err(Problem::too_many("too_many_attempts", detail, time))
        }
    }
}

/// Gives back an attempt that was not wrong. If this fails, it stays counted until the window ends.
pub async fn give_back(context: &Context, attempt: &AttemptReservation) {
    crate::session::note_release(context.store.release_attempt(attempt).await);
}

async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}
