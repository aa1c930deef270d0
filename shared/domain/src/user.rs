//! A user: a person who confirmed an invitation.

use crate::actor::Inviter;
use crate::audit::AuditAction;
use crate::ids::{ClinicId, UserId};
use crate::npi::{NpiStatus, RegistryAnswer};
use crate::person::email::Email;
use crate::person::permissions::{NotAttested, Permissions};
use crate::person::profile::Profile;
use crate::time::Timestamp;

/// Whether the person may use AutoScribe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserStatus {
    /// Yes, within their permissions.
    Active,
    /// No; data and permissions are kept for a reactivation.
    Deactivated,
}

impl UserStatus {
    /// The status's name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
        }
    }

    /// Reads a status's name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Deactivated].into_iter().find(|s| s.as_str() == text)
    }
}

/// A confirmed person in one clinic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Assigned at invitation.
    pub id: UserId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The address that was confirmed.
    pub email: Email,
    /// Names, role and permissions.
    pub profile: Profile,
    /// Whether access is open.
    pub status: UserStatus,
    /// Who invited the person.
    pub invited_by: Inviter,
    /// When the person was invited.
    pub created_at: Timestamp,
    /// When the person confirmed.
    pub confirmed_at: Timestamp,
    /// When the person last signed in.
    pub last_login_at: Option<Timestamp>,
    /// Counts the deactivations: what was opened before one stays closed after a reactivation.
    pub access_epoch: u32,
    /// Counts the writes, so that none is lost.
    pub version: u64,
}

impl User {
    /// Whether studies can be assigned: active, confirmed, and may create reports now.
    pub fn is_assignable(&self) -> bool {
        self.status == UserStatus::Active && self.profile.permissions.may_report_now()
    }

    /// Whether this person counts towards the owners and admins that a clinic must keep.
    fn is_active_manager(&self) -> bool {
        self.status == UserStatus::Active && self.profile.permissions.manages_clinic()
    }

    /// Changes names, role or permissions; `None` for a deactivated user, whose permissions are
    /// kept as they were for a reactivation.
    #[must_use]
    pub fn edit(self, profile: Profile) -> Option<UserChange> {
        let open = self.status == UserStatus::Active;
        open.then(|| self.change(AuditAction::UserEdited, |user| user.profile = profile))
    }

    /// Ends access, keeping data and permissions; `None` when it has ended.
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

    /// Opens access again, with exactly the permissions of before; `None` when it is open.
    #[must_use]
    pub fn reactivate(self) -> Option<UserChange> {
        let closed = self.status == UserStatus::Deactivated;
        closed.then(|| {
            self.change(AuditAction::UserReactivated, |user| {
                user.status = UserStatus::Active;
            })
        })
    }

    /// An owner or admin who knows the person vouches for the NPI that is registered under
    /// another surname.
    pub fn attest(self, by: UserId, at: Timestamp) -> Result<UserChange, NotAttested> {
        if self.status == UserStatus::Deactivated {
            return Err(NotAttested::UserDeactivated);
        }
        let profile = self.profile.clone().attest(by, at)?;
        Ok(self.change(AuditAction::NpiAttested, |user| user.profile = profile))
    }

    /// What follows when the registry was asked again about the NPI, of a deactivated user too;
    /// `None` when its answer changes nothing.
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
        let managers = match (self.is_active_manager(), next.is_active_manager()) {
            (false, true) => ManagerCountChange::Increase,
            (true, false) => ManagerCountChange::Decrease,
            _ => ManagerCountChange::Same,
        };
        UserChange {
            next,
            before: self.profile.permissions,
            action,
            managers,
            expected_version: self.version,
        }
    }
}

/// What a change does to the number of active owners and admins in the clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManagerCountChange {
    /// There is one more.
    Increase,
    /// Nothing.
    Same,
    /// There is one less: refused when it is the last.
    Decrease,
}

/// A decided change, to be written with its audit record under the condition that the user still
/// has `expected_version` and, when a manager goes, that another one stays.
#[must_use = "a change does nothing until the store writes it"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    /// The user afterwards.
    pub next: User,
    /// Permissions before.
    pub before: Permissions,
    /// What happened, for the audit.
    pub action: AuditAction,
    /// What it does to the number of owners and admins.
    pub managers: ManagerCountChange,
    /// The version that the decision was made on.
    pub expected_version: u64,
}

impl UserChange {
    /// Whether an active person with `canCreateReports`, so far verified or about to be, has just
    /// turned out not to be who the registry knows.
    pub fn ends_reporting(&self) -> bool {
        let hoped =
            matches!(self.before.npi(), Some((_, NpiStatus::Pending | NpiStatus::Verified(_))));
        let after = self.next.profile.permissions;
        let failed = matches!(
            after.npi(),
            Some((_, NpiStatus::NameMismatch | NpiStatus::NotFound | NpiStatus::Deactivated))
        );
        let reports = self.next.status == UserStatus::Active && after.can_create_reports();
        hoped && failed && reports
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::person::permissions::AccessLevel;
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
            first in access_levels(), commands in proptest::collection::vec((0_u8..3, access_levels()), 0..30)
        ) {
            let mut user = user(first);
            let mut count = i32::from(user.is_active_manager());
            for (command, access_level) in commands {
                let mut profile = user.profile.clone();
                profile.permissions.access_level = access_level;
                let change = match command {
                    0 => user.clone().edit(profile),
                    1 => user.clone().deactivate(),
                    _ => user.clone().reactivate(),
                };
                let Some(change) = change else { continue };
                prop_assert_eq!(change.next.version, change.expected_version + 1);
                count += match change.managers {
                    ManagerCountChange::Increase => 1,
                    ManagerCountChange::Same => 0,
                    ManagerCountChange::Decrease => -1,
                };
                user = change.next;
                prop_assert_eq!(count, i32::from(user.is_active_manager()));
            }
        }
    }

    #[test]
    fn a_reactivation_restores_the_permissions_exactly() {
        let before = user(AccessLevel::Admin);
        let closed = before.clone().deactivate().unwrap().next;
        assert!(!closed.is_assignable());
        let open = closed.reactivate().unwrap().next;
        assert_eq!((open.profile, open.status), (before.profile, UserStatus::Active));
    }

    #[test]
    fn a_repeat_changes_nothing_and_a_deactivated_user_is_not_edited() {
        let open = user(AccessLevel::Admin);
        assert_eq!(open.clone().reactivate(), None);
        let closed = open.clone().deactivate().unwrap().next;
        assert_eq!(closed.clone().deactivate(), None);
        assert_eq!(closed.edit(open.profile), None);
    }

    #[test]
    fn a_deactivated_npi_ends_reporting_once_and_silence_ends_nothing() {
        let before = user(AccessLevel::Admin);
        assert_eq!(before.clone().recheck_npi(&RegistryAnswer::Unavailable), None);
        let change = before.clone().recheck_npi(&RegistryAnswer::Deactivated).unwrap();
        assert!(before.is_assignable() && !change.next.is_assignable());
        assert!(change.ends_reporting());
        assert_eq!(change.managers, ManagerCountChange::Same);
        let ended = change.next;
        assert_eq!(ended.clone().recheck_npi(&RegistryAnswer::Deactivated), None);
        let unknown = ended.recheck_npi(&RegistryAnswer::Unknown).unwrap();
        assert!(!unknown.ends_reporting(), "that was told already");
        let gone = before.deactivate().unwrap().next;
        let change = gone.recheck_npi(&RegistryAnswer::Deactivated).unwrap();
        assert!(!change.ends_reporting(), "there was nothing to end");
    }

    #[test]
    fn an_attested_user_reports_until_the_number_ends() {
        let by = UserId::from_bytes([9; 16]);
        let other = RegistryAnswer::Person { surnames: vec!["OBI".into()] };
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
