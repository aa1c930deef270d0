use domain::npi::{Npi, RegistryAnswer, RegistryName, RegistryText};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::parse;
use crate::failure::NpiLookupFailure;

const NUMBER: &str = "1234567893";

fn read(answer: &Value) -> Result<RegistryAnswer, NpiLookupFailure> {
    parse(&Npi::parse(NUMBER).unwrap(), answer.to_string().as_bytes())
}

/// The person of [`active`] with these surnames, the first of which is the current one.
fn person(surnames: &[&str]) -> RegistryAnswer {
    let name = RegistryName {
        first: RegistryText::parse("ANNA"),
        last: surnames.first().and_then(|surname| RegistryText::parse(surname)),
        credential: RegistryText::parse("M.D."),
        taxonomy: RegistryText::parse("Radiology, Diagnostic Radiology"),
    };
    let surnames = surnames.iter().map(|&surname| surname.to_owned()).collect();
    let license_states = RegistryText::parse("AL").into_iter().collect();
    RegistryAnswer::Person { name, surnames, license_states }
}

/// The record of an active person in API version 2.1.
fn active() -> Value {
    json!({ "result_count": 1, "results": [{
        "created_epoch": "1127757462000",
        "enumeration_type": "NPI-1",
        "last_updated_epoch": "1326893645000",
        "number": NUMBER,
        "addresses": [{ "address_purpose": "LOCATION", "city": "MOBILE", "state": "AL" }],
        "practiceLocations": [],
        "basic": {
            "first_name": "ANNA", "last_name": "HALE", "middle_name": "--", "credential": "M.D.", "status": "A"
        },
        "taxonomies": [
            { "code": "207R00000X", "desc": "Internal Medicine", "primary": false, "state": null, "license": null },
            { "code": "2085R0202X", "desc": "Radiology, Diagnostic Radiology", "primary": true, "state": "AL",
              "license": "MD000000" }
        ],
        "identifiers": [],
        "endpoints": [],
        "other_names": []
    }]})
}

/// The record of the active person with one value changed.
fn active_with(pointer: &str, value: Value) -> Value {
    let mut answer = active();
    *answer.pointer_mut(pointer).unwrap() = value;
    answer
}

#[test]
fn an_active_person_has_a_surname() {
    assert_eq!(read(&active()), Ok(person(&["HALE"])));
}

#[test]
fn only_the_primary_taxonomy_is_part_of_the_name() {
    for none in [json!([]), Value::Null, json!([{ "desc": "Internal Medicine" }]), json!("MD")] {
        let answer = active_with("/results/0/taxonomies", none);
        let Ok(RegistryAnswer::Person { name, .. }) = read(&answer) else { panic!("no person") };
        assert_eq!(name.taxonomy, None);
        assert_eq!(name.first_and_last(), Some("ANNA HALE".to_owned()));
    }
}

#[test]
fn each_state_of_a_license_is_listed_once() {
    let taxonomies = json!([
        { "desc": "Radiology", "state": "NY" }, { "desc": "Radiology", "state": "--" }, { "desc": "Radiology" },
        { "desc": "Radiology", "state": "AL" }, { "desc": "Internal Medicine", "state": "NY" },
    ]);
    let answer = active_with("/results/0/taxonomies", taxonomies);
    let Ok(RegistryAnswer::Person { license_states, .. }) = read(&answer) else {
        panic!("no person")
    };
    let states: Vec<&str> = license_states.iter().map(RegistryText::as_str).collect();
    assert_eq!(states, ["NY", "AL"]);
}

#[test]
fn older_versions_write_numbers_as_integers() {
    let mut answer = active_with("/results/0/number", json!(1_234_567_893_u64));
    answer["result_count"] = json!("1");
    answer["results"][0]["created_epoch"] = json!(1_127_757_462);
    assert_eq!(read(&answer), Ok(person(&["HALE"])));
}

#[test]
fn former_surnames_count_but_organizations_and_dashes_do_not() {
    let names = json!([
        { "type": "Former Name", "code": "1", "first_name": "ANNA", "last_name": "BRANDT" },
        { "type": "Professional Name", "code": "2", "last_name": "--" },
        { "type": "Doing Business As", "code": "3", "organization_name": "HARBOR IMAGING LLC" },
        { "type": "Other Name", "code": "5", "last_name": " HALE BRANDT " },
        { "type": "Former Name", "code": "1", "last_name": null },
        "BRANDT",
    ]);
    assert_eq!(
        read(&active_with("/results/0/other_names", names)),
        Ok(person(&["HALE", "BRANDT", "HALE BRANDT"]))
    );
    assert_eq!(read(&active_with("/results/0/other_names", Value::Null)), Ok(person(&["HALE"])));
}

#[test]
fn a_person_without_a_surname_is_a_failure_and_no_mismatch() {
    for empty in [json!("--"), json!(""), json!(" "), json!(7), json!([]), Value::Null] {
        let answer = read(&active_with("/results/0/basic/last_name", empty.clone()));
        assert_eq!(answer, Err(NpiLookupFailure::UnknownShape), "{empty}");
    }
}

#[test]
fn type_npi_2_is_an_organization() {
    assert_eq!(
        read(&active_with("/results/0/enumeration_type", json!("NPI-2"))),
        Ok(RegistryAnswer::Organization)
    );
}

#[test]
fn the_status_decides_even_with_a_deactivation_date() {
    let mut answer = active();
    answer["results"][0]["basic"]["deactivation_date"] = json!("2019-03-01");
    answer["results"][0]["basic"]["reactivation_date"] = json!("2020-06-15");
    assert_eq!(read(&answer), Ok(person(&["HALE"])));
    assert_eq!(
        read(&active_with("/results/0/basic/status", json!("D"))),
        Ok(RegistryAnswer::Deactivated)
    );
}

#[test]
fn error_15_means_deactivated_and_other_errors_are_failures() {
    let error = |code: Value| json!({ "Errors": [{ "field": "number", "number": code, "description": "..." }] });
    assert_eq!(read(&error(json!("15"))), Ok(RegistryAnswer::Deactivated));
    assert_eq!(read(&error(json!(15))), Ok(RegistryAnswer::Deactivated));
    assert_eq!(read(&error(json!("06"))), Err(NpiLookupFailure::Refused(6)));
    assert_eq!(read(&error(json!("17"))), Err(NpiLookupFailure::Refused(17)));
    assert_eq!(read(&error(json!("trouble"))), Err(NpiLookupFailure::UnknownShape));
    assert_eq!(read(&json!({ "Errors": { "number": "15" } })), Ok(RegistryAnswer::Deactivated));
    assert_eq!(
        read(&json!({ "Errors": [{ "number": "06" }, { "number": "15" }] })),
        Ok(RegistryAnswer::Deactivated)
    );
    assert_eq!(
        read(&json!({ "Errors": [{ "number": "06" }], "result_count": 0 })),
        Err(NpiLookupFailure::Refused(6))
    );
}

#[test]
fn a_number_is_unknown_only_if_the_count_is_zero() {
    for none in [json!({ "result_count": 0 }), json!({ "result_count": "0", "results": [] })] {
        assert_eq!(read(&none), Ok(RegistryAnswer::Unknown), "{none}");
    }
    for vague in [
        json!({}),
        json!([]),
        json!(null),
        json!({ "results": [] }),
        json!({ "result_count": 1, "results": [] }),
    ] {
        assert_eq!(read(&vague), Err(NpiLookupFailure::UnknownShape), "{vague}");
    }
}

#[test]
fn an_answer_about_another_number_is_a_failure() {
    for other in [json!("1000000004"), json!(1_000_000_004_u64), Value::Null] {
        assert_eq!(
            read(&active_with("/results/0/number", other)),
            Err(NpiLookupFailure::AnotherNumber)
        );
    }
}

#[test]
fn a_record_without_a_required_field_is_a_failure() {
    for field in ["status", "last_name"] {
        let mut answer = active();
        answer["results"][0]["basic"].as_object_mut().unwrap().remove(field);
        assert_eq!(read(&answer), Err(NpiLookupFailure::UnknownShape), "{field}");
    }
    for (pointer, value) in [
        ("/results/0/basic", Value::Null),
        ("/results/0/basic/status", json!("P")),
        ("/results/0/enumeration_type", json!("NPI-3")),
    ] {
        assert_eq!(
            read(&active_with(pointer, value)),
            Err(NpiLookupFailure::UnknownShape),
            "{pointer}"
        );
    }
}

#[test]
fn an_answer_that_is_not_json_is_a_failure() {
    let npi = Npi::parse(NUMBER).unwrap();
    let half = active().to_string();
    let deep = "[".repeat(100_000);
    for text in
        ["", "<html><body>Service Unavailable</body></html>", &half[..half.len() / 2], &deep]
    {
        assert_eq!(parse(&npi, text.as_bytes()), Err(NpiLookupFailure::NotJson));
    }
}

const WORDS: &[&str] =
    &["A", "D", "NPI-1", "NPI-2", "--", "15", "06", "0", "HALE", NUMBER, "1000000004"];
const INTEGERS: &[u64] = &[0, 1, 15, 1_234_567_893];
const FIELDS: &[&str] = &[
    "Errors",
    "results",
    "result_count",
    "number",
    "basic",
    "status",
    "last_name",
    "enumeration_type",
    "other_names",
    "anything",
];

/// Random JSON with the names and values that the registry uses.
fn registry_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        prop::sample::select(WORDS).prop_map(Value::from),
        prop::sample::select(INTEGERS).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(
                prop::sample::select(FIELDS).prop_map(str::to_owned),
                inner,
                0..8
            )
            .prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_cause_a_panic(bytes in any::<Vec<u8>>()) {
        let _ = parse(&Npi::parse(NUMBER).unwrap(), &bytes);
    }

    #[test]
    fn no_json_causes_a_panic(answer in registry_json()) {
        let _ = read(&answer);
    }

    #[test]
    fn a_record_of_another_number_is_always_a_failure(value in registry_json()) {
        let mut answer = active_with("/results/0/number", json!("1000000004"));
        prop_assert_eq!(read(&answer), Err(NpiLookupFailure::AnotherNumber));
        answer["results"][0]["basic"] = value;
        prop_assert_eq!(read(&answer), Err(NpiLookupFailure::AnotherNumber));
    }

    #[test]
    fn a_record_with_one_odd_field_is_never_unknown(
        field in prop::sample::select(&["number", "basic", "enumeration_type", "other_names"][..]),
        value in registry_json(),
    ) {
        let answer = active_with(&format!("/results/0/{field}"), value);
        prop_assert_ne!(read(&answer), Ok(RegistryAnswer::Unknown));
    }
}
