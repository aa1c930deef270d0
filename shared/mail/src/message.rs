//! A rendered email.

use std::fmt;

use domain::person::email::Email;

/// An email that is ready to send. [`crate::Ses`] adds the sender.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The clinic that it is sent for. Its name is part of the sender's.
    pub clinic: Option<String>,
    /// The recipient.
    pub to: Email,
    /// Who gets the replies, if it isn't the sender.
    pub reply_to: Option<Email>,
    /// A single line.
    pub subject: String,
    /// The body for email clients that show HTML.
    pub html: String,
    /// The same in plain text.
    pub text: String,
}

impl fmt::Debug for Message {
    // The bodies hold the link, and the subject holds names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message(redacted)")
    }
}

/// A template failed to render. This is a bug in this crate, so a retry doesn't help.
#[derive(Debug, thiserror::Error)]
#[error("the email template failed to render")]
pub struct RenderError(#[from] askama::Error);

/// Returns `text` on one line. Names from the domain have no line breaks, but if one did, it could
/// forge a header or the rest of a plain-text body.
pub(crate) fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_removes_line_breaks_and_control_characters() {
        let forged = "Lakeside\r\nBcc: x@y.example\u{2028}\u{85}\t Imaging\0";
        assert_eq!(one_line(forged), "Lakeside Bcc: x@y.example Imaging");
        assert_eq!(one_line("Praxis Süd & Söhne"), "Praxis Süd & Söhne");
    }

    #[test]
    fn debug_shows_no_address_and_no_body() {
        let message = Message {
            clinic: None,
            to: Email::parse("ada@clinic.example").unwrap(),
            reply_to: None,
            subject: "Ada".into(),
            html: "token".into(),
            text: "token".into(),
        };
        assert_eq!(format!("{message:?}"), "Message(redacted)");
    }
}
