use super::*;
use crate::ids::UserId;
use proptest::prelude::*;

pub(crate) fn any_verification() -> impl Strategy<Value = NpiStatus> {
    prop_oneof![
        Just(NpiStatus::Pending),
        Just(NpiStatus::Verified(VerificationBasis::Registry)),
        Just(NpiStatus::Verified(VerificationBasis::Attested {
            by: Attester::User(UserId::from_bytes([7; 16])),
            at: Timestamp::EPOCH,
        })),
        Just(NpiStatus::NameMismatch),
        Just(NpiStatus::NotFound),
        Just(NpiStatus::Deactivated)
    ]
}

pub(crate) fn any_request() -> impl Strategy<Value = RequestedPermissions> {
    let level = prop_oneof![Just(Level::Owner), Just(Level::Admin), Just(Level::Member)];
    let npi = proptest::option::of(
        any_verification().prop_map(|v| (Npi::parse("1234567893").unwrap(), v)),
    );
    (level, any::<bool>(), any::<bool>(), any::<bool>(), npi).prop_map(
        |(level, manage_studies, create_reports, dashboard, npi)| RequestedPermissions {
            level,
            manage_studies,
            create_reports,
            dashboard,
            npi,
        },
    )
}

proptest! {
    #[test]
    fn granted_permissions_obey_the_rules_and_read_back(requested in any_request()) {
        match Permissions::grant(requested) {
            Ok(granted) => {
                prop_assert!(granted.has_dashboard_access() || !granted.manages_clinic());
                prop_assert!(granted.npi().is_some() || !granted.can_create_reports());
                prop_assert!(!granted.may_report_now()
                    || matches!(granted.npi().unwrap().1, NpiStatus::Verified(_)));
                prop_assert_eq!(Permissions::grant(granted.to_request()), Ok(granted));
                prop_assert_eq!(granted.has_dashboard_access(), requested.dashboard);
            }
            Err(faults) => {
                let codes: Vec<_> = faults.0.iter().map(|f| f.code).collect();
                prop_assert_eq!(codes.contains(&"admin_needs_dashboard"), requested.level != Level::Member && !requested.dashboard);
                prop_assert_eq!(codes.contains(&"npi_required"), requested.create_reports && requested.npi.is_none());
            }
        }
    }

    #[test]
    fn only_a_name_mismatch_can_be_attested_and_nothing_else_changes(requested in any_request()) {
        let Ok(granted) = Permissions::grant(requested) else { return Ok(()) };
        let by = Attester::User(UserId::from_bytes([1; 16]));
        match granted.attest(by, Timestamp::EPOCH) {
            Ok(attested) => {
                prop_assert_eq!(granted.verification_name(), "name_mismatch");
                prop_assert_eq!(attested.may_report_now(), granted.can_create_reports());
                prop_assert_eq!(attested.with_verification(NpiStatus::NameMismatch), granted);
            }
            Err(NotAttested::NoNpi) => prop_assert_eq!(granted.npi(), None),
            Err(refused) => {
                let state = granted.npi().unwrap().1;
                prop_assert_eq!(refused, NotAttested::NotMismatched(state));
                prop_assert_ne!(state, NpiStatus::NameMismatch);
            }
        }
    }

    #[test]
    fn reading_a_level_never_panics(text in any::<String>()) {
        let _ = (Level::parse(&text), AssignableLevel::parse(&text));
    }
}

#[test]
fn reporting_is_gained_by_a_permission_a_verification_or_another_npi() {
    let with = |number: &str, verification, granted| Permissions {
        access_level: AccessLevel::Member { dashboard: false },
        manage_studies: false,
        reporting: Reporting::WithNpi { npi: Npi::parse(number).unwrap(), verification, granted },
    };
    let verified = NpiStatus::Verified(VerificationBasis::Registry);
    let (mine, other) = ("1234567893", "1245319599");
    let granted = with(mine, verified, true);
    for before in [
        None,
        Some(with(mine, verified, false)),
        Some(with(mine, NpiStatus::NameMismatch, true)),
        Some(with(other, verified, true)),
    ] {
        assert!(granted.gains_reporting(before.as_ref()), "{before:?}");
    }
    let mismatched = with(mine, NpiStatus::NameMismatch, true);
    assert!(mismatched.gains_reporting(None), "it takes effect once it is attested");
    for (before, after) in [
        (granted, granted),
        (mismatched, mismatched),
        (granted, mismatched),
        (granted, with(mine, verified, false)),
    ] {
        assert!(!after.gains_reporting(Some(&before)), "{before:?} {after:?}");
    }
}

#[test]
fn no_request_can_assign_owner() {
    assert_eq!(AssignableLevel::parse("owner").unwrap_err().code, "owner_not_assignable");
}
