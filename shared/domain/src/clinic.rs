//! A clinic and its settings.

use std::time::Duration;

use crate::field::Refusal;
use crate::ids::ClinicId;
use crate::person::PersonName;
use crate::person::email::Email;
use crate::session::IdleMinutes;
use crate::time::Timestamp;

/// How many days an invitation stays open: 1 to 30, with a default of 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationDays(u8);

impl InvitationDays {
    /// Reads a number of days.
    pub fn new(days: u8) -> Result<Self, Refusal> {
        const RANGE: Refusal =
            Refusal::new("invitation_days_range", "Send a whole number from 1 to 30.");
        if (1..=30).contains(&days) { Ok(Self(days)) } else { Err(RANGE) }
    }

    /// The number of days.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Converts to a duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0) * 24 * 60 * 60)
    }
}

impl Default for InvitationDays {
    fn default() -> Self {
        Self(7)
    }
}

/// A clinic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clinic {
    /// Its id.
    pub id: ClinicId,
    /// Its name, as emails show it.
    pub name: PersonName,
    /// How long invitations of this clinic stay open.
    pub invitation_days: InvitationDays,
    /// How long a session may stay unused.
    pub session_idle: IdleMinutes,
    /// The address for replies to its emails.
    pub reply_to: Option<Email>,
    /// How many active owners and admins it has. At least one must remain.
    pub managers: u32,
    /// When it was provisioned.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_stays_open_1_to_30_days_and_7_by_default() {
        assert_eq!(InvitationDays::default().duration(), Duration::from_hours(7 * 24));
        assert!(InvitationDays::new(1).is_ok() && InvitationDays::new(30).is_ok());
        assert!(InvitationDays::new(0).is_err() && InvitationDays::new(31).is_err());
    }
}
