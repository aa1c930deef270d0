//! Every route against the embedded database. The modules mirror the URLs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names,
    reason = "a test ends where it finds something else than it expects"
)]

#[path = "../support/mod.rs"]
mod support;

mod authorization;
mod edge;
mod faults;
mod idempotency;
mod openapi;
mod races;
mod races_access;
mod v1;
mod well_known;
