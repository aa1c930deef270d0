//! The mails of AutoScribe Access, and Amazon SES that sends them.
//!
//! A template and the facts it needs become a [`Message`]; [`Ses`] sends it and says whether a
//! failure is final ([`SendError::Refused`]) or worth another try ([`SendError::Unavailable`]).

mod error;
mod invitation;
mod link;
mod message;
mod password_reset;
mod renewal;
#[cfg(test)]
mod samples;
mod sender;
mod ses;
mod verification;

pub use error::SendError;
pub use invitation::{Can, Invitation};
pub use link::Link;
pub use message::{Message, RenderError};
pub use password_reset::PasswordReset;
pub use renewal::RenewalRequested;
pub use sender::Sender;
pub use ses::{MessageId, Ses};
pub use verification::{Finding, NpiNotVerified};
