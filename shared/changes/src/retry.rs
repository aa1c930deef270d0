//! The retry after a version conflict.

use domain::failure::Failure;

/// How often a write is retried after a version conflict. The mailer alone writes a new invitation
/// twice, so a request can lose two races in a row without another person in play.
pub const TRIES: usize = 6;

/// How one attempt at a write ended.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt<T> {
    /// The write committed, or there was nothing to write.
    Done(T),
    /// Another write came first. Read and decide again.
    Conflict,
}

/// Reads, decides and writes again until an attempt is done, [`TRIES`] times at most. Then the
/// failure is [`Failure::contended`].
pub async fn retry<T, E: From<Failure>>(
    mut attempt: impl AsyncFnMut() -> Result<Attempt<T>, E>,
) -> Result<T, E> {
    for _ in 0..TRIES {
        if let Attempt::Done(value) = attempt().await? {
            return Ok(value);
        }
    }
    Err(Failure::contended().into())
}
