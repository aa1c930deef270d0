//! The tests of the whole service, in one binary: linking one takes seconds, linking five takes a minute.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names,
    reason = "a test ends where it finds something else than it expects"
)]

mod api;
mod architecture;
mod e2e;
mod lambda;
mod store;
mod support;
