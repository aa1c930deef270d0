use super::ProfileEditor::{SomeoneElse, Themselves};
use super::*;
use crate::ids::UserId;
use crate::npi::tests::registered;
use crate::person::permissions::AccessLevel;
use proptest::prelude::*;

pub(crate) fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

pub(crate) fn profile() -> Profile {
    Profile {
        name: FullName {
            first: name("Ada"),
            middle: None,
            last: name("Okafor"),
            suffix1: NameSuffix::parse("MD").ok(),
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
        vouched: VouchedNames::default(),
    }
}

fn last(surname: &str) -> ProfileChanges {
    ProfileChanges { last: Some(name(surname)), ..ProfileChanges::default() }
}

fn npi(npi: Npi) -> ProfileChanges {
    ProfileChanges { npi: Some(Some(npi)), ..ProfileChanges::default() }
}

fn edit(profile: &Profile, changes: ProfileChanges, editor: ProfileEditor) -> Profile {
    profile.apply(changes, editor).unwrap()
}

fn with_status(status: NpiStatus) -> Profile {
    let permissions = profile().permissions.with_verification(status);
    Profile { permissions, ..profile() }
}

fn mismatched() -> Profile {
    with_status(NpiStatus::NameMismatch)
}

fn attest(profile: &Profile) -> Profile {
    let by = Attester::User(UserId::from_bytes([1; 16]));
    profile.clone().attest(by, Timestamp::EPOCH).unwrap()
}

fn state(profile: &Profile) -> &'static str {
    profile.permissions.verification_name()
}

#[test]
fn null_clears_a_field_and_a_missing_one_is_kept() {
    let changed = profile()
        .apply(ProfileChanges { suffix1: Some(None), ..ProfileChanges::default() }, SomeoneElse)
        .unwrap();
    assert_eq!(changed.name.suffix1, None);
    assert_eq!(changed.name.first, name("Ada"));
    assert_eq!(profile().apply(ProfileChanges::default(), Themselves), Ok(profile()));
}

#[test]
fn a_new_npi_or_surname_is_verified_again() {
    let other = Npi::parse("1245319599").unwrap();
    let new_npi = edit(&profile(), npi(other), SomeoneElse);
    assert_eq!(new_npi.npi_to_verify(), Some(other));
    assert!(edit(&profile(), last("Obi"), SomeoneElse).npi_to_verify().is_some());
    let first = ProfileChanges { first: Some(name("Eve")), ..ProfileChanges::default() };
    assert_eq!(edit(&profile(), first, SomeoneElse).npi_to_verify(), None);
}

#[test]
fn only_a_new_npi_or_surname_clears_an_attestation() {
    let attested = attest(&mismatched());
    let other = Npi::parse("1245319599").unwrap();
    for (changes, name) in [
        (npi(other), "pending"),
        (last("Obi"), "pending"),
        (last("OKAFOR"), "verified"),
        (
            ProfileChanges {
                first: Some(name("Eve")),
                create_reports: Some(false),
                ..ProfileChanges::default()
            },
            "verified",
        ),
    ] {
        assert_eq!(state(&edit(&attested, changes, SomeoneElse)), name);
    }
}

#[test]
fn clearing_the_npi_of_a_person_who_reports_is_refused() {
    let faults = profile()
        .apply(ProfileChanges { npi: Some(None), ..ProfileChanges::default() }, SomeoneElse)
        .unwrap_err();
    assert_eq!(faults.0[0].code, "npi_required");
}

#[test]
fn an_admin_needs_dashboard_access() {
    let changes = ProfileChanges { level: Some(Level::Admin), ..ProfileChanges::default() };
    assert_eq!(
        profile().apply(changes, SomeoneElse).unwrap_err().0[0].code,
        "admin_needs_dashboard"
    );
}

#[test]
fn each_answer_of_the_registry_has_its_own_effect() {
    let unverified = profile().permissions.with_verification(NpiStatus::Pending);
    let profile = Profile { permissions: unverified, ..profile() };
    let refused = profile.clone().verify_npi(None, &RegistryAnswer::Unknown).unwrap_err();
    assert_eq!((refused.0[0].field.as_str(), refused.0[0].code), ("npiNumber", "npi_not_found"));
    let other = registered(&["OBI"]);
    let shown = profile.clone().verify_npi(None, &other).unwrap();
    assert_eq!(shown.permissions.verification_name(), "name_mismatch");
    assert!(!shown.permissions.may_report_now());
    assert_eq!(profile.clone().verify_npi(None, &RegistryAnswer::Unavailable), Ok(profile.clone()));
    assert_eq!(
        profile.record_answer(&RegistryAnswer::Deactivated).permissions.verification_name(),
        "deactivated"
    );
}

#[test]
fn an_attestation_holds_until_the_registry_rules_out_the_npi() {
    let attested = attest(&mismatched()).permissions.npi().unwrap().1;
    let registry = NpiStatus::Verified(VerificationBasis::Registry);
    for (before, answer, after) in [
        (attested, registered(&["OTHER"]), attested),
        (attested, registered(&["OKAFOR"]), attested),
        (attested, RegistryAnswer::Unavailable, attested),
        (attested, RegistryAnswer::Deactivated, NpiStatus::Deactivated),
        (attested, RegistryAnswer::Unknown, NpiStatus::NotFound),
        (attested, RegistryAnswer::Organization, NpiStatus::NotFound),
        (registry, registered(&["OTHER"]), NpiStatus::NameMismatch),
        (registry, registered(&["OKAFOR"]), registry),
        (registry, RegistryAnswer::Unavailable, registry),
        (NpiStatus::Deactivated, registered(&["OKAFOR"]), registry),
        (NpiStatus::Pending, RegistryAnswer::Unavailable, NpiStatus::Pending),
    ] {
        let found = with_status(before).recheck_npi(&answer).permissions.npi().unwrap().1;
        assert_eq!(found, after, "{before:?} {answer:?}");
    }
}

#[test]
fn a_new_own_surname_needs_an_attestation() {
    let registry = NpiStatus::Verified(VerificationBasis::Registry);
    for before in [registry, NpiStatus::Pending, NpiStatus::NameMismatch] {
        let renamed = edit(&with_status(before), last("Obi"), Themselves);
        assert_eq!(state(&renamed), "name_mismatch", "{before:?}");
        assert_eq!(renamed.npi_to_verify(), None, "the registry must not be asked");
        assert_eq!(state(&attest(&renamed)), "verified");
        let back = edit(&renamed, last("Okafor"), Themselves);
        assert_eq!(state(&back), "name_mismatch", "{before:?}");
    }
    for ruled_out in [NpiStatus::NotFound, NpiStatus::Deactivated] {
        let renamed = edit(&with_status(ruled_out), last("Obi"), Themselves);
        assert_eq!(state(&renamed), ruled_out.as_str(), "a name must not make it attestable");
        let answered = renamed.recheck_npi(&registered(&["OBI"]));
        assert_eq!(state(&answered), "name_mismatch");
    }
}

#[test]
fn a_spelling_that_matches_the_verified_surname_changes_nothing() {
    for (held, spelling) in [
        ("OBrien", "O'Brien"),
        ("O'Brien", "OʼBRIEN Jr."),
        ("Okafor", "OKÁFOR"),
        ("Mueller", "Müller"),
        ("Müller", "Mu\u{308}ller"),
        ("Jonsson", "Jönsson"),
        ("Aaberg", "Åberg"),
        ("St. John", "Saint-John"),
        ("Ste Marie", "Sainte-Marie"),
        ("Kaiulani", "Kaʻiulani"),
        ("Deng", "Dɛŋ"),
        ("Garcia Lopez", "GarcíaLópez"),
        ("علیرضا", "علی\u{200c}رضا"),
    ] {
        let named = |profile: Profile| {
            let full = FullName { last: name(held), ..profile.name.clone() };
            Profile { name: full, ..profile }
        };
        for before in [named(profile()), attest(&named(mismatched()))] {
            for editor in [Themselves, SomeoneElse] {
                let respelled = edit(&before, last(spelling), editor);
                assert_eq!(respelled.permissions, before.permissions, "{held} {spelling}");
                assert_eq!(respelled.npi_to_verify(), None, "the registry must not be asked");
                let silent = respelled.clone().recheck_npi(&RegistryAnswer::Unavailable);
                assert_eq!(silent, respelled);
            }
        }
    }
}

#[test]
fn spellings_are_compared_with_the_verified_surname_so_that_they_cannot_drift() {
    let verified =
        Profile { name: FullName { last: name("Mueller"), ..profile().name }, ..profile() };
    for editor in [Themselves, SomeoneElse] {
        let umlaut = edit(&verified, last("Müller"), editor);
        assert_eq!(state(&umlaut), "verified");
        let plain = edit(&umlaut, last("Muller"), editor);
        assert_ne!(state(&plain), "verified", "Muller does not match Mueller");
        assert_eq!(edit(&umlaut, last("Mueller"), editor).vouched.verified, None);
    }
    // The registry spells the verified name another way now. The current spelling does not count.
    let umlaut = edit(&verified, last("Müller"), Themselves);
    assert_eq!(state(&umlaut.recheck_npi(&registered(&["MULLER"]))), "name_mismatch");
}

#[test]
fn an_own_npi_is_compared_with_the_surname_that_someone_else_set() {
    let no_npi = ProfileChanges {
        npi: Some(None),
        create_reports: Some(false),
        ..ProfileChanges::default()
    };
    let without = edit(&profile(), no_npi, SomeoneElse);
    let held = Npi::parse("1234567893").unwrap();
    let added = |profile: &Profile| edit(profile, npi(held), Themselves);
    let answered = |profile: &Profile, surname| {
        state(&added(profile).verify_npi(None, &registered(&[surname])).unwrap())
    };
    assert_eq!(answered(&without, "OKAFOR"), "verified");
    let renamed = edit(&without, last("Obi"), Themselves);
    assert_eq!(answered(&renamed, "OBI"), "name_mismatch", "the person chose that surname");
    assert_eq!(answered(&renamed, "OKAFOR"), "name_mismatch", "that is not their surname now");
    let back = edit(&renamed, last("Okafor"), Themselves);
    assert_eq!(answered(&back, "OKAFOR"), "verified");
    let by_manager = edit(&without, last("Obi"), SomeoneElse);
    assert_eq!(answered(&by_manager, "OBI"), "verified");
}

#[test]
fn the_registrys_name_stays_with_its_npi() {
    let known = profile().recheck_npi(&registered(&["OKAFOR"]));
    assert!(known.vouched.registry.is_some());
    assert_eq!(known.clone().recheck_npi(&RegistryAnswer::Unavailable), known);
    let renamed = edit(&known, last("Obi"), SomeoneElse);
    assert_eq!(renamed.vouched.registry, known.vouched.registry);
    let other = edit(&known, npi(Npi::parse("1245319599").unwrap()), SomeoneElse);
    assert_eq!(other.vouched.registry, None);
    assert_eq!(known.recheck_npi(&RegistryAnswer::Unknown).vouched.registry, None);
}

proptest! {
    #[test]
    fn no_sequence_of_own_changes_verifies_a_strangers_npi(
        commands in proptest::collection::vec((0_u8..5, 0_usize..4), 0..30)
    ) {
        let surnames = ["Okafor", "OKÁFOR", "Obi", "O'Bi"];
        let [own, strangers] = ["1234567893", "1245319599"].map(|npi| Npi::parse(npi).unwrap());
        let mut person = mismatched();
        person.permissions.reporting = Reporting::WithoutNpi;
        for (command, which) in commands {
            let held = person.permissions.npi().map(|(npi, _)| npi);
            let answer = registered(&[if held == Some(own) { "OKAFOR" } else { "OBI" }]);
            person = match command {
                0 => edit(&person, last(surnames[which]), Themselves),
                1 => edit(&person, npi(if which % 2 == 0 { own } else { strangers }), Themselves),
                2 => edit(&person, ProfileChanges { npi: Some(None), ..ProfileChanges::default() }, Themselves),
                3 => person.recheck_npi(&answer),
                _ if person.npi_to_verify().is_some() => person.verify_npi(None, &answer).unwrap(),
                _ => person,
            };
            if person.permissions.npi_is_verified() {
                prop_assert_eq!(person.permissions.npi().unwrap().0, own);
                prop_assert!(surnames_match("Okafor", person.name.last.as_str()));
            }
        }
    }
}
