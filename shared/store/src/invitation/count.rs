//! How many invitations of a clinic match.

use domain::ids::ClinicId;
use domain::invitation::Invitation;

use crate::page::{BUDGET, Entry};
use crate::{InvitationRange, Store, StoreError};

/// The largest count.
const MOST: usize = 100;

/// How many invitations match, 100 at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationCount {
    /// How many were counted.
    pub count: usize,
    /// Whether there are more, or may be more because not all were read.
    pub more: bool,
}

/// How many bytes may still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadBudget(u64);

impl ReadBudget {
    /// A budget of this many bytes. The last read may exceed it.
    pub fn of(bytes: u64) -> Self {
        Self(bytes)
    }
}

impl Default for ReadBudget {
    fn default() -> Self {
        Self(BUDGET)
    }
}

impl Store {
    /// Counts the invitations of a range that each of `rules` accepts. Reads them once, newest first, until the budget is
    /// spent or every count is reached.
    pub async fn count_invitations<const N: usize>(
        &self,
        clinic: ClinicId,
        range: &InvitationRange,
        rules: [&(dyn Fn(&Invitation) -> bool + Sync); N],
        budget: &mut ReadBudget,
    ) -> Result<[InvitationCount; N], StoreError> {
        let (mut counts, mut after, mut read_all) = ([0; N], None, false);
        while budget.0 > 0 && !read_all && counts.iter().any(|count| *count <= MOST) {
            let chunk = self.read_chunk(clinic, &range.before(after), 100).await?;
            budget.0 = budget.0.saturating_sub(chunk.bytes);
            let items = chunk.entries.iter().filter_map(Entry::item);
            for invitation in items.filter(|invitation| range.includes(invitation)) {
                for (count, rule) in counts.iter_mut().zip(rules) {
                    *count += usize::from(rule(invitation));
                }
            }
            read_all = !chunk.more;
            match chunk.entries.iter().rev().find_map(Entry::id) {
                Some(last) => after = Some(last),
                // Without an id there is nowhere to continue.
                None => break,
            }
        }
        let counted = |count: usize| InvitationCount {
            count: count.min(MOST),
            more: count > MOST || !read_all,
        };
        Ok(counts.map(counted))
    }
}
