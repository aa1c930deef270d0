//! The tests of the whole service. They are one binary, because linking five takes a minute.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names,
    reason = "a panic is how a test fails"
)]

mod api;
mod architecture;
mod e2e;
mod lambda;
mod store;
mod support;
