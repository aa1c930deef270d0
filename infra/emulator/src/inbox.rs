//! Stands in for Amazon SES. Captures every email and sends none.

mod capture;
mod reports;
mod store;

pub use capture::SesFault;
pub(crate) use capture::{Capture, router};
pub use reports::ses_event;
pub use store::{CapturedEmail, Inbox};
