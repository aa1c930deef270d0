//! A cache of how many days each clinic gives to accept an invitation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::clinic::{Clinic, InvitationDays};
use domain::ids::ClinicId;
use domain::time::Timestamp;

/// How long a clinic's days are cached. A change takes effect within this time.
const CACHE_TIME: Duration = Duration::from_mins(5);

/// How long the invitations of each clinic stay open. Clones share one cache.
///
/// With a cached clinic, an invite of a new person reads only its caller. The conditions of the
/// transaction check everything else.
#[derive(Clone, Debug, Default)]
pub struct InvitationDaysCache(Arc<Mutex<HashMap<ClinicId, (InvitationDays, Timestamp)>>>);

impl InvitationDaysCache {
    /// The days of a clinic, unless they expired or were never cached.
    pub(crate) fn get(&self, clinic: ClinicId, now: Timestamp) -> Option<InvitationDays> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (days, until) = cached.get(&clinic)?;
        (now < *until).then_some(*days)
    }

    /// Caches the days of a clinic that was just read.
    pub(crate) fn remember(&self, clinic: &Clinic, now: Timestamp) {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached.insert(clinic.id, (clinic.invitation_days, now.plus(CACHE_TIME)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clinic(n: u8, days: u8) -> Clinic {
        Clinic {
            id: ClinicId::parse(&format!("01900000-0000-7000-8000-0000000000{n:02x}")).unwrap(),
            name: domain::clinic::ClinicName::parse("Riverside").unwrap(),
            invitation_days: InvitationDays::new(days).unwrap(),
            session_idle: domain::session::IdleMinutes::default(),
            reply_to: None,
            time_zone: domain::clinic::TimeZone::default(),
            managers: 1,
            owners: 1,
            version: 1,
            created_at: Timestamp::from_millis(0).unwrap(),
        }
    }

    #[test]
    fn clones_share_cached_days_for_five_minutes() {
        let (cache, now) = (InvitationDaysCache::default(), Timestamp::from_millis(0).unwrap());
        let (one, other) = (clinic(1, 3), clinic(2, 9));
        cache.clone().remember(&one, now);
        let days = |of: &Clinic, at| cache.get(of.id, at).map(InvitationDays::get);
        assert_eq!(days(&one, now.plus(Duration::from_secs(299))), Some(3));
        assert_eq!(days(&one, now.plus(Duration::from_mins(5))), None);
        assert_eq!(days(&other, now), None);
    }
}
