//! Taking the fields of an object one by one, and telling of every faulty one at once.

use domain::field::{Fault, Faults, Refused};
use serde_json::{Map, Value};

const REQUIRED: Refused = Refused::new("required", "is required");
const NOT_TEXT: Refused = Refused::new("wrong_type", "must be a string");
const NOT_LIST: Refused = Refused::new("wrong_type", "must be a list of strings");
const NOT_WHOLE: Refused = Refused::new("wrong_type", "must be a whole number");
const NOT_OBJECT: Refused = Refused::new("wrong_type", "must be an object");
const NOT_BOOL: Refused = Refused::new("wrong_type", "must be true or false");

/// The members of an object that are not taken yet, and the faults so far.
#[derive(Debug)]
pub struct Fields {
    members: Map<String, Value>,
    faults: Faults,
}

impl Fields {
    /// All members of an object.
    pub fn new(members: Map<String, Value>) -> Self {
        Self { members, faults: Faults::default() }
    }

    /// A string that has to be there. `None` means a fault was noted.
    pub fn required<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Option<T> {
        match self.members.remove(name) {
            None | Some(Value::Null) => self.fault(name, REQUIRED),
            Some(value) => self.parsed(name, &value, parse),
        }
    }

    /// A string that may be missing or null. `None` means missing, or a fault was noted.
    pub fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Option<T> {
        match self.members.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => self.parsed(name, &value, parse),
        }
    }

    /// A string that can be changed but not cleared.
    pub fn change<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Option<T> {
        if self.members.contains_key(name) { self.required(name, parse) } else { None }
    }

    /// A string that can be changed, or cleared with null.
    pub fn clearable<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Option<Option<T>> {
        match self.members.remove(name)? {
            Value::Null => Some(None),
            value => self.parsed(name, &value, parse).map(Some),
        }
    }

    /// A boolean that has to be there.
    pub fn required_bool(&mut self, name: &str) -> Option<bool> {
        match self.members.remove(name) {
            None | Some(Value::Null) => self.fault(name, REQUIRED),
            Some(Value::Bool(value)) => Some(value),
            Some(_) => self.fault(name, NOT_BOOL),
        }
    }

    /// A boolean that can be changed.
    pub fn change_bool(&mut self, name: &str) -> Option<bool> {
        if self.members.contains_key(name) { self.required_bool(name) } else { None }
    }

    /// A list of strings. `None` means missing, or a fault was noted.
    pub fn list<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Refused>,
    ) -> Option<Vec<T>> {
        let Value::Array(values) = self.members.remove(name)? else {
            return self.fault(name, NOT_LIST);
        };
        let mut parsed = Vec::with_capacity(values.len());
        for (at, value) in values.iter().enumerate() {
            parsed.push(self.parsed(&format!("{name}[{at}]"), value, &parse));
        }
        parsed.into_iter().collect()
    }

    /// A whole number that may be missing or null. `None` means missing, or a fault was noted.
    pub fn optional_whole<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(u32) -> Result<T, Refused>,
    ) -> Option<T> {
        let value = match self.members.remove(name) {
            None | Some(Value::Null) => return None,
            Some(value) => value,
        };
        // What is whole and too large is refused by its range like any other.
        let whole = value.as_u64().map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        match whole.map(parse) {
            Some(Ok(value)) => Some(value),
            Some(Err(refused)) => self.fault(name, refused),
            None => self.fault(name, NOT_WHOLE),
        }
    }

    /// The fields of an object that may be missing or null; their faults are noted with
    /// [`Fields::note_within`].
    pub fn optional_object(&mut self, name: &str) -> Option<Self> {
        match self.members.remove(name) {
            None | Some(Value::Null) => None,
            Some(Value::Object(members)) => Some(Self::new(members)),
            Some(_) => self.fault(name, NOT_OBJECT),
        }
    }

    /// Notes the faults of an object's own fields.
    pub fn note_within(&mut self, name: &str, Faults(faults): Faults) {
        let within = faults
            .into_iter()
            .map(|fault| Fault { field: format!("{name}.{}", fault.field), ..fault });
        self.faults.0.extend(within);
    }

    /// A member of any type, to be read by the caller.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name)
    }

    /// Whether the member is there and not yet taken.
    pub fn holds(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Whether the member is there, not null, and not yet taken.
    pub fn holds_value(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether no fault was noted so far.
    pub fn is_faultless(&self) -> bool {
        self.faults.0.is_empty()
    }

    /// Notes faults that rules across fields found.
    pub fn note(&mut self, faults: Faults) {
        self.faults.0.extend(faults.0);
    }

    /// Notes a fault that only the caller can see.
    pub fn fault<T>(&mut self, name: &str, refused: Refused) -> Option<T> {
        self.faults.push(refused.at(name));
        None
    }

    /// `value` when every field was right and none is left over. A misspelt permission must never
    /// pass silently.
    pub fn finish<T>(mut self, value: T) -> Result<T, Faults> {
        for name in self.members.keys() {
            self.faults.push(Fault {
                field: shown(name),
                code: "unknown_field",
                detail: "is not a field of this request".to_owned(),
            });
        }
        self.faults.or(value)
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        value: &Value,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Option<T> {
        match value.as_str().map(parse) {
            Some(Ok(value)) => Some(value),
            Some(Err(refused)) => self.fault(name, refused),
            None => self.fault(name, NOT_TEXT),
        }
    }
}

/// An unknown field's name, cut short: a caller may have sent anything.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::person::PersonName;

    fn fields(json: &str) -> Fields {
        Fields::new(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn every_fault_is_told_at_once_unknown_fields_too() {
        let mut fields = fields(r#"{"a":1,"b":null,"c":"<","d":"yes","canCreateReport":true}"#);
        let _ = fields.required("a", PersonName::parse);
        let _ = fields.required("b", PersonName::parse);
        let _ = fields.optional("c", PersonName::parse);
        let _ = fields.required_bool("d");
        let _ = fields.required_bool("e");
        let codes: Vec<_> =
            fields.finish(()).unwrap_err().0.into_iter().map(|f| (f.field, f.code)).collect();
        let expected = [
            ("a", "wrong_type"),
            ("b", "required"),
            ("c", "name_characters"),
            ("d", "wrong_type"),
            ("e", "required"),
            ("canCreateReport", "unknown_field"),
        ];
        assert_eq!(codes, expected.map(|(f, c)| (f.to_owned(), c)));
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        let mut fields = fields(r#"{"null":null,"value":"Ada"}"#);
        assert_eq!(fields.clearable("absent", PersonName::parse), None);
        assert_eq!(fields.clearable("null", PersonName::parse), Some(None));
        assert!(matches!(fields.clearable("value", PersonName::parse), Some(Some(_))));
        assert!(fields.finish(()).is_ok());
    }

    #[test]
    fn null_does_not_clear_what_must_be_there() {
        let mut fields = fields(r#"{"lastName":null,"canManageStudies":null}"#);
        assert!(fields.change("lastName", PersonName::parse).is_none());
        assert!(fields.change_bool("canManageStudies").is_none());
        assert_eq!(fields.finish(()).unwrap_err().0.len(), 2);
    }
}
