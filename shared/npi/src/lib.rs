//! Asks the NPPES registry of CMS about a National Provider Identifier.
//!
//! The registry may be slow, down or unreadable. None of that may hold up an invitation, so a lookup
//! has no error: anything but an answer is [`RegistryAnswer::Unavailable`].
//!
//! [`RegistryAnswer::Unavailable`]: domain::npi::RegistryAnswer::Unavailable

mod client;
mod failure;
mod parse;

pub use client::{BUDGET, InvalidAddress, Nppes, REGISTRY};
