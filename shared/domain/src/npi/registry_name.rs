//! What the NPI registry calls a person, for managers to compare.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// The most characters of a text that are kept.
const MAX_CHARS: usize = 100;

/// A short text of the registry: one line of 1 to 100 characters, all visible. Longer texts are cut.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistryText(String);

impl RegistryText {
    /// Reads a text. Drops invisible characters. Returns `None` if nothing is left.
    pub fn parse(text: &str) -> Option<Self> {
        let visible = |c: &char| {
            c.is_whitespace() || c.general_category_group() != GeneralCategoryGroup::Other
        };
        let spaced: String = text.chars().filter(visible).nfc().collect();
        let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut: String = line.chars().take(MAX_CHARS).collect();
        let cut = cut.trim_end();
        (!cut.is_empty()).then(|| Self(cut.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RegistryText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistryText(redacted)")
    }
}

/// What the registry calls a person. Only the surname is compared with the clinic's spelling, so a
/// manager has to see the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistryName {
    /// First name.
    pub first: Option<RegistryText>,
    /// Last name.
    pub last: Option<RegistryText>,
    /// Credential such as `MD`.
    pub credential: Option<RegistryText>,
    /// Primary taxonomy such as `Radiology, Diagnostic Radiology`.
    pub taxonomy: Option<RegistryText>,
}

impl RegistryName {
    /// First and last name, as far as the registry has them.
    pub fn first_and_last(&self) -> Option<String> {
        let parts: Vec<&str> =
            [&self.first, &self.last].into_iter().flatten().map(RegistryText::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_is_one_line_and_reads_as_itself(text in any::<String>()) {
            if let Some(read) = RegistryText::parse(&text) {
                prop_assert!((1..=MAX_CHARS).contains(&read.as_str().chars().count()));
                prop_assert!(!read.as_str().chars().any(char::is_control));
                prop_assert_eq!(RegistryText::parse(read.as_str()), Some(read));
            }
        }
    }

    #[test]
    fn line_breaks_and_invisible_characters_are_dropped() {
        let read = |text| RegistryText::parse(text).map(|read| read.as_str().to_owned());
        assert_eq!(read(" ANNA \r\n MARIE "), Some("ANNA MARIE".into()));
        assert_eq!(read("HA\u{200b}LE\u{202e}"), Some("HALE".into()));
        assert_eq!(read(" \u{feff}\0"), None);
        assert_eq!(read(&"x".repeat(300)).unwrap().len(), MAX_CHARS);
    }

    #[test]
    fn the_name_has_the_parts_that_the_registry_has() {
        let name = |first, last| RegistryName {
            first: RegistryText::parse(first),
            last: RegistryText::parse(last),
            ..RegistryName::default()
        };
        assert_eq!(name("ANNA", "HALE").first_and_last(), Some("ANNA HALE".into()));
        assert_eq!(name("", "HALE").first_and_last(), Some("HALE".into()));
        assert_eq!(name("", "").first_and_last(), None);
    }
}
