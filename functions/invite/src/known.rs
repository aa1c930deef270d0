//! What of a clinic is remembered from one invite to the next.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::clinic::{Clinic, InvitationDays};
use domain::ids::ClinicId;
use domain::time::Timestamp;

/// How long a clinic's change of its days may go unnoticed.
const KEPT_FOR: Duration = Duration::from_mins(5);

/// How long the invitations of clinics stay open. Clones share one memory.
///
/// With it, an invite of somebody new reads nothing but its caller: what else there is to know, the
/// conditions of its transaction find out.
#[derive(Clone, Debug, Default)]
pub struct KnownDays(Arc<Mutex<HashMap<ClinicId, (InvitationDays, Timestamp)>>>);

impl KnownDays {
    /// The days of a clinic that was read a short while ago.
    pub(crate) fn of(&self, clinic: ClinicId, now: Timestamp) -> Option<InvitationDays> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (days, until) = known.get(&clinic)?;
        (now < *until).then_some(*days)
    }

    /// Remembers what was read.
    pub(crate) fn note(&self, clinic: &Clinic, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(clinic.id, (clinic.invitation_days, now.plus(KEPT_FOR)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clinic(n: u8, days: u8) -> Clinic {
        Clinic {
            id: ClinicId::parse(&format!("01900000-0000-7000-8000-0000000000{n:02x}")).unwrap(),
            name: domain::person::PersonName::parse("Riverside").unwrap(),
            invitation_days: InvitationDays::new(days).unwrap(),
            reply_to: None,
            managers: 1,
            created_at: Timestamp::from_millis(0).unwrap(),
        }
    }

    #[test]
    fn days_are_known_for_five_minutes_and_to_every_clone() {
        let (known, now) = (KnownDays::default(), Timestamp::from_millis(0).unwrap());
        let (one, other) = (clinic(1, 3), clinic(2, 9));
        known.clone().note(&one, now);
        let days = |of: &Clinic, at| known.of(of.id, at).map(InvitationDays::get);
        assert_eq!(days(&one, now.plus(Duration::from_secs(299))), Some(3));
        assert_eq!(days(&one, now.plus(Duration::from_mins(5))), None);
        assert_eq!(days(&other, now), None);
    }
}
