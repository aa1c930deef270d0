//! The counters of attempts and their limits.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::credentials::known_browser::{BrowserId, PasswordOf};
use domain::ids::ClinicId;
use domain::network::Network;
use domain::person::email::Email;
use domain::time::Timestamp;

use crate::item::number;
use crate::key::{self, Key};
use crate::{Account, attr};

/// How long a counter stays in the table after its window, so that no attempt in flight finds it gone.
pub(super) const KEEP: Duration = Duration::from_hours(1);

/// The windows of a limit, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    number: i64,
    pub(super) end: Timestamp,
}

impl Window {
    fn at(now: Timestamp, length: Duration) -> Self {
        let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX).max(1);
        let number = now.millis().div_euclid(length);
        let end = number.saturating_add(1).saturating_mul(length);
        Self { number, end: Timestamp::from_millis(end).unwrap_or(now) }
    }
}

/// A limit on attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptLimit {
    /// Wrong passwords for one address from one network: 10 in 15 minutes.
    AddressAndNetwork,
    /// Wrong passwords from one network: 300 in 15 minutes. A whole hospital can share one address.
    Network,
    /// Wrong passwords from one /48 of IPv6: 300 in 15 minutes.
    Site,
    /// Wrong passwords for one address from all networks: 100 in an hour.
    Address,
    /// Wrong passwords for one address in one browser that signed in before: 10 in 15 minutes.
    KnownBrowser,
    /// Password emails to one address: 3 in 15 minutes.
    ResetAddress,
    /// Requests for password emails from one network: 300 in 15 minutes. If a hospital of a thousand
    /// people shares one address and every tenth person forgets their password on the same morning, that
    /// is a third of it.
    ResetNetwork,
    /// NPIs that a clinic looks up, and the NPIs that its invitations verify: 60 in a minute.
    NpiLookups,
}

impl AttemptLimit {
    /// The name for logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AddressAndNetwork => "address and network",
            Self::Network => "network",
            Self::Site => "site",
            Self::Address => "address",
            Self::KnownBrowser => "known browser",
            Self::ResetAddress => "reset, address",
            Self::ResetNetwork => "reset, network",
            Self::NpiLookups => "NPI lookups",
        }
    }

    /// The most attempts in a window.
    pub(super) const fn max(self) -> u32 {
        match self {
            Self::AddressAndNetwork | Self::KnownBrowser => 10,
            Self::Network | Self::Site | Self::ResetNetwork => 300,
            Self::Address => 100,
            Self::ResetAddress => 3,
            Self::NpiLookups => 60,
        }
    }

    const fn window(self) -> Duration {
        match self {
            Self::Address => Duration::from_hours(1),
            Self::NpiLookups => Duration::from_mins(1),
            _ => Duration::from_mins(15),
        }
    }
}

/// Whose password is guessed. The generation is part of the counters' keys, so a new one clears them.
#[derive(Clone, Copy, Debug)]
pub struct GuessedAddress<'a> {
    email: &'a Email,
    generation: u64,
    password_epoch: u32,
}

impl<'a> GuessedAddress<'a> {
    /// An address with its account. Every write of an account, such as a reset of the password or an
    /// acceptance, raises its version, which is the generation of its counters.
    pub fn new(email: &'a Email, account: Option<&Account>) -> Self {
        let (generation, password_epoch) =
            account.map_or((0, 0), |account| (account.version, account.password_epoch));
        Self { email, generation, password_epoch }
    }

    /// The password that is guessed.
    pub fn password(&self) -> PasswordOf<'a> {
        PasswordOf { email: self.email, epoch: self.password_epoch }
    }

    /// The address.
    pub fn email(&self) -> &'a Email {
        self.email
    }
}

/// Where an attempt with a password comes from.
#[derive(Clone, Copy, Debug)]
pub enum AttemptSource {
    /// Any browser or script of a network.
    Network(Network),
    /// A browser in which the address signed in before.
    KnownBrowser(BrowserId),
}

/// A counter of one window.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    pub(super) limit: AttemptLimit,
    pub(super) key: Key,
    pub(super) window: Window,
}

impl Counter {
    fn new(limit: AttemptLimit, now: Timestamp, key: impl FnOnce(i64) -> Key) -> Self {
        let window = Window::at(now, limit.window());
        Self { limit, key: key(window.number), window }
    }
    /// The counters of an attempt. An attempt of a known browser has one of its own and meets no other.
    pub(super) fn all(of: GuessedAddress<'_>, source: AttemptSource, now: Timestamp) -> Vec<Self> {
        let GuessedAddress { email, generation, .. } = of;
        let of_address = |limit, name: String| {
            let key =
                |window| key::throttled_address(email, &format!("{name}#{generation}#{window}"));
            Self::new(limit, now, key)
        };
        let network = match source {
            AttemptSource::KnownBrowser(browser) => {
                return vec![of_address(AttemptLimit::KnownBrowser, format!("BROWSER#{browser}"))];
            }
            AttemptSource::Network(network) => network,
        };
        let pair = format!("NETWORK#{}", key::network_digest(&network));
        let mut counters = vec![
            of_address(AttemptLimit::AddressAndNetwork, pair),
            of_address(AttemptLimit::Address, "PASSWORD".to_owned()),
            Self::of_network(AttemptLimit::Network, &network, "PASSWORD", now),
        ];
        let site = network.site();
        let site = site.map(|site| Self::of_network(AttemptLimit::Site, &site, "PASSWORD", now));
        counters.extend(site);
        counters
    }

    /// The counter of requests from a network for password emails.
    pub(super) fn of_reset_network(network: &Network, now: Timestamp) -> Self {
        Self::of_network(AttemptLimit::ResetNetwork, network, "RESET", now)
    }

    /// The counter of password emails to an address.
    pub(super) fn of_reset_address(email: &Email, now: Timestamp) -> Self {
        let key = |window| key::throttled_address(email, &format!("RESET#{window}"));
        Self::new(AttemptLimit::ResetAddress, now, key)
    }

    /// The counter of a clinic's NPI lookups.
    pub(super) fn of_npi_lookups(clinic: ClinicId, now: Timestamp) -> Self {
        Self::new(AttemptLimit::NpiLookups, now, |window| key::npi_lookups(clinic, window))
    }

    /// When the window began.
    pub(super) fn start(&self) -> Timestamp {
        self.window.end.minus(self.limit.window())
    }

    fn of_network(
        limit: AttemptLimit,
        network: &impl fmt::Display,
        name: &str,
        now: Timestamp,
    ) -> Self {
        let key = |window| key::throttled_network(network, &format!("{name}#{window}"));
        Self::new(limit, now, key)
    }
}

/// The condition that a counter is below `:max`.
pub(super) fn not_full() -> String {
    format!("attribute_not_exists({0}) OR {0} < :max", attr::RESERVED)
}

/// Adds one to a counter that is not full, and leaves the id of the reservation.
pub(super) struct Add {
    pub(super) update: String,
    pub(super) condition: String,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Add {
    pub(super) fn new(counter: &Counter, id: u64) -> Self {
        Self {
            update: format!(
                "SET #ttl = :ttl, {} = :write ADD {} :one",
                attr::WRITE_ID,
                attr::RESERVED
            ),
            condition: not_full(),
            values: HashMap::from([
                (":ttl".to_owned(), number(counter.window.end.plus(KEEP).seconds())),
                (":one".to_owned(), number(1)),
                (":write".to_owned(), number(id)),
                (":max".to_owned(), number(counter.limit.max())),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_at_the_quarter_hour_or_the_full_hour() {
        let at = |text| Timestamp::parse(text).unwrap();
        for (now, length, end) in [
            ("2026-11-27T10:15:00.000Z", 15, "2026-11-27T10:30:00.000Z"),
            ("2026-11-27T10:29:59.999Z", 15, "2026-11-27T10:30:00.000Z"),
            ("2026-11-27T10:30:00.000Z", 15, "2026-11-27T10:45:00.000Z"),
            ("2026-11-27T10:30:00.000Z", 60, "2026-11-27T11:00:00.000Z"),
        ] {
            assert_eq!(Window::at(at(now), Duration::from_mins(length)).end, at(end), "{now}");
        }
    }
}
