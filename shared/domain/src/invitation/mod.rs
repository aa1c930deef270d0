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
//! `PendingInvitation`; whether it did is computed from the clock ([`PendingInvitation::check_expiry`]) and never stored.

mod state;
mod transitions;

pub use state::{
    AcceptedInvitation, Fingerprint, Invitation, InvitationDetails, InvitationStatus,
    PendingInvitation, REPEAT_WINDOW, RejectReason, RejectedInvitation, RevokedInvitation,
};
pub use transitions::{
    Acceptance, ExpiredInvitation, InvitationTransition, NewInvitation, RESEND_PAUSE,
    ResendTooSoon, UnexpiredInvitation,
};
