//! Delivers the table's stream to its consumers, as Lambda does.

mod consumer;
mod delivery;
mod position;
mod records;
mod trim;
mod writes;

pub(crate) use consumer::{ConsumerError, FUNCTION_LIMIT, StreamConsumer, WatchedFunction};
pub(crate) use delivery::{DeliveryProgress, StreamDelivery};
pub(crate) use position::StreamPosition;
pub(crate) use records::StreamRecords;
pub(crate) use trim::StreamTrim;
pub use trim::TrimError;
pub(crate) use writes::WriteSignal;
