//! What a person may do. The types rule out forbidden states, such as an admin without the dashboard
//! or reporting without an NPI.

use crate::field::{FieldFaults, Refusal};
use crate::npi::{Attester, Npi, NpiStatus, VerificationBasis};
use crate::time::Timestamp;

const OWNER_NOT_ASSIGNABLE: Refusal =
    Refusal::new("owner_not_assignable", "Send admin or member. A request cannot make an owner.");

/// A person's level in the clinic, with what each level leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessLevel {
    /// May do everything. Only provisioning creates an owner.
    Owner,
    /// May do everything except change an owner.
    Admin,
    /// May do what the other permissions say.
    Member {
        /// May sign in at the dashboard.
        dashboard: bool,
    },
}

/// A level by its name in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// See [`AccessLevel::Owner`].
    Owner,
    /// See [`AccessLevel::Admin`].
    Admin,
    /// See [`AccessLevel::Member`].
    Member,
}

/// A level that a request may assign: any except owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignableLevel {
    /// See [`AccessLevel::Admin`].
    Admin,
    /// See [`AccessLevel::Member`].
    Member,
}

impl Level {
    /// The name of the level in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// Reads the name of a level.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        match text {
            "owner" => Ok(Self::Owner),
            "admin" => Ok(Self::Admin),
            "member" => Ok(Self::Member),
            _ => Err(Refusal::new("level_unknown", "Send owner, admin or member.")),
        }
    }

    /// The level after a request for `wanted`. An owner stays one, and no one else becomes one.
    pub fn change_to(self, wanted: Option<Self>) -> Result<Self, FieldFaults> {
        match wanted {
            Some(Self::Owner) if self != Self::Owner => {
                Err(OWNER_NOT_ASSIGNABLE.at("level").into())
            }
            _ => Ok(wanted.unwrap_or(self)),
        }
    }
}

impl From<AssignableLevel> for Level {
    fn from(level: AssignableLevel) -> Self {
        match level {
            AssignableLevel::Admin => Self::Admin,
            AssignableLevel::Member => Self::Member,
        }
    }
}

impl AssignableLevel {
    /// Reads a level that a request may assign.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        match text {
            "admin" => Ok(Self::Admin),
            "member" => Ok(Self::Member),
            "owner" => Err(OWNER_NOT_ASSIGNABLE),
            _ => Err(Refusal::new("level_unknown", "Send admin or member.")),
        }
    }
}

/// The NPI on file, its verification, and whether reporting was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reporting {
    /// No NPI on file.
    WithoutNpi,
    /// An NPI on file.
    WithNpi {
        /// The number.
        npi: Npi,
        /// Whether the NPI is verified.
        verification: NpiStatus,
        /// `canCreateReports`.
        granted: bool,
    },
}

/// The permissions that were granted to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// The level, and whether a member has dashboard access.
    pub access_level: AccessLevel,
    /// Assign tasks, create studies, edit study metadata.
    pub manage_studies: bool,
    /// The NPI and reporting.
    pub reporting: Reporting,
}

/// The permissions of a request. They are not yet checked against each other.
#[derive(Clone, Copy, Debug)]
pub struct RequestedPermissions {
    /// `level`.
    pub level: Level,
    /// `canManageStudies`.
    pub manage_studies: bool,
    /// `canCreateReports`.
    pub create_reports: bool,
    /// `hasDashboardAccess`.
    pub dashboard: bool,
    /// `npiNumber` with its verification.
    pub npi: Option<(Npi, NpiStatus)>,
}

/// Why an NPI cannot be attested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAttested {
    /// The person has no NPI.
    NoNpi,
    /// The NPI is not `name_mismatch`. Nothing else can be attested.
    NotMismatched(NpiStatus),
    /// The user is deactivated.
    UserDeactivated,
}

impl Permissions {
    /// Checks the rules across fields and reports every violation.
    pub fn grant(requested: RequestedPermissions) -> Result<Self, FieldFaults> {
        let mut faults = FieldFaults::default();
        let access_level = match requested.level {
            Level::Owner => AccessLevel::Owner,
            Level::Admin => AccessLevel::Admin,
            Level::Member => AccessLevel::Member { dashboard: requested.dashboard },
        };
        if !requested.dashboard && requested.level != Level::Member {
            let refused = Refusal::new(
                "admin_needs_dashboard",
                "Send true. An owner or admin needs dashboard access.",
            );
            faults.push(refused.at("hasDashboardAccess"));
        }
        let reporting = match requested.npi {
            Some((npi, verification)) => {
                Reporting::WithNpi { npi, verification, granted: requested.create_reports }
            }
            None => Reporting::WithoutNpi,
        };
        if requested.create_reports && requested.npi.is_none() {
            let refused = Refusal::new(
                "npi_required",
                "Send an NPI. A person who creates reports needs one.",
            );
            faults.push(refused.at("npiNumber"));
        }
        faults.or(Self { access_level, manage_studies: requested.manage_studies, reporting })
    }

    /// Converts back to a request, so that a change can be granted again.
    pub fn to_request(&self) -> RequestedPermissions {
        RequestedPermissions {
            level: self.level(),
            manage_studies: self.manage_studies,
            create_reports: self.can_create_reports(),
            dashboard: self.has_dashboard_access(),
            npi: self.npi(),
        }
    }

    /// The level.
    pub fn level(&self) -> Level {
        match self.access_level {
            AccessLevel::Owner => Level::Owner,
            AccessLevel::Admin => Level::Admin,
            AccessLevel::Member { .. } => Level::Member,
        }
    }

    /// Whether this is an owner or admin.
    pub fn manages_clinic(&self) -> bool {
        !matches!(self.access_level, AccessLevel::Member { .. })
    }

    /// Whether the person may sign in at the dashboard.
    pub fn has_dashboard_access(&self) -> bool {
        !matches!(self.access_level, AccessLevel::Member { dashboard: false })
    }

    /// Whether reporting was granted. [`Self::may_report_now`] says whether it also has effect.
    pub fn can_create_reports(&self) -> bool {
        matches!(self.reporting, Reporting::WithNpi { granted: true, .. })
    }

    /// Whether the person may create reports now: granted, and with a verified NPI. No level is exempt.
    pub fn may_report_now(&self) -> bool {
        matches!(
            self.reporting,
            Reporting::WithNpi { granted: true, verification: NpiStatus::Verified(_), .. }
        )
    }

    /// Whether a change from `before` lets the person create reports: the permission is new, it takes
    /// effect, or the NPI is another one. `before` is `None` for a new person.
    pub fn gains_reporting(&self, before: Option<&Self>) -> bool {
        let number = |of: &Self| of.npi().map(|(npi, _)| npi);
        let is_new = |before: &Self| {
            !before.can_create_reports()
                || number(before) != number(self)
                || (self.may_report_now() && !before.may_report_now())
        };
        self.can_create_reports() && before.is_none_or(is_new)
    }

    /// The NPI on file with its verification.
    pub fn npi(&self) -> Option<(Npi, NpiStatus)> {
        match self.reporting {
            Reporting::WithoutNpi => None,
            Reporting::WithNpi { npi, verification, .. } => Some((npi, verification)),
        }
    }

    /// Whether the NPI on file is verified.
    pub fn npi_is_verified(&self) -> bool {
        matches!(self.npi(), Some((_, NpiStatus::Verified(_))))
    }

    /// Replaces the verification. Changes nothing if there is no NPI.
    #[must_use]
    pub fn with_verification(mut self, to: NpiStatus) -> Self {
        if let Reporting::WithNpi { verification, .. } = &mut self.reporting {
            *verification = to;
        }
        self
    }

    /// Records that someone else attests the NPI. Only a `name_mismatch` can be attested.
    pub fn attest(self, by: Attester, at: Timestamp) -> Result<Self, NotAttested> {
        match self.npi() {
            None => Err(NotAttested::NoNpi),
            Some((_, NpiStatus::NameMismatch)) => {
                Ok(self
                    .with_verification(NpiStatus::Verified(VerificationBasis::Attested { by, at })))
            }
            Some((_, other)) => Err(NotAttested::NotMismatched(other)),
        }
    }

    /// Whether this attester attested the NPI, and it counts as verified for that reason.
    pub fn is_attested_by(&self, attester: Attester) -> bool {
        let Some((_, NpiStatus::Verified(VerificationBasis::Attested { by, .. }))) = self.npi()
        else {
            return false;
        };
        by == attester
    }

    /// `npiVerification` in JSON.
    pub fn verification_name(&self) -> &'static str {
        self.npi().map_or("not_required", |(_, verification)| verification.as_str())
    }
}

#[cfg(test)]
pub(crate) mod tests;
