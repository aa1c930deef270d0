//! Reads the registry's JSON (NPPES Read API 2.1). Pure: bytes in, answer out.
//!
//! The registry's types wander between its versions (numbers as strings or integers, `null` or
//! `"--"` for what is empty), so this reads the few fields that decide and minds no others.

use domain::npi::{Npi, RegistryAnswer};
use serde_json::Value;

use crate::failure::Failure;

/// "CMS deactivated NPI ...": the one error that says something about the number.
const DEACTIVATED: u16 = 15;

/// What the registry's answer to a look-up of this number says.
pub(crate) fn parse(npi: &Npi, body: &[u8]) -> Result<RegistryAnswer, Failure> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| Failure::NotJson)?;
    let errors = entries(&answer, "Errors");
    if !errors.is_empty() {
        return from_errors(errors);
    }
    let records = entries(&answer, "results");
    if records.is_empty() {
        // Only a count that says so is "not found"; an empty answer may be any kind of trouble.
        let none = text(&answer, "result_count").is_some_and(|count| count == "0");
        return if none { Ok(RegistryAnswer::Unknown) } else { Err(Failure::UnknownShape) };
    }
    let is_ours = |record: &&Value| text(record, "number").is_some_and(|n| n == npi.as_str());
    from_record(records.iter().find(is_ours).ok_or(Failure::AnotherNumber)?)
}

fn from_errors(errors: &[Value]) -> Result<RegistryAnswer, Failure> {
    let mut codes = errors.iter().filter_map(|error| text(error, "number")?.parse::<u16>().ok());
    let first = codes.next().ok_or(Failure::UnknownShape)?;
    if first == DEACTIVATED || codes.any(|code| code == DEACTIVATED) {
        Ok(RegistryAnswer::Deactivated)
    } else {
        Err(Failure::Refused(first))
    }
}

fn from_record(record: &Value) -> Result<RegistryAnswer, Failure> {
    let basic = record.get("basic").ok_or(Failure::UnknownShape)?;
    // A deactivation date stays on the record of a reactivated provider: the status decides.
    match text(basic, "status").as_deref() {
        Some("A" | "a") => {}
        Some("D" | "d") => return Ok(RegistryAnswer::Deactivated),
        _ => return Err(Failure::UnknownShape),
    }
    match text(record, "enumeration_type").as_deref() {
        Some("NPI-1") => Ok(RegistryAnswer::Person { surnames: surnames(record, basic)? }),
        Some("NPI-2") => Ok(RegistryAnswer::Organization),
        _ => Err(Failure::UnknownShape),
    }
}

/// The surname on record and those in `other_names`, where organisations' names have no `last_name`.
fn surnames(record: &Value, basic: &Value) -> Result<Vec<String>, Failure> {
    // A renamed field must not pass for a person who has no name, and so for a mismatch.
    basic.get("last_name").ok_or(Failure::UnknownShape)?;
    let names = std::iter::once(basic).chain(entries(record, "other_names"));
    Ok(names.filter_map(|name| text(name, "last_name")).collect())
}

/// The elements of a list, or the one object that stands in its place.
fn entries<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    match value.get(field) {
        Some(Value::Array(list)) => list,
        Some(object @ Value::Object(_)) => std::slice::from_ref(object),
        _ => &[],
    }
}

/// A field that is written as a string or an integer, unless it is empty.
fn text(value: &Value, field: &str) -> Option<String> {
    match value.get(field)? {
        Value::String(s) => Some(s.trim()).filter(|s| !matches!(*s, "" | "--")).map(str::to_owned),
        Value::Number(n) if n.is_u64() => Some(n.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
