//! A mail ready to be sent.

use std::fmt;

use domain::person::email::Email;

/// A mail ready to be sent; who sends it is [`crate::Ses`]'s to say.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Who gets it.
    pub to: Email,
    /// Who gets the answer, when it is not the sender.
    pub reply_to: Option<Email>,
    /// One line, never a line break.
    pub subject: String,
    /// The body for mail programs that show HTML.
    pub html: String,
    /// The same in plain text.
    pub text: String,
}

impl fmt::Debug for Message {
    // The bodies carry the link, the subject names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message(redacted)")
    }
}

/// A template could not be rendered: a defect of this crate, which trying again does not mend.
#[derive(Debug, thiserror::Error)]
#[error("the mail template could not be rendered")]
pub struct RenderError(#[from] askama::Error);

/// `text` on one line. The domain's names hold no line break, but a header or a plain-text body
/// that trusted this would let one slip forge the rest of the mail.
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
    fn nothing_breaks_a_line() {
        let forged = "Lakeside\r\nBcc: x@y.example\u{2028}\u{85}\t Imaging\0";
        assert_eq!(one_line(forged), "Lakeside Bcc: x@y.example Imaging");
        assert_eq!(one_line("Praxis Süd & Söhne"), "Praxis Süd & Söhne");
    }

    #[test]
    fn debug_shows_neither_address_nor_body() {
        let message = Message {
            to: Email::parse("ada@clinic.example").unwrap(),
            reply_to: None,
            subject: "Ada".into(),
            html: "token".into(),
            text: "token".into(),
        };
        assert_eq!(format!("{message:?}"), "Message(redacted)");
    }
}
