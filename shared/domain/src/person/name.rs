//! Parts of a person's name.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::field::Refusal;
use crate::invisible::{has_needless_invisible, trim};
use crate::person::link::{has_slash, looks_like_link};

/// The most characters in a name.
const MAX_CHARS: usize = 100;
/// The most digits in a part of a person's name.
const MAX_DIGITS: usize = 4;

const LENGTH: Refusal = Refusal::new("name_length", "Send 1 to 100 characters.");
const CHARACTERS: Refusal = Refusal::new(
    "name_characters",
    "Remove control characters, line breaks, invisible or direction-changing characters, and < > : @.",
);
const LINK: Refusal = Refusal::new(
    "name_looks_like_link",
    "Put a space after each period, so that the name does not look like a web address.",
);
const SLASH: Refusal = Refusal::new(
    "name_looks_like_link",
    "Remove the slash, so that the name does not look like a web address.",
);
const DIGITS: Refusal = Refusal::new(
    "name_digits",
    "Send at most 4 digits, so that emails with the name cannot carry a phone number.",
);

/// One part of a person's name: 1 to 100 characters that look like no link, with 4 digits at most.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Reads one part of a name. Emails greet people by name, so a name with more digits could carry a
    /// phone number or an amount to strangers.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = parse_shown_name(text)?;
        if has_slash(&name) {
            return Err(SLASH);
        }
        let digits = name.nfkc().filter(|c| c.is_numeric()).count();
        if digits > MAX_DIGITS { Err(DIGITS) } else { Ok(Self(name)) }
    }

    /// The stored name. It is not judged again, because the list of top-level domains and Unicode grow.
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A suffix of a name, such as `Jr.`, `M.Sc.` or `MD/PhD`: 1 to 100 characters. It may look like a link,
/// because no email has it.
#[derive(Clone, PartialEq, Eq)]
pub struct NameSuffix(String);

impl NameSuffix {
    /// Reads a suffix.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        parse_line(text).map(Self)
    }

    /// The stored suffix. See [`PersonName::from_stored`].
    pub fn from_stored(suffix: String) -> Self {
        Self(suffix)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads a clinic's name. Unlike a person's name it may have slashes and any number of digits.
pub(crate) fn parse_clinic_name(text: &str) -> Result<String, Refusal> {
    parse_shown_name(text)
}

/// Reads a name that emails show. Email programs do not turn it into a link.
fn parse_shown_name(text: &str) -> Result<String, Refusal> {
    let name = parse_line(text)?;
    if looks_like_link(&name) { Err(LINK) } else { Ok(name) }
}

/// Reads a trimmed, NFC text of 1 to 100 characters. It cannot break out of an email header or a page.
fn parse_line(text: &str) -> Result<String, Refusal> {
    let line: String = trim(text).nfc().collect();
    if line.is_empty() || line.chars().count() > MAX_CHARS {
        return Err(LENGTH);
    }
    if line.chars().any(is_forbidden) || has_needless_invisible(&line) || has_colon(&line) {
        return Err(CHARACTERS);
    }
    Ok(line)
}

fn is_forbidden(c: char) -> bool {
    use GeneralCategory as G;
    matches!(c.general_category(), G::Control | G::LineSeparator | G::ParagraphSeparator)
        || c.nfkc().any(|c| matches!(c, '<' | '>' | '@'))
}

/// Whether the text has a colon, except after a single letter as in the Swedish `S:t`. No scheme of a
/// link has one letter.
fn has_colon(text: &str) -> bool {
    let mut letters_before = 0;
    for c in text.nfkc() {
        if c == ':' && letters_before != 1 {
            return true;
        }
        letters_before = if c.is_alphanumeric() { letters_before + 1 } else { 0 };
    }
    false
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(redacted)")
    }
}

impl fmt::Debug for NameSuffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameSuffix(redacted)")
    }
}

#[cfg(test)]
mod tests;
