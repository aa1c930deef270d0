//! Cursors of a clinic's feed.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::EventNumber;
use crate::ids::ClinicId;

/// Which events the numbers of a clinic's feed belong to. After a restore of the table, the same numbers belong
/// to other events, so the operator renews it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedEpoch(u64);

/// The clinic and the epoch that a cursor belongs to, as a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedTag([u8; TAG_BYTES]);

/// A place in the feed of one clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventCursor {
    /// Before the first event, in every feed.
    Start,
    /// After the event with this number.
    After(FeedTag, EventNumber),
}

/// The text is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotACursor;

const TAG_BYTES: usize = 6;

impl FeedEpoch {
    /// The epoch with this number, which should be random.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The tag of a clinic's cursors.
    pub fn tag(self, clinic: ClinicId) -> FeedTag {
        let mut digest = Sha256::new();
        digest.update(clinic.bytes());
        digest.update(self.0.to_be_bytes());
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&digest.finalize()[..TAG_BYTES]);
        FeedTag(tag)
    }
}

impl EventCursor {
    /// The cursor after an event of a feed.
    pub fn new(tag: FeedTag, number: EventNumber) -> Self {
        if number == EventNumber::START { Self::Start } else { Self::After(tag, number) }
    }

    /// Reads `0`, or 12 hex characters, a dot and a number.
    pub fn parse(text: &str) -> Result<Self, NotACursor> {
        let number = |text: &str| EventNumber::parse(text).map_err(|_| NotACursor);
        let Some((tag, rest)) = text.split_once('.') else {
            return if number(text)? == EventNumber::START {
                Ok(Self::Start)
            } else {
                Err(NotACursor)
            };
        };
        let tag = FeedTag::parse(tag).ok_or(NotACursor)?;
        Ok(Self::After(tag, number(rest)?))
    }
}

impl FeedTag {
    fn parse(text: &str) -> Option<Self> {
        let mut tag = [0; TAG_BYTES];
        let hex = text.len() == 2 * TAG_BYTES && text.bytes().all(|b| b.is_ascii_hexdigit());
        for (byte, digits) in tag.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        hex.then_some(Self(tag))
    }
}

impl fmt::Display for FeedTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Display for EventCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("0"),
            Self::After(tag, number) => write!(f, "{tag}.{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(clinic in any::<[u8; 16]>(), epoch in any::<u64>(), n in 0_u64..=999_999_999_999) {
            let tag = FeedEpoch::new(epoch).tag(ClinicId::from_bytes(clinic));
            let cursor = EventCursor::new(tag, EventNumber::new(n));
            prop_assert_eq!(EventCursor::parse(&cursor.to_string()), Ok(cursor));
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = EventCursor::parse(&text);
        }
    }

    #[test]
    fn a_tag_belongs_to_one_clinic_and_epoch() {
        let (one, other) = (ClinicId::from_bytes([1; 16]), ClinicId::from_bytes([2; 16]));
        let tag = FeedEpoch::new(1).tag(one);
        assert_eq!(tag, FeedEpoch::new(1).tag(one));
        assert_ne!(tag, FeedEpoch::new(2).tag(one));
        assert_ne!(tag, FeedEpoch::new(1).tag(other));
    }

    #[test]
    fn only_the_start_needs_no_tag() {
        assert_eq!(EventCursor::parse("0"), Ok(EventCursor::Start));
        assert_eq!(EventCursor::parse("000"), Ok(EventCursor::Start));
        for wrong in [
            "",
            "7",
            "x",
            ".1",
            "0.1",
            "00112233445.1",
            "001122334455.",
            "001122334455.x",
            "0011223344é.1",
            "001122334455.1.1",
        ] {
            assert_eq!(EventCursor::parse(wrong), Err(NotACursor), "{wrong}");
        }
    }
}
