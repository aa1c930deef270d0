//! The queue of the function `webhooks`. A message only says that a delivery may be due, or that a replay goes
//! on. The table is the truth, so a message that is lost or comes twice does no harm.

mod message;
mod sender;

pub use message::{parse_message, write_message};
pub use sender::{QueueError, QueuedWork, WebhookQueue};
