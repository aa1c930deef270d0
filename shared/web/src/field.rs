//! The fields of a request, declared once.
//!
//! A request is a struct of [`Field`]s. serde fills it, utoipa documents it, and
//! [`RequestFields::read`] turns it into domain values. Every fault of every field is reported
//! at once.

use std::iter;

use domain::field::{FieldFaults, Refusal};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Map, Value};

const REQUIRED: Refusal = Refusal::new("required", "Send this field. It is required.");
const NOT_NULL: Refusal = Refusal::new("required", "Send a value. This field cannot be null.");

/// One field of a request, with its JSON name.
///
/// Only this module can fill it, because serde alone does not give a value its name.
#[derive(Clone, Debug)]
pub struct Field<T> {
    name: String,
    sent: Sent<T>,
}

/// A value that a [`Field`] can hold.
pub trait FieldValue: Sized {
    /// Reads a value that is not null. A fault names its place within the value, such as `[2]`.
    fn from_json(value: Value) -> Result<Self, FieldFaults>;
}

/// What a request sent for a field.
#[derive(Clone, Debug)]
enum Sent<T> {
    Absent,
    Null,
    Value(T),
    /// Holds every fault of the value, for a list or an object can have several.
    Fault(FieldFaults),
    /// An empty text, with what it means if the field is required. Forms send one for what was not filled in.
    Blank(Result<T, FieldFaults>),
}

impl<T> Field<T> {
    /// Whether the value that was sent is invalid.
    pub fn is_fault(&self) -> bool {
        matches!(self.sent, Sent::Fault(_))
    }
}

impl<'de, T: FieldValue> Deserialize<'de> for Field<T> {
    /// Reads the list that `Members` makes of a field: its name, then its value if there is one.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut member = Vec::<Value>::deserialize(deserializer)?.into_iter();
        let Some(Value::String(name)) = member.next() else {
            return Err(D::Error::custom("only web::field can read a field"));
        };
        let sent = match member.next() {
            None => Sent::Absent,
            Some(Value::Null) => Sent::Null,
            Some(value) => {
                let blank = is_nothing(&value);
                match T::from_json(value).map_err(|faults| faults.within(&name)) {
                    read if blank => Sent::Blank(read),
                    Ok(value) => Sent::Value(value),
                    Err(faults) => Sent::Fault(faults),
                }
            }
        };
        Ok(Self { name, sent })
    }
}

/// Whether this is what an optional field without a value holds: null, or a text without characters.
pub fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// A struct of [`Field`]s that can be read into domain values.
pub trait RequestFields: DeserializeOwned {
    /// The domain values.
    type Values;

    /// Members that are ignored, so that a client can send back the object that it read.
    const READ_ONLY: &'static [&'static str] = &[];

    /// Reads every field and notes every fault, including those of rules across fields.
    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault>;
}

/// Reads a JSON object. An undeclared member is a fault, so that a misspelled permission is never
/// silently ignored.
pub fn read_object<R: RequestFields>(
    mut members: Map<String, Value>,
) -> Result<R::Values, FieldFaults> {
    let request: R = take_fields(&mut members)?;
    let mut faults = FaultCollector::default();
    let values = request.read(&mut faults);
    for name in members.keys().filter(|name| !R::READ_ONLY.contains(&name.as_str())) {
        faults.note(
            truncate_name(name),
            Refusal::new("unknown_field", "Remove this field. The request does not have it."),
        );
    }
    faults.finish(values)
}

/// Takes the declared fields of `R` out of `members`. Fails only if `R` has members that are not
/// [`Field`]s.
pub(crate) fn take_fields<R: DeserializeOwned>(
    members: &mut Map<String, Value>,
) -> Result<R, FieldFaults> {
    const UNREADABLE: Refusal =
        Refusal::new("request_unreadable", "Send a request that follows the API description.");
    R::deserialize(Members(members)).map_err(|_| UNREADABLE.at("request").into())
}

/// Shortens an undeclared name for an error, because a caller can send any text.
pub(crate) fn truncate_name(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Passes each declared field to a struct, even if it was not sent.
struct Members<'a>(&'a mut Map<String, Value>);

impl<'de> Deserializer<'de> for Members<'_> {
    type Error = serde_json::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_map(MapDeserializer::new(names.iter().map(|name| {
            let member = iter::once(Value::from(*name)).chain(self.0.remove(*name));
            (*name, member.collect::<Value>())
        })))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("a request is a struct of fields"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Proof that a fault was noted. A reader that has no value can return only this.
#[derive(Clone, Copy, Debug)]
pub struct NotedFault(());

/// The faults found so far.
#[derive(Debug, Default)]
pub struct FaultCollector(FieldFaults);

impl FaultCollector {
    /// Reads a required field.
    pub fn required<T>(&mut self, field: Field<T>) -> Result<T, NotedFault> {
        self.required_or(field, REQUIRED)
    }

    /// Reads a required field. `missing` is the refusal if it is absent or null.
    pub fn required_or<T>(&mut self, field: Field<T>, missing: Refusal) -> Result<T, NotedFault> {
        match field.sent {
            Sent::Value(value) => Ok(value),
            Sent::Absent | Sent::Null => Err(self.note(field.name, missing)),
            Sent::Fault(faults) => Err(self.note_all(faults)),
            Sent::Blank(read) => read.map_err(|faults| self.note_all(faults)),
        }
    }

    /// Reads a field that may be absent, null or empty. `None` also means that a fault was noted.
    pub fn optional<T>(&mut self, field: Field<T>) -> Option<T> {
        self.clearable(field).flatten()
    }

    /// Reads a field that may be absent but not null. `None` also means that a fault was noted.
    pub fn change<T>(&mut self, field: Field<T>) -> Option<T> {
        match field.sent {
            Sent::Absent => None,
            _ => self.required_or(field, NOT_NULL).ok(),
        }
    }

    /// Reads a field that can be changed, or cleared with null or an empty text. `None` also means that a fault
    /// was noted.
    pub fn clearable<T>(&mut self, field: Field<T>) -> Option<Option<T>> {
        match field.sent {
            Sent::Absent => None,
            Sent::Null | Sent::Blank(_) => Some(None),
            Sent::Value(value) => Some(Some(value)),
            Sent::Fault(faults) => {
                self.note_all(faults);
                None
            }
        }
    }

    /// Notes the fault if a rule across fields refused `value`.
    pub fn check<T>(&mut self, name: &str, value: Result<T, Refusal>) -> Result<T, NotedFault> {
        value.map_err(|refused| self.note(name, refused))
    }

    /// Notes one fault.
    pub fn note(&mut self, name: impl Into<String>, refused: Refusal) -> NotedFault {
        self.note_all(refused.at(name).into())
    }

    /// Notes the faults that the domain found.
    pub fn note_all(&mut self, FieldFaults(faults): FieldFaults) -> NotedFault {
        self.0.0.extend(faults);
        NotedFault(())
    }

    /// Notes a fault unless another one explains it.
    pub fn note_if_first(&mut self, name: &str, refused: Refusal) -> NotedFault {
        if self.0.0.is_empty() { self.note(name, refused) } else { NotedFault(()) }
    }

    /// Returns `values` if no fault was noted.
    pub fn finish<T>(self, values: Result<T, NotedFault>) -> Result<T, FieldFaults> {
        match values {
            Ok(values) => self.0.or(values),
            Err(NotedFault(())) => Err(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field_value::Nested;
    use domain::person::PersonName;
    use serde_json::json;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct PersonSample {
        first_name: Field<PersonName>,
        last_name: Field<PersonName>,
        suffix: Field<PersonName>,
        active: Field<bool>,
        admin: Field<bool>,
        others: Field<Vec<PersonName>>,
        nested: Field<Nested<Inner>>,
    }

    #[derive(Deserialize)]
    struct Inner {
        name: Field<PersonName>,
    }

    impl RequestFields for Inner {
        type Values = PersonName;

        fn read(self, faults: &mut FaultCollector) -> Result<PersonName, NotedFault> {
            faults.required(self.name)
        }
    }

    type Values = (PersonName, Option<Option<PersonName>>, Option<bool>);

    impl RequestFields for PersonSample {
        type Values = Values;

        fn read(self, faults: &mut FaultCollector) -> Result<Values, NotedFault> {
            let first = faults.required(self.first_name);
            let last = faults.change(self.last_name);
            let suffix = faults.clearable(self.suffix);
            let active = faults.required(self.active);
            let admin = faults.change(self.admin);
            let _ = faults.optional(self.others);
            let _ = faults.optional(self.nested);
            let _ = (last, active?);
            Ok((first?, suffix, admin))
        }
    }

    fn read(json: Value) -> Result<Values, Vec<(String, &'static str)>> {
        let Value::Object(members) = json else { panic!("no object") };
        read_object::<PersonSample>(members)
            .map_err(|faults| faults.0.into_iter().map(|f| (f.field, f.code)).collect())
    }

    #[test]
    fn every_fault_is_reported_at_once_including_unknown_fields() {
        let faults = read(json!({
            "firstName": 1, "lastName": null, "suffix": "<", "admin": "yes", "canCreateReport": true,
            "others": ["Ada", 3, ""], "nested": { "name": "", "nick": "A" },
        }))
        .unwrap_err();
        let faults: Vec<_> = faults.iter().map(|(field, code)| (field.as_str(), *code)).collect();
        assert_eq!(
            faults,
            [
                ("firstName", "wrong_type"),
                ("lastName", "required"),
                ("suffix", "name_characters"),
                ("active", "required"),
                ("admin", "wrong_type"),
                ("others[1]", "wrong_type"),
                ("others[2]", "name_length"),
                ("nested.name", "name_length"),
                ("nested.nick", "unknown_field"),
                ("canCreateReport", "unknown_field"),
            ]
        );
    }

    #[test]
    fn an_absent_field_a_null_and_a_value_are_distinct() {
        let suffix = |json: Value| read(json).unwrap().1;
        assert_eq!(suffix(json!({ "firstName": "Ada", "active": true })), None);
        assert_eq!(
            suffix(json!({ "firstName": "Ada", "active": true, "suffix": null })),
            Some(None)
        );
        let sent = json!({ "firstName": "Ada", "active": true, "suffix": "Jr." });
        assert!(matches!(suffix(sent), Some(Some(_))));
    }

    #[test]
    fn a_long_unknown_name_is_shortened() {
        let long = "x".repeat(50);
        let faults = read(json!({ "firstName": "Ada", "active": true, long: 1 })).unwrap_err();
        assert_eq!(faults, [("x".repeat(40), "unknown_field")]);
    }
}
