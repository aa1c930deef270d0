//! What every HTTP function shares: who calls, what a body says, how an answer looks.

pub mod attest;
pub mod audit;
pub mod body;
pub mod caller;
pub mod changes;
pub mod context;
pub mod dpop;
mod edge;
pub mod ending;
pub mod fields;
pub mod idempotency;
pub mod jwt;
pub mod keys;
pub mod npi_claim;
pub mod page;
pub mod problem;
pub mod query;
pub mod schema;
mod segment;
pub mod session;
pub mod view;
pub mod view_token;

pub use context::{ClientIp, Context, RequestId};
pub use edge::serve;
pub use problem::Problem;
pub use segment::Segment;

/// Times that a change is decided anew after it lost a race. The mailer alone writes a fresh
/// invitation twice, so a person may well lose two races in a row to nobody.
pub const TRIES: usize = 6;
