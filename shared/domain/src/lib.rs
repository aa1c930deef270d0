//! The rules for invitations, people, permissions and temporary access.
//!
//! This crate is pure. It uses no AWS, HTTP, async runtime, environment, wall clock or randomness.
//! Callers pass in time and randomness as [`time::Clock`] and [`entropy::Entropy`].

pub mod actor;
pub mod alert;
pub mod audit;
pub mod claim;
pub mod clinic;
pub mod credentials;
pub mod delivery;
pub mod embed;
pub mod entropy;
pub mod event;
pub mod failure;
pub mod field;
pub mod fold;
pub mod grant;
pub mod ids;
mod invisible;
pub mod invitation;
pub mod network;
pub mod npi;
pub mod person;
pub mod review;
pub mod session;
pub mod study;
pub mod time;
pub mod user;
pub mod webhook;
