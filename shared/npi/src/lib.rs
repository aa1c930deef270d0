//! Asks the NPPES registry of CMS about a National Provider Identifier.
//!
//! The registry may be slow, down or unintelligible; none of that may hold up an invitation. So a
//! look-up has no error: whatever is not an answer is [`RegistryAnswer::Unavailable`].
//!
//! [`RegistryAnswer::Unavailable`]: domain::npi::RegistryAnswer::Unavailable

mod client;
mod failure;
mod parse;

pub use client::{BUDGET, InvalidAddress, Nppes, REGISTRY};
