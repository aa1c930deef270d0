//! Claims: who holds an address or an NPI in a clinic. Each has one holder at a time.

use crate::ids::InvitationId;
use crate::npi::NpiStatus;
use crate::npi::due::NextLookup;
use crate::time::Timestamp;

/// How many invitations a claim remembers. The `email` filter of the list reads them.
const HISTORY: usize = 100;

/// The holder of an address or NPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// No one.
    Free,
    /// A pending invitation, until it expires.
    Invitation {
        /// The invitation.
        id: InvitationId,
        /// When the invitation expires. From then on, another one can take the claim.
        until: Timestamp,
    },
    /// The user who accepted this invitation.
    User(InvitationId),
}

/// A claim on an address or NPI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The current holder.
    pub holder: Holder,
    /// The last 100 invitations that held it, newest first.
    pub history: Vec<InvitationId>,
    /// When to look up an NPI in the registry again. Always `None` for an address.
    pub due: Option<NextLookup>,
    /// Counts the writes. 0 means that the claim was never written.
    pub version: u64,
}

impl Claim {
    /// A claim that was never written.
    pub fn unclaimed() -> Self {
        Self { holder: Holder::Free, history: Vec::new(), due: None, version: 0 }
    }

    /// Returns the holder that keeps `wanting` from taking the claim at `now`.
    pub fn holder_other_than(&self, wanting: InvitationId, now: Timestamp) -> Option<Holder> {
        match self.holder {
            Holder::Free => None,
            Holder::Invitation { id, until } if id == wanting || until <= now => None,
            Holder::User(id) if id == wanting => None,
            other => Some(other),
        }
    }

    /// Gives the claim to a pending invitation.
    #[must_use]
    pub fn hold_for_invitation(mut self, id: InvitationId, until: Timestamp) -> Self {
        if !self.history.contains(&id) {
            self.history.insert(0, id);
            self.history.truncate(HISTORY);
        }
        self.set_holder(Holder::Invitation { id, until })
    }

    /// Gives the claim to the user of the invitation `id`.
    #[must_use]
    pub fn hold_for_user(self, id: InvitationId) -> Self {
        self.set_holder(Holder::User(id))
    }

    /// Frees the claim. Returns `None` if `id` no longer holds it.
    pub fn release(self, id: InvitationId) -> Option<Self> {
        match self.holder {
            Holder::Invitation { id: held, .. } | Holder::User(held) if held == id => {
                let mut free = self.set_holder(Holder::Free);
                free.due = None;
                Some(free)
            }
            _ => None,
        }
    }

    /// Sets when to look up the NPI again, which depends on its verification. Keeps the planned time
    /// if that is earlier.
    #[must_use]
    pub fn schedule_lookup(mut self, verification: NpiStatus, now: Timestamp) -> Self {
        let planned = self.due;
        self.due = NextLookup::after(verification, now)
            .map(|due| planned.filter(|planned| planned.at < due.at).unwrap_or(due));
        self
    }

    /// Changes only when to look up the NPI again.
    #[must_use]
    pub fn reschedule(mut self, due: Option<NextLookup>) -> Self {
        self.due = due;
        self.version += 1;
        self
    }

    fn set_holder(mut self, holder: Holder) -> Self {
        self.holder = holder;
        self.version += 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(n: u8) -> InvitationId {
        InvitationId::from_bytes([n; 16])
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms).unwrap()
    }

    proptest! {
        #[test]
        fn one_holder_at_a_time(requests in proptest::collection::vec((0_u8..4, 0_i64..100, any::<bool>()), 0..30)) {
            let mut claim = Claim::unclaimed();
            for (who, now, accept) in requests {
                let before = claim.clone();
                if let Some(other) = claim.holder_other_than(id(who), at(now)) {
                    prop_assert_ne!(other, Holder::Free);
                    prop_assert_eq!(claim.clone().release(id(who)), None, "only the holder releases a claim");
                    continue;
                }
                claim = if accept { claim.hold_for_user(id(who)) } else { claim.hold_for_invitation(id(who), at(now + 10)) };
                prop_assert_eq!(claim.version, before.version + 1);
                prop_assert_eq!(claim.holder_other_than(id(who), at(now)), None);
                prop_assert!(claim.holder_other_than(id(9), at(now)).is_some());
            }
        }
    }

    #[test]
    fn an_expired_invitation_does_not_block_a_claim_but_a_user_does() {
        let invited = Claim::unclaimed().hold_for_invitation(id(1), at(10));
        assert!(invited.holder_other_than(id(2), at(9)).is_some());
        assert_eq!(invited.holder_other_than(id(2), at(10)), None);
        assert!(invited.hold_for_user(id(1)).holder_other_than(id(2), at(1_000_000)).is_some());
    }

    #[test]
    fn a_claim_remembers_its_newest_100_invitations() {
        let mut claim = Claim::unclaimed();
        for n in 0..=HISTORY {
            claim = claim.hold_for_invitation(id(u8::try_from(n).unwrap()), at(0));
        }
        assert_eq!(claim.history.len(), HISTORY);
        assert_eq!(claim.history[0], id(100));
    }

    #[test]
    fn the_earlier_lookup_is_kept_and_a_free_number_is_never_looked_up() {
        let verified = NpiStatus::Verified(crate::npi::VerificationBasis::Registry);
        let claim = Claim::unclaimed().hold_for_invitation(id(1), at(10));
        let monthly = claim.schedule_lookup(verified, at(0));
        assert_eq!(monthly.due, NextLookup::after(verified, at(0)));
        let user = monthly.hold_for_user(id(1)).schedule_lookup(verified, at(5));
        assert_eq!(user.due, NextLookup::after(verified, at(0)), "the earlier date is kept");
        let soon = user.schedule_lookup(NpiStatus::Pending, at(5));
        assert_eq!(soon.due, NextLookup::after(NpiStatus::Pending, at(5)));
        assert_eq!(soon.clone().release(id(1)).unwrap().due, None);
        assert_eq!(soon.schedule_lookup(NpiStatus::NameMismatch, at(5)).due, None);
    }
}
