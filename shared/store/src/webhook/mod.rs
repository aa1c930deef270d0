//! Webhooks: the endpoints of a clinic, and the deliveries of its events to them.
//!
//! The table is the truth about a delivery. A message in the queue only says that one may be due. An index
//! lists what is due, so that a lost message loses nothing.

mod delivery;
mod delivery_item;
mod due;
mod endpoint;
mod endpoint_item;

pub use due::DueWebhookWork;

/// In how many parts the index lists what is due.
pub const DELIVERY_DUE_PARTS: u8 = crate::key::DELIVERY_DUE_PARTS;
