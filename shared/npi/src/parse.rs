//! Parses the registry's JSON (NPPES Read API 2.1).
//!
//! Types differ between versions of the API: numbers are strings or integers, and empty values are
//! `null` or `"--"`. So this reads only the few fields that it needs.

use domain::npi::{Npi, RegistryAnswer, RegistryName, RegistryText};
use serde_json::Value;

use crate::failure::NpiLookupFailure;

/// The error "CMS deactivated NPI ...". All others say nothing about the number.
const DEACTIVATED: u16 = 15;

/// Parses the registry's answer to a lookup of this number.
pub(crate) fn parse(npi: &Npi, body: &[u8]) -> Result<RegistryAnswer, NpiLookupFailure> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| NpiLookupFailure::NotJson)?;
    let errors = entries(&answer, "Errors");
    if !errors.is_empty() {
        return from_errors(errors);
    }
    let records = entries(&answer, "results");
    if records.is_empty() {
        // Without a count of 0, an empty answer can be any failure.
        let none = text(&answer, "result_count").is_some_and(|count| count == "0");
        return if none {
            Ok(RegistryAnswer::Unknown)
        } else {
            Err(NpiLookupFailure::UnknownShape)
        };
    }
    let is_ours = |record: &&Value| text(record, "number").is_some_and(|n| n == npi.as_str());
    from_record(records.iter().find(is_ours).ok_or(NpiLookupFailure::AnotherNumber)?)
}

fn from_errors(errors: &[Value]) -> Result<RegistryAnswer, NpiLookupFailure> {
    let mut codes = errors.iter().filter_map(|error| text(error, "number")?.parse::<u16>().ok());
    let first = codes.next().ok_or(NpiLookupFailure::UnknownShape)?;
    if first == DEACTIVATED || codes.any(|code| code == DEACTIVATED) {
        Ok(RegistryAnswer::Deactivated)
    } else {
        Err(NpiLookupFailure::Refused(first))
    }
}

fn from_record(record: &Value) -> Result<RegistryAnswer, NpiLookupFailure> {
    let basic = record.get("basic").ok_or(NpiLookupFailure::UnknownShape)?;
    // Only the status decides: the record of a reactivated provider keeps its deactivation date.
    match text(basic, "status").as_deref() {
        Some("A" | "a") => {}
        Some("D" | "d") => return Ok(RegistryAnswer::Deactivated),
        _ => return Err(NpiLookupFailure::UnknownShape),
    }
    match text(record, "enumeration_type").as_deref() {
        Some("NPI-1") => Ok(RegistryAnswer::Person {
            name: name(record, basic),
            surnames: surnames(record, basic)?,
            license_states: license_states(record),
        }),
        Some("NPI-2") => Ok(RegistryAnswer::Organization),
        _ => Err(NpiLookupFailure::UnknownShape),
    }
}

/// The current name, the credential and the primary taxonomy. A record without a primary one has none.
fn name(record: &Value, basic: &Value) -> RegistryName {
    let part = |of: &Value, field| RegistryText::parse(&text(of, field)?);
    let is_primary = |taxonomy: &&Value| taxonomy.get("primary") == Some(&Value::Bool(true));
    let taxonomy = entries(record, "taxonomies").iter().find(is_primary);
    RegistryName {
        first: part(basic, "first_name"),
        last: part(basic, "last_name"),
        credential: part(basic, "credential"),
        taxonomy: taxonomy.and_then(|taxonomy| part(taxonomy, "desc")),
    }
}

/// The states of the licenses, each once. A taxonomy without a license has no state.
fn license_states(record: &Value) -> Vec<RegistryText> {
    let mut states = Vec::new();
    for taxonomy in entries(record, "taxonomies") {
        let state = text(taxonomy, "state").and_then(|state| RegistryText::parse(&state));
        if let Some(state) = state.filter(|state| !states.contains(state)) {
            states.push(state);
        }
    }
    states
}

/// The current surname and those in `other_names`. Names of organizations have no `last_name`.
fn surnames(record: &Value, basic: &Value) -> Result<Vec<String>, NpiLookupFailure> {
    // Without a surname there is nothing to compare. It is no mismatch, but an answer of an unknown shape.
    if !basic.get("last_name").is_some_and(Value::is_string) || text(basic, "last_name").is_none() {
        return Err(NpiLookupFailure::UnknownShape);
    }
    let names = std::iter::once(basic).chain(entries(record, "other_names"));
    Ok(names.filter_map(|name| text(name, "last_name")).collect())
}

/// The elements of a list, or the single object if the field is no list.
fn entries<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    match value.get(field) {
        Some(Value::Array(list)) => list,
        Some(object @ Value::Object(_)) => std::slice::from_ref(object),
        _ => &[],
    }
}

/// The text of a field that is a string or an integer. `None` if it is empty.
fn text(value: &Value, field: &str) -> Option<String> {
    match value.get(field)? {
        Value::String(s) => Some(s.trim()).filter(|s| !matches!(*s, "" | "--")).map(str::to_owned),
        Value::Number(n) if n.is_u64() => Some(n.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
