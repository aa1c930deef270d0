//! A queue, as SQS and Lambda deliver it: messages wait, come again if their function fails, and those of one
//! group do not delay those of another.

mod delivery;
mod endpoint;
mod state;

pub(crate) use delivery::{QueueConsumer, run};
pub(crate) use endpoint::router;
pub(crate) use state::Queue;
