//! Profiles: the names, role and permissions of an invited person or a user.

use crate::field::FieldFaults;
use crate::ids::UserId;
use crate::npi::{Attester, Npi, NpiStatus, RegistryAnswer, VerificationBasis, surnames_match};
use crate::person::permissions::{Level, NotAttested, Permissions, Reporting};
use crate::person::vouched::VouchedNames;
use crate::person::{ClinicRole, FullName, NameSuffix, PersonName, PhoneNumber};
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
    /// The names that the verification of the NPI rests on.
    pub vouched: VouchedNames,
}

/// Who changes a profile. No one can verify their own NPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileEditor {
    /// The person whose profile it is.
    Themselves,
    /// Anyone else.
    SomeoneElse,
}

impl ProfileEditor {
    /// Who changes the profile of `person` if `by` acts: the signed-in person, or the maker of the API key.
    pub fn of(by: Option<UserId>, person: UserId) -> Self {
        if by == Some(person) { Self::Themselves } else { Self::SomeoneElse }
    }
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
    pub suffix1: Option<Option<NameSuffix>>,
    /// Second suffix.
    pub suffix2: Option<Option<NameSuffix>>,
    /// Phone number.
    pub phone: Option<Option<PhoneNumber>>,
    /// Role in the clinic.
    pub role: Option<ClinicRole>,
    /// Level. Only an owner stays one.
    pub level: Option<Level>,
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
    /// Applies `changes`. A new NPI is `pending` until the registry answers. See
    /// `after_rename` for a new surname.
    pub fn apply(
        &self,
        changes: ProfileChanges,
        editor: ProfileEditor,
    ) -> Result<Self, FieldFaults> {
        let old = &self.name;
        let name = FullName {
            first: changes.first.unwrap_or_else(|| old.first.clone()),
            middle: changes.middle.unwrap_or_else(|| old.middle.clone()),
            last: changes.last.unwrap_or_else(|| old.last.clone()),
            suffix1: changes.suffix1.unwrap_or_else(|| old.suffix1.clone()),
            suffix2: changes.suffix2.unwrap_or_else(|| old.suffix2.clone()),
        };
        let mut requested = self.permissions.to_request();
        requested.level = requested.level.change_to(changes.level)?;
        requested.manage_studies = changes.manage_studies.unwrap_or(requested.manage_studies);
        requested.create_reports = changes.create_reports.unwrap_or(requested.create_reports);
        requested.dashboard = changes.dashboard.unwrap_or(requested.dashboard);
        let npi = changes.npi.unwrap_or(requested.npi.map(|(npi, _)| npi));
        let kept = requested.npi.filter(|(held, _)| Some(*held) == npi);
        let renamed =
            kept.map(|(npi, status)| (npi, self.after_rename(status, &name.last, editor)));
        requested.npi = renamed.or(npi.map(|npi| (npi, NpiStatus::Pending)));
        let permissions = Permissions::grant(requested)?;
        let set_by_others = match editor {
            ProfileEditor::SomeoneElse if name.last != old.last => &name.last,
            _ => self.surname_set_by_others(),
        };
        let verified = Some(self.surname_to_compare()).filter(|_| permissions.npi_is_verified());
        let unlike_current = |surname: &&PersonName| **surname != name.last;
        let vouched = VouchedNames {
            verified: verified.filter(unlike_current).cloned(),
            set_by_others: Some(set_by_others).filter(unlike_current).cloned(),
            registry: self.vouched.registry.clone().filter(|_| kept.is_some()),
        };
        Ok(Self {
            name,
            phone: changes.phone.unwrap_or_else(|| self.phone.clone()),
            role: changes.role.unwrap_or(self.role),
            permissions,
            vouched,
        })
    }

    /// The verification of the same NPI after the surname becomes `new`.
    ///
    /// A spelling that matches the verified surname changes nothing, and the registry is not asked. Any
    /// other surname was never verified, so `verified` does not cover it:
    /// - If the person changed it, only an attestation verifies it (`name_mismatch`). An NPI that the
    ///   registry rules out stays so, because a name does not change that.
    /// - If someone else changed it, it is `pending` until the registry answers. A silent registry takes
    ///   nothing away here: what was verified was another name.
    fn after_rename(
        &self,
        status: NpiStatus,
        new: &PersonName,
        editor: ProfileEditor,
    ) -> NpiStatus {
        if *new == self.name.last {
            return status;
        }
        let same = surnames_match(self.surname_to_compare().as_str(), new.as_str());
        match (editor, status) {
            (_, NpiStatus::Verified(_)) | (ProfileEditor::Themselves, _) if same => status,
            (ProfileEditor::Themselves, NpiStatus::NotFound | NpiStatus::Deactivated) => status,
            (ProfileEditor::Themselves, _) => NpiStatus::NameMismatch,
            (ProfileEditor::SomeoneElse, _) => NpiStatus::Pending,
        }
    }

    /// The surname that someone other than the person last set.
    fn surname_set_by_others(&self) -> &PersonName {
        self.vouched.set_by_others.as_ref().unwrap_or(&self.name.last)
    }

    /// The surname that others are compared with: the verified one, or else the one that someone other
    /// than the person last set.
    fn surname_to_compare(&self) -> &PersonName {
        if self.permissions.npi_is_verified() {
            self.vouched.verified.as_ref().unwrap_or(&self.name.last)
        } else {
            self.surname_set_by_others()
        }
    }

    /// The NPI if it is still `pending` and needs a registry lookup.
    pub fn npi_to_verify(&self) -> Option<Npi> {
        match self.permissions.reporting {
            Reporting::WithNpi { npi, verification: NpiStatus::Pending, .. } => Some(npi),
            _ => None,
        }
    }

    /// Records the registry's answer to a lookup of a new or changed person. Refuses a new NPI that the
    /// registry rules out. One that the person had `before` only shows the answer, because the change did
    /// not send it.
    pub fn verify_npi(
        self,
        before: Option<Npi>,
        answer: &RegistryAnswer,
    ) -> Result<Self, FieldFaults> {
        let is_new = self.permissions.npi().map(|(npi, _)| npi) != before;
        match self.judge(answer).refusal(answer) {
            Some(refused) if is_new => Err(refused.at("npiNumber").into()),
            _ => Ok(self.record_answer(answer)),
        }
    }

    /// Records the registry's answer, even if it rules out the NPI. The person then cannot report.
    #[must_use]
    pub fn record_answer(self, answer: &RegistryAnswer) -> Self {
        let found = self.judge(answer);
        self.set_verification(found, answer)
    }

    /// Records the answer of a repeated registry lookup. An unavailable registry changes nothing. An
    /// attestation holds while the number belongs to an active person.
    #[must_use]
    pub fn recheck_npi(self, answer: &RegistryAnswer) -> Self {
        let found = match (self.permissions.npi(), answer) {
            (None, _) | (_, RegistryAnswer::Unavailable) => return self,
            (
                Some((_, held @ NpiStatus::Verified(VerificationBasis::Attested { .. }))),
                RegistryAnswer::Person { .. },
            ) => held,
            _ => self.judge(answer),
        };
        self.set_verification(found, answer)
    }

    /// The verification that the registry's answer gives. The registry never verifies a surname that the
    /// person chose.
    fn judge(&self, answer: &RegistryAnswer) -> NpiStatus {
        let surname = self.surname_to_compare().as_str();
        match NpiStatus::from_answer(answer, surname) {
            NpiStatus::Verified(_) if !surnames_match(surname, self.name.last.as_str()) => {
                NpiStatus::NameMismatch
            }
            found => found,
        }
    }

    fn set_verification(mut self, found: NpiStatus, answer: &RegistryAnswer) -> Self {
        let compared = self.surname_to_compare().clone();
        self.permissions = self.permissions.with_verification(found);
        let verified = self.permissions.npi_is_verified() && compared != self.name.last;
        self.vouched.verified = verified.then_some(compared);
        match answer {
            RegistryAnswer::Person { name, .. } => self.vouched.registry = Some(name.clone()),
            RegistryAnswer::Unavailable => {}
            _ => self.vouched.registry = None,
        }
        self
    }

    /// Records that someone else attests the NPI, under the current surname.
    pub fn attest(mut self, by: Attester, at: Timestamp) -> Result<Self, NotAttested> {
        self.permissions = self.permissions.attest(by, at)?;
        self.vouched.verified = None;
        Ok(self)
    }
}

#[cfg(test)]
pub(crate) mod tests;
