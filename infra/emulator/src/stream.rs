//! The table's stream, delivered to its consumer as Lambda would.

mod consumer;
mod delivery;
mod position;
mod records;

pub(crate) use consumer::Invoked;
pub(crate) use delivery::{Delivery, Settled};
pub(crate) use position::Position;
pub(crate) use records::Records;
