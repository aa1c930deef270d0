//! Guarantees of the store that no route can show.

mod access;
mod audit;
mod audit_range;
mod idempotency;
mod last_use;
mod values;
