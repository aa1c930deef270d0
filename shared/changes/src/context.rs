//! What every state change needs.

use std::sync::Arc;

use domain::entropy::Entropy;
use domain::time::{Clock, Timestamp};
use store::Store;

/// The table, the clock and randomness.
#[derive(Clone)]
pub struct Context {
    /// The table.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids and salts.
    pub entropy: Arc<dyn Entropy>,
}

impl Context {
    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
