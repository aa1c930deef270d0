//! Users: people who accepted an invitation.

use crate::actor::Inviter;
use crate::audit::AuditAction;
use crate::ids::{ClinicId, UserId};
use crate::npi::{Attester, NpiStatus, RegistryAnswer};
use crate::person::email::Email;
use crate::person::permissions::{AccessLevel, Level, NotAttested};
use crate::person::profile::Profile;
use crate::time::Timestamp;

/// Whether the person may use AutoScribe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserStatus {
    /// The person may, within their permissions.
    Active,
    /// The person may not. Data and permissions are kept for a reactivation.
    Deactivated,
    /// The person may not, for good. Their address and NPI are free for another invitation.
    Released,
}

impl UserStatus {
    /// The name of the status in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Released => "released",
        }
    }

    /// Reads the name of a status.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Deactivated, Self::Released].into_iter().find(|s| s.as_str() == text)
    }
}

/// A person who accepted an invitation to one clinic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id, assigned when the person was invited.
    pub id: UserId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The address that received the invitation.
    pub email: Email,
    /// Names, role and permissions.
    pub profile: Profile,
    /// Whether the person may use AutoScribe.
    pub status: UserStatus,
    /// Who invited the person.
    pub invited_by: Inviter,
    /// When the person was invited.
    pub created_at: Timestamp,
    /// When the person accepted.
    pub confirmed_at: Timestamp,
    /// When the person last signed in.
    pub last_login_at: Option<Timestamp>,
    /// Counts the deactivations. Sessions and views from before one stay closed after a reactivation.
    pub access_epoch: u32,
    /// The account's password epoch. Sessions from an older epoch have ended.
    pub password_epoch: u32,
    /// Counts the changes that have an audit record. The acceptance is the first.
    pub changes: u32,
    /// Counts the writes, so that no write is lost.
    pub version: u64,
}

impl User {
    /// Whether studies can be assigned to the person: active, with the right to create reports now.
    pub fn is_assignable(&self) -> bool {
        self.status == UserStatus::Active && self.profile.permissions.may_report_now()
    }

    /// Whether this person has the status, level, study management and epochs of `earlier`.
    pub fn has_same_authority(&self, earlier: &Self) -> bool {
        let of = |user: &Self| {
            let permissions = &user.profile.permissions;
            let level = (permissions.level(), permissions.manage_studies);
            (user.id, user.clinic, user.status, level, user.access_epoch, user.password_epoch)
        };
        of(self) == of(earlier)
    }

    /// Whether this is an active owner or admin.
    pub fn is_active_manager(&self) -> bool {
        self.status == UserStatus::Active && self.profile.permissions.manages_clinic()
    }

    /// Whether this is an active owner.
    pub fn is_active_owner(&self) -> bool {
        self.is_active_manager() && self.profile.permissions.level() == Level::Owner
    }

    /// How many owners and admins the clinic gains with this new user.
    pub fn manager_delta(&self) -> ManagerDelta {
        ManagerDelta {
            managers: i32::from(self.is_active_manager()),
            owners: i32::from(self.is_active_owner()),
        }
    }

    /// Changes names, role or permissions. Returns `None` if the user is not active. A deactivated user
    /// keeps their permissions until a reactivation.
    #[must_use]
    pub fn edit(self, profile: Profile) -> Option<UserChange> {
        let open = self.status == UserStatus::Active;
        open.then(|| self.change(AuditAction::UserEdited, |user| user.profile = profile))
    }

    /// Ends access and keeps data and permissions. Returns `None` if the user is already deactivated.
    #[must_use]
    pub fn deactivate(self) -> Option<UserChange> {
        let open = self.status == UserStatus::Active;
        open.then(|| {
            self.change(AuditAction::UserDeactivated, |user| {
                user.status = UserStatus::Deactivated;
                user.access_epoch += 1;
            })
        })
    }

    /// Restores access with exactly the same permissions. Returns `None` if the user is active.
    #[must_use]
    pub fn reactivate(self) -> Option<UserChange> {
        let closed = self.status == UserStatus::Deactivated;
        closed.then(|| {
            self.change(AuditAction::UserReactivated, |user| {
                user.status = UserStatus::Active;
            })
        })
    }

    /// Frees the address and the NPI for another invitation, for good. Returns `None` unless the user is
    /// deactivated.
    #[must_use]
    pub fn release(self) -> Option<UserChange> {
        let closed = self.status == UserStatus::Deactivated;
        closed.then(|| {
            self.change(AuditAction::UserReleased, |user| user.status = UserStatus::Released)
        })
    }

    /// Makes an active person with dashboard access an owner, or an owner an admin, for a transfer of
    /// ownership. Returns `None` if the person is not active or has no dashboard access.
    #[must_use]
    pub fn with_level(self, level: TransferredLevel) -> Option<UserChange> {
        let open =
            self.status == UserStatus::Active && self.profile.permissions.has_dashboard_access();
        open.then(|| {
            self.change(AuditAction::OwnershipTransferred, |user| {
                user.profile.permissions.access_level = match level {
                    TransferredLevel::Owner => AccessLevel::Owner,
                    TransferredLevel::Admin => AccessLevel::Admin,
                };
            })
        })
    }

    /// Records that someone else attests the NPI, which is registered under another surname.
    pub fn attest(self, by: Attester, at: Timestamp) -> Result<UserChange, NotAttested> {
        if self.status != UserStatus::Active {
            return Err(NotAttested::UserDeactivated);
        }
        let profile = self.profile.clone().attest(by, at)?;
        Ok(self.change(AuditAction::NpiAttested, |user| user.profile = profile))
    }

    /// Records the answer of a repeated registry lookup, for deactivated users too. Returns `None` if
    /// the answer changes nothing.
    #[must_use]
    pub fn recheck_npi(self, answer: &RegistryAnswer) -> Option<UserChange> {
        let profile = self.profile.clone().recheck_npi(answer);
        let news = profile != self.profile;
        news.then(|| {
            self.change(AuditAction::NpiVerificationChanged, |user| {
                user.profile = profile;
            })
        })
    }

    fn change(self, action: AuditAction, change: impl FnOnce(&mut Self)) -> UserChange {
        let mut next = self.clone();
        change(&mut next);
        next.changes += 1;
        next.version += 1;
        let managers = next.manager_delta().minus(self.manager_delta());
        UserChange { next, before: self.profile, action, managers, expected_version: self.version }
    }
}

/// The level that a transfer of ownership gives to each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferredLevel {
    /// The next owner's.
    Owner,
    /// The former owner's.
    Admin,
}

/// How a change affects the clinic's counts of active owners and admins. The store refuses a change that
/// leaves none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ManagerDelta {
    /// How many owners and admins there are more.
    pub managers: i32,
    /// How many owners there are more.
    pub owners: i32,
}

impl ManagerDelta {
    /// Both deltas together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { managers: self.managers + other.managers, owners: self.owners + other.owners }
    }

    /// The delta from `other` to this.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self { managers: self.managers - other.managers, owners: self.owners - other.owners }
    }
}

/// A change to write together with its audit record. The write requires that the user still has
/// `expected_version`, and that a clinic that loses a manager keeps another one.
#[must_use = "a change does nothing until the store writes it"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    /// The user after the change.
    pub next: User,
    /// The profile before the change.
    pub before: Profile,
    /// What happened, for the audit.
    pub action: AuditAction,
    /// How it affects the clinic's counts of owners and admins.
    pub managers: ManagerDelta,
    /// The version that the decision was made on.
    pub expected_version: u64,
}

impl UserChange {
    /// Whether this change makes an active person with `canCreateReports` unable to report. Before it,
    /// the NPI was verified or pending. Now the registry contradicts it.
    pub fn ends_reporting(&self) -> bool {
        let verified_or_pending = matches!(
            self.before.permissions.npi(),
            Some((_, NpiStatus::Pending | NpiStatus::Verified(_)))
        );
        let after = self.next.profile.permissions;
        let failed = matches!(
            after.npi(),
            Some((_, NpiStatus::NameMismatch | NpiStatus::NotFound | NpiStatus::Deactivated))
        );
        let reports = self.next.status == UserStatus::Active && after.can_create_reports();
        verified_or_pending && failed && reports
    }
}

#[cfg(test)]
pub(crate) mod tests;
