//! The number of an event in its clinic's feed.

use std::fmt;

/// The place of an event in its clinic's feed. The first event has number 1, and none is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventNumber(u64);

/// The text is not the number of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber;

/// How many digits a number has at most. At a thousand events a second, they last for 31 years.
const DIGITS: usize = 12;

impl EventNumber {
    /// Before the first event.
    pub const START: Self = Self(0);
    /// The largest number.
    pub const LAST: Self = Self(999_999_999_999);

    /// The event with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Reads up to 12 digits.
    pub fn parse(text: &str) -> Result<Self, NotANumber> {
        let digits = (1..=DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if !digits {
            return Err(NotANumber);
        }
        text.parse().map(Self).map_err(|_| NotANumber)
    }

    /// The number as an integer.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number of the event before. The first event has [`EventNumber::START`] before it.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The number of the next event.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for EventNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_number_survives_its_text(number in 0_u64..=999_999_999_999) {
            let number = EventNumber::new(number);
            prop_assert_eq!(EventNumber::parse(&number.to_string()), Ok(number));
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = EventNumber::parse(&text);
        }
    }

    #[test]
    fn only_digits_are_a_number() {
        assert_eq!(EventNumber::parse("007"), Ok(EventNumber::new(7)));
        assert_eq!(EventNumber::parse("999999999999"), Ok(EventNumber::LAST));
        for wrong in ["", "-1", "+1", "1.0", "1e3", " 1", "\u{661}", "1000000000000", "x"] {
            assert_eq!(EventNumber::parse(wrong), Err(NotANumber), "{wrong}");
        }
    }
}
