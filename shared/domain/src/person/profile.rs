//! Profiles: the names, role and permissions of an invited person or a user.

use crate::field::FieldFaults;
use crate::ids::UserId;
use crate::npi::{Npi, NpiStatus, RegistryAnswer};
use crate::person::permissions::{AssignableLevel, Level, NotAttested, Permissions, Reporting};
use crate::person::{ClinicRole, FullName, PersonName, PhoneNumber};
use crate::time::Timestamp;

/// Names, phone number, role and permissions. The address never changes, so it is not a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// All parts of the name.
    pub name: FullName,
    /// Phone number.
    pub phone: Option<PhoneNumber>,
    /// Role in the clinic.
    pub role: ClinicRole,
    /// What the person may do.
    pub permissions: Permissions,
}

/// A change to a profile. `None` keeps a field, and `Some(None)` clears an optional one.
#[derive(Clone, Debug, Default)]
pub struct ProfileChanges {
    /// First name.
    pub first: Option<PersonName>,
    /// Middle name.
    pub middle: Option<Option<PersonName>>,
    /// Last name.
    pub last: Option<PersonName>,
    /// Suffix.
    pub suffix1: Option<Option<PersonName>>,
    /// Second suffix.
    pub suffix2: Option<Option<PersonName>>,
    /// Phone number.
    pub phone: Option<Option<PhoneNumber>>,
    /// Role in the clinic.
    pub role: Option<ClinicRole>,
    /// Level.
    pub level: Option<AssignableLevel>,
    /// `canManageStudies`.
    pub manage_studies: Option<bool>,
    /// `canCreateReports`.
    pub create_reports: Option<bool>,
    /// `hasDashboardAccess`.
    pub dashboard: Option<bool>,
    /// `npiNumber`.
    pub npi: Option<Option<Npi>>,
}

impl Profile {
    /// Applies `changes`. A new NPI, or a new surname, sets the verification to `pending`.
    pub fn apply(&self, changes: ProfileChanges) -> Result<Self, FieldFaults> {
        let old = &self.name;
        let name = FullName {
            first: changes.first.unwrap_or_else(|| old.first.clone()),
            middle: changes.middle.unwrap_or_else(|| old.middle.clone()),
            last: changes.last.unwrap_or_else(|| old.last.clone()),
            suffix1: changes.suffix1.unwrap_or_else(|| old.suffix1.clone()),
            suffix2: changes.suffix2.unwrap_or_else(|| old.suffix2.clone()),
        };
        let mut requested = self.permissions.to_request();
        requested.level = changes.level.map_or(requested.level, Level::from);
        requested.manage_studies = changes.manage_studies.unwrap_or(requested.manage_studies);
        requested.create_reports = changes.create_reports.unwrap_or(requested.create_reports);
        requested.dashboard = changes.dashboard.unwrap_or(requested.dashboard);
        let npi = changes.npi.unwrap_or(requested.npi.map(|(npi, _)| npi));
        let kept = requested.npi.filter(|(held, _)| Some(*held) == npi && name.last == old.last);
        requested.npi = kept.or(npi.map(|npi| (npi, NpiStatus::Pending)));
        Ok(Self {
            name,
            phone: changes.phone.unwrap_or_else(|| self.phone.clone()),
            role: changes.role.unwrap_or(self.role),
            permissions: Permissions::grant(requested)?,
        })
    }

    /// The NPI if it is still `pending` and needs a registry lookup.
    pub fn npi_to_verify(&self) -> Option<Npi> {
        match self.permissions.reporting {
            Reporting::WithNpi { npi, verification: NpiStatus::Pending, .. } => Some(npi),
            _ => None,
        }
    }

    /// Records the registry's answer. Refuses an NPI that the registry rules out.
    pub fn verify_npi(mut self, answer: &RegistryAnswer) -> Result<Self, FieldFaults> {
        let verification = NpiStatus::from_answer(answer, self.name.last.as_str());
        if let Some(refused) = verification.refusal(answer) {
            return Err(refused.at("npiNumber").into());
        }
        self.permissions = self.permissions.with_verification(verification);
        Ok(self)
    }

    /// Records the registry's answer, even if it rules out the NPI. The person then cannot report.
    #[must_use]
    pub fn record_answer(mut self, answer: &RegistryAnswer) -> Self {
        let verification = NpiStatus::from_answer(answer, self.name.last.as_str());
        self.permissions = self.permissions.with_verification(verification);
        self
    }

    /// Records the answer of a repeated registry lookup.
    #[must_use]
    pub fn recheck_npi(mut self, answer: &RegistryAnswer) -> Self {
        if let Some((_, held)) = self.permissions.npi() {
            let found = held.recheck(answer, self.name.last.as_str());
            self.permissions = self.permissions.with_verification(found);
        }
        self
    }

    /// Records that an owner or admin attests the NPI.
    pub fn attest(mut self, by: UserId, at: Timestamp) -> Result<Self, NotAttested> {
        self.permissions = self.permissions.attest(by, at)?;
        Ok(self)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::npi::VerificationBasis;
    use crate::person::permissions::AccessLevel;

    pub(crate) fn name(text: &str) -> PersonName {
        PersonName::parse(text).unwrap()
    }

    pub(crate) fn profile() -> Profile {
        Profile {
            name: FullName {
                first: name("Ada"),
                middle: None,
                last: name("Okafor"),
                suffix1: Some(name("MD")),
                suffix2: None,
            },
            phone: None,
            role: ClinicRole::Radiologist,
            permissions: Permissions {
                access_level: AccessLevel::Member { dashboard: false },
                manage_studies: false,
                reporting: Reporting::WithNpi {
                    npi: Npi::parse("1234567893").unwrap(),
                    verification: NpiStatus::Verified(VerificationBasis::Registry),
                    granted: true,
                },
            },
        }
    }

    #[test]
    fn null_clears_a_field_and_a_missing_one_is_kept() {
        let changed = profile()
            .apply(ProfileChanges { suffix1: Some(None), ..ProfileChanges::default() })
            .unwrap();
        assert_eq!(changed.name.suffix1, None);
        assert_eq!(changed.name.first, name("Ada"));
        assert_eq!(profile().apply(ProfileChanges::default()), Ok(profile()));
    }

    #[test]
    fn a_new_npi_or_surname_is_verified_again() {
        let other = Npi::parse("1245319599").unwrap();
        let new_npi = profile()
            .apply(ProfileChanges { npi: Some(Some(other)), ..ProfileChanges::default() })
            .unwrap();
        assert_eq!(new_npi.npi_to_verify(), Some(other));
        let new_surname = profile()
            .apply(ProfileChanges { last: Some(name("Obi")), ..ProfileChanges::default() })
            .unwrap();
        assert!(new_surname.npi_to_verify().is_some());
        let new_first = profile()
            .apply(ProfileChanges { first: Some(name("Eve")), ..ProfileChanges::default() })
            .unwrap();
        assert_eq!(new_first.npi_to_verify(), None);
    }

    #[test]
    fn only_a_new_npi_or_surname_clears_an_attestation() {
        let mut mismatched = profile();
        mismatched.permissions = mismatched.permissions.with_verification(NpiStatus::NameMismatch);
        let attested = mismatched.attest(UserId::from_bytes([1; 16]), Timestamp::EPOCH).unwrap();
        let after = |changes| {
            let changed: Profile = attested.apply(changes).unwrap();
            changed.permissions.verification_name()
        };
        let other = Npi::parse("1245319599").unwrap();
        for (changes, name) in [
            (ProfileChanges { npi: Some(Some(other)), ..ProfileChanges::default() }, "pending"),
            (ProfileChanges { last: Some(name("Obi")), ..ProfileChanges::default() }, "pending"),
            (
                ProfileChanges {
                    first: Some(name("Eve")),
                    create_reports: Some(false),
                    ..ProfileChanges::default()
                },
                "verified",
            ),
        ] {
            assert_eq!(after(changes), name);
        }
    }

    #[test]
    fn clearing_the_npi_of_a_person_who_reports_is_refused() {
        let faults = profile()
            .apply(ProfileChanges { npi: Some(None), ..ProfileChanges::default() })
            .unwrap_err();
        assert_eq!(faults.0[0].code, "npi_required");
    }

    #[test]
    fn an_admin_needs_dashboard_access() {
        let changes =
            ProfileChanges { level: Some(AssignableLevel::Admin), ..ProfileChanges::default() };
        assert_eq!(profile().apply(changes).unwrap_err().0[0].code, "admin_needs_dashboard");
    }

    #[test]
    fn each_answer_of_the_registry_has_its_own_effect() {
        let unverified = profile().permissions.with_verification(NpiStatus::Pending);
        let profile = Profile { permissions: unverified, ..profile() };
        let refused = profile.clone().verify_npi(&RegistryAnswer::Unknown).unwrap_err();
        assert_eq!(
            (refused.0[0].field.as_str(), refused.0[0].code),
            ("npiNumber", "npi_not_found")
        );
        let other = RegistryAnswer::Person { surnames: vec!["OBI".into()] };
        let shown = profile.clone().verify_npi(&other).unwrap();
        assert_eq!(shown.permissions.verification_name(), "name_mismatch");
        assert!(!shown.permissions.may_report_now());
        assert_eq!(profile.clone().verify_npi(&RegistryAnswer::Unavailable), Ok(profile.clone()));
        assert_eq!(
            profile.record_answer(&RegistryAnswer::Deactivated).permissions.verification_name(),
            "deactivated"
        );
    }
}
