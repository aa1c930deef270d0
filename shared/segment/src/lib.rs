//! The audit outside the table: the format of its segments, and how a chain of them is verified.
//!
//! A segment has the audit records of one clinic and one hour, also if there are none. An hour with many has several
//! segments, its parts. A segment is a JWS (RFC 7515), signed with ES256, and names the hash of the clinic's segment
//! before it. The signature covers every byte of the
//! segment, and the hash every byte of all segments before.

mod chain;
mod finding;
mod hour;
mod key;
mod place;
mod record;
mod segment;
mod signature;

pub use chain::{Chain, compare_with_table};
pub use finding::{Finding, Problem};
pub use hour::Hour;
pub use key::{PublicKey, PublicKeyInvalid, TrustedKeys};
pub use place::Place;
pub use record::{Misplaced, find_misplaced};
pub use segment::{Record, Segment, SegmentFault, SegmentHash, UnsignedSegment, record_id};
pub use signature::SignatureInvalid;
