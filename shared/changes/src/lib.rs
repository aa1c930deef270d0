//! Code that every function with state changes shares: the context of a change, its audit record, the
//! retry after a conflict, and the claims that change with it.

mod context;
mod ending;
mod granter;
mod notices;
mod npi_claim;
mod requester;
mod retry;

pub use context::Context;
pub use domain::failure::Failure;
pub use ending::commit_ending;
pub use granter::{inviting_scopes, load_granter_entitled};
pub use notices::{load_managers, load_owners, queue_alert, queue_notices, queue_reporting_notice};
pub use npi_claim::{move_npi, require_free_npi};
pub use requester::{Authority, Requester};
pub use retry::{ATTEMPTS, Attempt};
