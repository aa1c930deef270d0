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
pub(crate) mod tests {
    use super::*;
    use crate::npi::tests::registered;
    use crate::person::profile::tests::profile;
    use proptest::prelude::*;

    pub(crate) fn user(access_level: AccessLevel) -> User {
        let mut profile = profile();
        profile.permissions.access_level = access_level;
        User {
            id: UserId::from_bytes([1; 16]),
            clinic: ClinicId::from_bytes([2; 16]),
            email: Email::parse("ada@clinic.example").unwrap(),
            profile,
            status: UserStatus::Active,
            invited_by: Inviter::Operator,
            created_at: Timestamp::EPOCH,
            confirmed_at: Timestamp::EPOCH,
            last_login_at: None,
            access_epoch: 0,
            password_epoch: 0,
            version: 1,
        }
    }

    fn access_levels() -> impl Strategy<Value = AccessLevel> {
        let dashboard = any::<bool>().prop_map(|dashboard| AccessLevel::Member { dashboard });
        prop_oneof![Just(AccessLevel::Owner), Just(AccessLevel::Admin), dashboard]
    }

    proptest! {
        #[test]
        fn the_count_of_managers_follows_every_sequence_of_changes(
            first in access_levels(), commands in proptest::collection::vec((0_u8..12, access_levels()), 0..30)
        ) {
            let mut user = user(first);
            let mut count = user.manager_delta();
            for (command, access_level) in commands {
                let mut profile = user.profile.clone();
                profile.permissions.access_level = access_level;
                let change = match command {
                    0 => user.clone().edit(profile),
                    1 => user.clone().deactivate(),
                    2 => user.clone().with_level(TransferredLevel::Owner),
                    3 => user.clone().with_level(TransferredLevel::Admin),
                    4 => user.clone().release(),
                    _ => user.clone().reactivate(),
                };
                let Some(change) = change else { continue };
                prop_assert_eq!(change.next.version, change.expected_version + 1);
                count = count.plus(change.managers);
                user = change.next;
                prop_assert_eq!(count.managers, i32::from(user.is_active_manager()));
                prop_assert_eq!(count.owners, i32::from(user.is_active_owner()));
            }
        }
    }

    #[test]
    fn a_reactivation_restores_exactly_the_same_permissions() {
        let before = user(AccessLevel::Admin);
        let closed = before.clone().deactivate().unwrap().next;
        assert!(!closed.is_assignable());
        let open = closed.reactivate().unwrap().next;
        assert_eq!((open.profile, open.status), (before.profile, UserStatus::Active));
    }

    #[test]
    fn a_repeat_changes_nothing_and_a_deactivated_user_cannot_be_edited() {
        let open = user(AccessLevel::Admin);
        assert_eq!(open.clone().reactivate(), None);
        let closed = open.clone().deactivate().unwrap().next;
        assert_eq!(closed.clone().deactivate(), None);
        assert_eq!(closed.edit(open.profile), None);
    }

    #[test]
    fn only_a_deactivated_user_is_released_and_nothing_brings_them_back() {
        let open = user(AccessLevel::Member { dashboard: false });
        assert_eq!(open.clone().release(), None);
        let released = open.clone().deactivate().unwrap().next.release().unwrap().next;
        assert_eq!(released.status, UserStatus::Released);
        let by = UserId::from_bytes([9; 16]);
        for change in [
            released.clone().reactivate(),
            released.clone().deactivate(),
            released.clone().release(),
            released.clone().edit(open.profile),
            released.clone().with_level(TransferredLevel::Owner),
        ] {
            assert_eq!(change, None);
        }
        assert_eq!(
            released.attest(Attester::User(by), Timestamp::EPOCH),
            Err(NotAttested::UserDeactivated)
        );
    }

    #[test]
    fn ownership_goes_only_to_an_active_person_with_dashboard_access() {
        let admin = user(AccessLevel::Admin);
        let change = admin.clone().with_level(TransferredLevel::Owner).unwrap();
        assert_eq!(change.managers, ManagerDelta { managers: 0, owners: 1 });
        let member = user(AccessLevel::Member { dashboard: true });
        let change = member.with_level(TransferredLevel::Owner).unwrap();
        assert_eq!(change.managers, ManagerDelta { managers: 1, owners: 1 });
        let plain = user(AccessLevel::Member { dashboard: false });
        let gone = admin.deactivate().unwrap().next;
        for other in [plain, gone] {
            assert_eq!(other.with_level(TransferredLevel::Owner), None);
        }
        let former = user(AccessLevel::Owner).with_level(TransferredLevel::Admin).unwrap();
        assert_eq!(former.managers, ManagerDelta { managers: 0, owners: -1 });
    }

    #[test]
    fn a_deactivated_npi_ends_reporting_once_but_an_unavailable_registry_does_not() {
        let before = user(AccessLevel::Admin);
        assert_eq!(before.clone().recheck_npi(&RegistryAnswer::Unavailable), None);
        let change = before.clone().recheck_npi(&RegistryAnswer::Deactivated).unwrap();
        assert!(before.is_assignable() && !change.next.is_assignable());
        assert!(change.ends_reporting());
        assert_eq!(change.managers, ManagerDelta::default());
        let ended = change.next;
        assert_eq!(ended.clone().recheck_npi(&RegistryAnswer::Deactivated), None);
        let unknown = ended.recheck_npi(&RegistryAnswer::Unknown).unwrap();
        assert!(!unknown.ends_reporting(), "it was reported before");
        let gone = before.deactivate().unwrap().next;
        let change = gone.recheck_npi(&RegistryAnswer::Deactivated).unwrap();
        assert!(!change.ends_reporting(), "there was nothing to end");
    }

    #[test]
    fn an_attested_user_can_report_until_the_npi_is_deactivated() {
        let by = Attester::User(UserId::from_bytes([9; 16]));
        let other = registered(&["OBI"]);
        let verified = user(AccessLevel::Admin);
        assert_eq!(
            verified.clone().attest(by, Timestamp::EPOCH),
            Err(NotAttested::NotMismatched(NpiStatus::Verified(
                crate::npi::VerificationBasis::Registry
            )))
        );
        let mismatched = verified.recheck_npi(&other).unwrap().next;
        assert!(!mismatched.is_assignable());
        let closed = mismatched.clone().deactivate().unwrap().next;
        assert_eq!(closed.attest(by, Timestamp::EPOCH), Err(NotAttested::UserDeactivated));
        let change = mismatched.attest(by, Timestamp::EPOCH).unwrap();
        assert_eq!(change.action, AuditAction::NpiAttested);
        assert!(change.next.is_assignable());
        assert_eq!(change.next.clone().recheck_npi(&other), None);
        let ended = change.next.recheck_npi(&RegistryAnswer::Unknown).unwrap();
        assert!(ended.ends_reporting() && !ended.next.is_assignable());
    }
}
