//! The emails of AutoScribe Access, and the Amazon SES client that sends them.
//!
//! Each email has its own file and renders to a [`Message`]. [`Ses`] sends it. A failure is either
//! permanent ([`SendError::Rejected`]), worth a retry ([`SendError::Unavailable`]), or unknown
//! ([`SendError::Unknown`]).
//!
//! Every email's file has the same three private types: `Facts` holds the values of the templates,
//! `Html` and `Text` are the templates of the two bodies. They share names because the files differ
//! only in content.

mod alert;
mod dashboard_access;
mod error;
mod invitation;
mod link;
mod message;
mod password_reset;
mod renewal;
mod reporting;
#[cfg(test)]
mod samples;
mod sender;
mod ses;
mod verification;

pub use alert::AlertEmail;
pub use dashboard_access::DashboardAccessEmail;
pub use error::SendError;
pub use invitation::{Abilities, InvitationEmail};
pub use link::Link;
pub use message::{Message, RenderError};
pub use password_reset::PasswordResetEmail;
pub use renewal::RenewalEmail;
pub use reporting::ReportingGrantedEmail;
pub use sender::Sender;
pub use ses::{MessageId, SEND_LIMIT, Ses};
pub use verification::{NpiNotVerifiedEmail, NpiProblem};
