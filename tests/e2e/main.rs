//! The whole way: from an invite over the mailed link to the list of users.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names,
    reason = "a test ends where it finds something else than it expects"
)]

#[path = "../support/mod.rs"]
mod support;

mod mailed_link;
mod mailer;
mod npi_attested;
mod npi_verifier;
