//! Looks up National Provider Identifiers in the NPPES registry of CMS.
//!
//! The registry may be slow or down, or send an invalid answer. None of that may delay an invitation,
//! so a lookup has no error. It returns [`RegistryAnswer::Unavailable`] instead.
//!
//! [`RegistryAnswer::Unavailable`]: domain::npi::RegistryAnswer::Unavailable

mod client;
mod failure;
mod parse;

pub use client::{BUDGET, InvalidAddress, Nppes, REGISTRY};
