//! The days on which a person used their access.

use std::collections::BTreeSet;

use crate::time::Day;

/// The days of a person's sign-ins and of the views that they opened, in the time zone that the clinic had then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsedDays {
    /// The days with a sign-in.
    pub sign_ins: BTreeSet<Day>,
    /// The days with an opened view.
    pub views: BTreeSet<Day>,
}

impl UsedDays {
    /// The last day with a sign-in, up to this day.
    pub fn last_sign_in(&self, at: Day) -> Option<Day> {
        self.sign_ins.range(..=at).next_back().copied()
    }

    /// The last day with an opened view, up to this day.
    pub fn last_view(&self, at: Day) -> Option<Day> {
        self.views.range(..=at).next_back().copied()
    }

    /// Adds other days.
    pub fn extend(&mut self, other: Self) {
        self.sign_ins.extend(other.sign_ins);
        self.views.extend(other.views);
    }
}
