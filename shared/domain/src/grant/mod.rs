//! Temporary access: a link that opens once, and the view that lives a while after.
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
//! Each transition consumes the state that allows it. A link or view that ran out keeps its
//! state; whether it did is computed from the clock ([`Grant::standing`]) and never stored.

mod ephemeral;
mod hanging;
mod lifetime;
mod rules;
mod state;
mod thumbprint;
mod transitions;
mod view;

pub use ephemeral::{EphemeralSession, MAX_OPTIONS, Options, RetrievalId};
pub use hanging::{HangingProtocol, Layout, ViewportLabel};
pub use lifetime::{LinkSeconds, VIEW_TOKEN_LIFE, ViewSeconds, oldest_alive};
pub use rules::{Authority, MAX_OPEN, NotAllowed, may_use, still_allowed};
pub use state::{Details, Grant, Issued, Open, Opening, Revoked, Standing};
pub use thumbprint::KeyThumbprint;
pub use transitions::{New, NotRedeemed, Transition, ViewEnded};
pub use view::View;
