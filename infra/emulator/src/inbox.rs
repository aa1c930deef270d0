//! Stands in for Amazon SES. Captures every email and sends none.

mod capture;
mod store;

pub use capture::SesFault;
pub(crate) use capture::{Capture, router};
pub use store::{CapturedEmail, Inbox};
