//! Every route, on the embedded database. The modules mirror the URLs.

mod attacks;
mod authorization;
mod corrupt_items;
mod edge;
mod faults;
mod idempotency;
mod lost_answers;
mod openapi;
mod races;
mod races_access;
mod reading;
mod v1;
mod well_known;
