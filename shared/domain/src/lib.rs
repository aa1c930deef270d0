//! What AutoScribe Access knows about invitations, people, permissions and temporary access.
//!
//! Pure: no AWS, no HTTP, no async runtime, no environment, no wall clock and no randomness.
//! Time and randomness come in through [`time::Clock`] and [`entropy::Entropy`].

pub mod access;
pub mod api_key;
pub mod audit;
pub mod claim;
pub mod clinic;
pub mod delivery;
pub mod due;
pub mod email;
pub mod entropy;
pub mod failure;
pub mod field;
pub mod ids;
pub mod invitation;
pub mod npi;
pub mod password;
pub mod permissions;
pub mod person;
pub mod profile;
pub mod session;
pub mod signing;
pub mod study;
pub mod time;
pub mod token;
pub mod user;
