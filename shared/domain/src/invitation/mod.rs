//! Invitations: what is offered to a person, and the states it goes through.
//!
//! ```text
//!              resend, edit
//!                 +--+
//!                 v  |      accept
//!   invite --> Pending -----------------> Accepted
//!                 |  \----- reject -----> Rejected
//!                 \-------- revoke -----> Revoked
//! ```
//!
//! Each transition consumes the state that allows it. An invitation that ran out is still
//! `Pending`; whether it did is computed from the clock ([`Pending::at`]) and never stored.

mod state;
mod transitions;

pub use state::{
    Accepted, Details, Fingerprint, Invitation, InvitationStatus, Pending, REPEAT_WINDOW,
    RejectReason, Rejected, Revoked,
};
pub use transitions::{Acceptance, Expired, Live, New, RESEND_PAUSE, TooSoon, Transition};
