//! The mark of a response that `Idempotency-Key` must not replay.

/// Marks a response that holds a secret. Such a response is never stored or replayed.
#[derive(Clone, Copy, Debug)]
pub struct SecretAnswer;
