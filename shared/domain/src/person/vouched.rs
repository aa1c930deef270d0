//! The names that the verification of an NPI rests on.

use crate::npi::RegistryName;
use crate::person::PersonName;

/// The surnames that were verified and that someone else set, and what the registry calls the person.
///
/// A person can change their own surname, so the current one proves nothing about an NPI. Most people
/// never do, and then both surnames are the current one and are not kept twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VouchedNames {
    /// The surname that was verified or attested. `None` if that is the current one, or if the NPI is not
    /// verified.
    pub verified: Option<PersonName>,
    /// The surname that someone other than the person last set. `None` if that is the current one.
    pub set_by_others: Option<PersonName>,
    /// What the registry calls the person. `None` without an NPI, or if the registry lists no person.
    pub registry: Option<RegistryName>,
}
