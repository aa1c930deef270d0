//! What the store promises of the table, where no route speaks of it yet or none could tell.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names,
    reason = "a test ends where it finds something else than it expects"
)]

#[path = "../support/mod.rs"]
mod support;

mod access;
