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
        changes: 1,
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
