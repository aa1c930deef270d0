//! The sender of the emails.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::field::Refusal;
use domain::person::PersonName;
use domain::person::email::Email;

use crate::message::one_line;

/// The sender's name, unless the operator chose another.
const PRODUCT: &str = "AutoScribe";
/// The most bytes of a name in one encoded word. In base64 and with `=?UTF-8?B?` and `?=` they stay
/// within the 75 characters of RFC 2047 section 2.
const ENCODED_WORD_BYTES: usize = 45;

/// The name and address that emails come from.
#[derive(Clone, Debug)]
pub struct Sender {
    name: String,
    address: Email,
}

impl Sender {
    /// Parses `AutoScribe <no-reply@autoscribe.example>`, or an address alone.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let (name, address) =
            match text.trim().strip_suffix('>').and_then(|open| open.split_once('<')) {
                Some((name, address)) => (name.trim(), address),
                None => ("", text),
            };
        let name = if name.is_empty() { PRODUCT } else { name };
        let name = PersonName::parse(name)?.as_str().to_owned();
        Ok(Self { name, address: Email::parse(address)? })
    }

    /// The value of the `From` header of an email on behalf of this clinic, if there is one. The name says who sends
    /// it for the clinic, because the clinic chose its name itself.
    pub(crate) fn header(&self, clinic: Option<&str>) -> String {
        let name = match clinic {
            Some(clinic) => format!("{} via {}", one_line(clinic), self.name),
            None => self.name.clone(),
        };
        format!("{} <{}>", display_name(&name), self.address.delivery_address())
    }
}

/// A display name in a header: a quoted string (RFC 5322) if it is ASCII, otherwise encoded words
/// (RFC 2047).
fn display_name(name: &str) -> String {
    if name.is_ascii() {
        return format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    }
    let mut words = vec![String::new()];
    for c in name.chars() {
        if words.last().is_some_and(|word| word.len() + c.len_utf8() > ENCODED_WORD_BYTES) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    let encoded = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
    encoded.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> String {
        Sender::parse(text).unwrap().header(None)
    }

    #[test]
    fn the_name_of_a_sender_is_optional() {
        assert_eq!(
            header("AutoScribe <no-reply@a.example>"),
            "\"AutoScribe\" <no-reply@a.example>"
        );
        assert_eq!(header("Access <no-reply@a.example>"), "\"Access\" <no-reply@a.example>");
        let default = "\"AutoScribe\" <no-reply@a.example>";
        assert_eq!(header(" no-reply@a.example "), default);
        assert_eq!(header("<no-reply@a.example>"), default);
        assert_eq!(header("no-reply@süd.example"), "\"AutoScribe\" <no-reply@xn--sd-xka.example>");
    }

    #[test]
    fn an_email_for_a_clinic_comes_from_it_via_autoscribe() {
        let sender = Sender::parse("a@b.example").unwrap();
        for (clinic, header) in [
            ("Riverside Imaging", "\"Riverside Imaging via AutoScribe\" <a@b.example>"),
            (r#"The "A\B", Clinic"#, r#""The \"A\\B\", Clinic via AutoScribe" <a@b.example>"#),
            ("Süd", "=?UTF-8?B?U8O8ZCB2aWEgQXV0b1NjcmliZQ==?= <a@b.example>"),
            ("A\r\nBcc: x", "\"A Bcc: x via AutoScribe\" <a@b.example>"),
        ] {
            assert_eq!(sender.header(Some(clinic)), header);
        }
    }

    #[test]
    fn quotes_are_escaped_and_accents_encoded() {
        assert_eq!(
            header(r#"The "A\B" Team <a@b.example>"#),
            r#""The \"A\\B\" Team" <a@b.example>"#
        );
        assert_eq!(header("Süd <a@b.example>"), "=?UTF-8?B?U8O8ZA==?= <a@b.example>");
    }

    #[test]
    fn a_long_name_is_split_into_words_of_at_most_75_characters() {
        let header = header(&format!("{} <a@b.example>", "é".repeat(100)));
        let words: Vec<&str> = header.trim_end_matches(" <a@b.example>").split(' ').collect();
        assert_eq!(words.len(), 5);
        assert!(words.iter().all(|word| word.len() <= 75), "{header}");
    }

    #[test]
    fn an_address_that_ses_cannot_send_from_is_refused() {
        for wrong in [
            "",
            "AutoScribe",
            "A <a@b",
            "A\r\nBcc: x <a@b.example>",
            "A <a@b.example> x",
            "josé@b.example",
        ] {
            assert!(Sender::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
