//! openapi.json and the template have the same routes.

use std::collections::BTreeSet;

use serde_json::Value;

#[test]
fn the_document_and_the_template_declare_the_same_routes() {
    let document: Value = serde_json::from_str(&tests::openapi().to_json().unwrap()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            documented.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let declared = emulator::routes().unwrap().into_iter();
    let declared: BTreeSet<_> = declared.filter(|route| !route.starts_with("OPTIONS ")).collect();
    assert_eq!(documented, declared);
}

#[test]
fn every_operation_has_a_unique_id() {
    let document = tests::openapi().to_json().unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let operations = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|m| m.as_object().unwrap().values());
    let ids: Vec<_> =
        operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[test]
fn every_referenced_schema_exists() {
    let text = tests::openapi().to_json().unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let referenced: BTreeSet<&str> = text
        .split("#/components/schemas/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(!referenced.is_empty());
    for name in referenced {
        assert!(schemas.contains_key(name), "{name}");
    }
}
