//! Temporary access: a link that opens once, and the view that it opens for a limited time.
//!
//! ```text
//!                redeem
//!   issue --> Issued -----> Open
//!                 \          |
//!                revoke    revoke
//!                   \        v
//!                    `--> Revoked
//! ```
//!
//! Each transition consumes the state that allows it. An expired link or view keeps its state.
//! [`Grant::status`] computes expiry from the clock, and nothing stores it.

mod ephemeral;
mod hanging;
mod lifetime;
mod redeemer;
mod rules;
mod state;
mod thumbprint;
mod transitions;
mod view;

pub use ephemeral::{EphemeralOptions, EphemeralSession, MAX_OPTIONS_BYTES, RetrievalId};
pub use hanging::{HangingProtocol, Layout, ViewportLabel};
pub use lifetime::{LinkSeconds, VIEW_TOKEN_LIFE, ViewSeconds, oldest_live_id, oldest_unopened_id};
pub use redeemer::Redeemer;
pub(crate) use rules::may_issue;
pub use rules::{CurrentIssuer, MAX_OPEN_GRANTS, ViewerNotAllowed, check_parties, check_viewer};
pub use state::{Grant, GrantDetails, GrantStatus, IssuedGrant, OpenGrant, Opening, RevokedGrant};
pub use thumbprint::KeyThumbprint;
pub use transitions::{GrantTransition, NewGrant, NotRedeemed, Redemption, ViewEnded};
pub use view::View;
