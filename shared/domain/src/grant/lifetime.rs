//! How long links and views last.

use std::time::Duration;

use crate::field::Refusal;
use crate::ids::AccessId;
use crate::time::Timestamp;

/// How long a view token is valid. A revocation reaches an open view within this time.
pub const VIEW_TOKEN_LIFE: Duration = Duration::from_mins(5);
/// How much the clocks of two functions may differ.
const CLOCKS_APART: Duration = Duration::from_mins(1);

/// How long a link works: 15 to 300 seconds, with a default of 60.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSeconds(u32);

impl LinkSeconds {
    /// The default for the link of an ephemeral session.
    pub const EPHEMERAL: Self = Self(30);
    const LONGEST: u32 = 300;

    /// Reads a number of seconds.
    pub fn new(seconds: u32) -> Result<Self, Refusal> {
        const RANGE: Refusal =
            Refusal::new("link_seconds_range", "Send a whole number from 15 to 300.");
        if (15..=Self::LONGEST).contains(&seconds) { Ok(Self(seconds)) } else { Err(RANGE) }
    }

    /// Converts to a duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0.into())
    }
}

impl Default for LinkSeconds {
    fn default() -> Self {
        Self(60)
    }
}

/// How long a view lasts once its link was opened: 5 minutes to 12 hours, with a default of an hour. A
/// view that is not bound to a key lasts an hour at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewSeconds(u32);

impl ViewSeconds {
    const LONGEST: u32 = 43_200;
    /// The longest view whose token works for anyone who has it.
    const LONGEST_UNBOUND: u32 = 3600;

    /// Reads a number of seconds.
    pub fn new(seconds: u32) -> Result<Self, Refusal> {
        const RANGE: Refusal =
            Refusal::new("view_seconds_range", "Send a whole number from 300 to 43200.");
        if (300..=Self::LONGEST).contains(&seconds) { Ok(Self(seconds)) } else { Err(RANGE) }
    }

    /// The number of seconds.
    pub fn get(self) -> u32 {
        self.0
    }

    /// How long a view lasts that is not bound to a key: this long, but an hour at most.
    #[must_use]
    pub fn unbound(self) -> Self {
        Self(self.0.min(Self::LONGEST_UNBOUND))
    }

    /// Converts to a duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0.into())
    }
}

impl Default for ViewSeconds {
    fn default() -> Self {
        Self(3600)
    }
}

/// The smallest id of an access that can be alive at `now`, for ranges of keys. No access lasts longer
/// than the longest link and the longest view together.
pub fn oldest_live_id(now: Timestamp) -> AccessId {
    let longest = Duration::from_secs(u64::from(LinkSeconds::LONGEST + ViewSeconds::LONGEST));
    AccessId::floor(now.minus(longest + CLOCKS_APART))
}

/// The smallest id that a grant whose link can be opened at `now` can have.
pub fn oldest_unopened_id(now: Timestamp) -> AccessId {
    let longest = Duration::from_secs(u64::from(LinkSeconds::LONGEST));
    AccessId::floor(now.minus(longest + CLOCKS_APART))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::tests::FixedEntropy;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_numbers_in_the_range_are_accepted(seconds in any::<u32>()) {
            prop_assert_eq!(LinkSeconds::new(seconds).is_ok(), (15..=300).contains(&seconds));
            prop_assert_eq!(ViewSeconds::new(seconds).is_ok(), (300..=43_200).contains(&seconds));
        }

        #[test]
        fn a_view_without_a_key_lasts_an_hour_at_most(seconds in 300_u32..=43_200) {
            let view = ViewSeconds::new(seconds).unwrap();
            prop_assert_eq!(view.unbound().get(), seconds.min(3600));
        }

        #[test]
        fn no_live_access_is_older_than_the_bound(link in 15_u32..=300, view in 300_u32..=43_200, age in 0_u64..50_000) {
            let made = Timestamp::from_millis(1_795_512_600_000).unwrap();
            let now = made.plus(Duration::from_secs(age));
            let end = made.plus(LinkSeconds::new(link).unwrap().duration()).plus(ViewSeconds::new(view).unwrap().duration());
            prop_assert!(end <= now || AccessId::new(made, &FixedEntropy(0)) >= oldest_live_id(now));
        }
    }

    #[test]
    fn a_link_lasts_60_seconds_an_ephemeral_one_30_and_a_view_an_hour() {
        assert_eq!(LinkSeconds::default().duration(), Duration::from_mins(1));
        assert_eq!(LinkSeconds::EPHEMERAL.duration(), Duration::from_secs(30));
        assert_eq!(ViewSeconds::default().duration(), Duration::from_hours(1));
    }
}
