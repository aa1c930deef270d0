//! Invitations and their states.
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
//! Each transition consumes the state that allows it. An expired invitation is still a
//! [`PendingInvitation`]. [`PendingInvitation::check_expiry`] computes expiry from the clock. Nothing
//! stores it.

mod state;
mod transitions;

pub use state::{
    AcceptedInvitation, Fingerprint, Invitation, InvitationDetails, InvitationStatus,
    PendingInvitation, REPEAT_WINDOW, RejectReason, RejectedInvitation, RevokedInvitation,
};
pub use transitions::{
    Acceptance, InvitationExpired, InvitationTransition, NewInvitation, RESEND_PAUSE,
    ResendTooSoon, UnexpiredInvitation,
};
