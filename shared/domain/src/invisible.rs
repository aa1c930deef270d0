//! Characters that no one can see, and the few that a script needs.

use icu_properties::props::{
    DefaultIgnorableCodePoint, Emoji, JoiningType, Script, UnifiedIdeograph,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::char::canonical_combining_class;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';

/// The combining class of viramas, which join two consonants.
const VIRAMA: u8 = 9;

/// Whether a character is a control, or shows nothing. White space is not invisible.
pub(crate) fn is_invisible(c: char) -> bool {
    use GeneralCategory as G;
    // The blank Braille pattern is a symbol.
    c == '\u{2800}'
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || match c.general_category() {
            G::Control => !c.is_whitespace(),
            G::Format | G::PrivateUse | G::Surrogate | G::Unassigned => true,
            _ => false,
        }
}

/// Whether the text has an invisible character that its script does not need.
pub(crate) fn has_needless_invisible(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    chars.iter().enumerate().any(|(at, c)| is_invisible(*c) && !is_needed(*c, &chars, at))
}

/// Removes white space, direction marks and other invisible characters at both ends. Text that is
/// pasted from another program often has some.
pub(crate) fn trim(text: &str) -> &str {
    let edge = |c: char| c.is_whitespace() || is_invisible(c) && !is_variation_selector(c);
    let start = text.trim_start_matches(edge);
    let trimmed = start.trim_end_matches(edge);
    // Malayalam writes some last consonants with a virama and a joiner.
    let ends_in_virama = trimmed.chars().next_back().is_some_and(is_virama);
    if ends_in_virama && start[trimmed.len()..].starts_with(JOINER) {
        &start[..trimmed.len() + JOINER.len_utf8()]
    } else {
        trimmed
    }
}

/// Whether the invisible character at this place changes how a word of its script is written.
fn is_needed(c: char, chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| chars[before]);
    let after = chars.get(at + 1).copied();
    match c {
        // RFC 5892 section A.1.
        NON_JOINER => before.is_some_and(is_virama) || separates_joining_letters(chars, at),
        // RFC 5892 section A.2. Bengali and Sinhala also write the joiner before the virama.
        JOINER => before.is_some_and(is_virama) || after.is_some_and(is_virama),
        '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(is_emoji),
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => {
            before.is_some_and(|c| CodePointSetData::new::<UnifiedIdeograph>().contains(c))
        }
        '\u{180b}'..='\u{180f}' => before.is_some_and(is_mongolian),
        _ => false,
    }
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180f}')
}

fn is_virama(c: char) -> bool {
    canonical_combining_class(c) == VIRAMA
}

fn is_emoji(c: char) -> bool {
    !c.is_ascii() && CodePointSetData::new::<Emoji>().contains(c)
}

fn is_mongolian(c: char) -> bool {
    CodePointMapData::<Script>::new().get(c) == Script::Mongolian && c.is_alphabetic()
}

/// Whether the nearest letters on both sides would join without the character at this place.
fn separates_joining_letters(chars: &[char], at: usize) -> bool {
    let joining = |c: &char| CodePointMapData::<JoiningType>::new().get(*c);
    let joins = |side: Option<JoiningType>, to: JoiningType| {
        side.is_some_and(|side| side == to || side == JoiningType::DualJoining)
    };
    let opaque = |side: &JoiningType| *side != JoiningType::Transparent;
    joins(chars[..at].iter().rev().map(joining).find(opaque), JoiningType::LeftJoining)
        && joins(chars[at + 1..].iter().map(joining).find(opaque), JoiningType::RightJoining)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_trimmed_text_stays_as_it_is(text in any::<String>()) {
            let trimmed = trim(&text);
            prop_assert_eq!(trim(trimmed), trimmed);
            let _ = has_needless_invisible(&text);
        }
    }

    #[test]
    fn a_joiner_is_needed_between_letters_that_it_joins_or_separates() {
        for (text, needed) in [
            ("علی\u{200c}رضا", true),
            ("مِ\u{200c}هر", true),
            ("ශ්\u{200d}රී", true),
            ("श्\u{200d}याम", true),
            ("ന്\u{200d}", true),
            ("র\u{200d}্যাচেল", true),
            ("ക്\u{200c}ഷ", true),
            ("A\u{200d}da", false),
            ("A\u{200c}da", false),
            ("علی\u{200c}\u{200c}رضا", false),
            ("علی\u{200c} رضا", false),
            ("دا\u{200c}رضا", false),
            ("מש\u{200d}ה", false),
        ] {
            assert_eq!(!has_needless_invisible(text), needed, "{text:?}");
        }
    }

    #[test]
    fn a_variation_selector_is_needed_after_a_character_that_has_variants() {
        for (text, needed) in [
            ("渡辺\u{e0100}", true),
            ("葛\u{fe00}城", true),
            ("ᠰ\u{180b}ᠠ", true),
            ("ᠨ\u{180e}ᠠ", true),
            ("❤\u{fe0f}", true),
            ("Ada\u{fe0f}", false),
            ("A\u{e0100}da", false),
            ("1\u{fe0f}", false),
            ("A\u{180b}da", false),
            ("\u{fe00}", false),
        ] {
            assert_eq!(!has_needless_invisible(text), needed, "{text:?}");
        }
    }

    #[test]
    fn marks_at_both_ends_are_trimmed() {
        for (text, expected) in [
            (" \u{200f}משה\u{200f} ", "משה"),
            ("\u{202b}משה\u{202c}", "משה"),
            ("\u{2067} محمد \u{2069}", "محمد"),
            ("محمد\u{61c}", "محمد"),
            ("\u{feff}Ada\u{200b}", "Ada"),
            ("علی\u{200c}", "علی"),
            ("അരുണ്\u{200d}\u{200e}", "അരുണ്\u{200d}"),
            ("辺\u{e0100}", "辺\u{e0100}"),
            ("\u{200e}", ""),
        ] {
            assert_eq!(trim(text), expected, "{text:?}");
        }
    }
}
