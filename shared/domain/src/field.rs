//! What is wrong with a value that a caller sent, in a form that tells them what to do.

/// Why one value is refused. Never repeats the value: it may be a name or an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// Stable and machine-readable, such as `npi_invalid`.
    pub code: &'static str,
    /// One sentence for a person, saying what is accepted.
    pub detail: &'static str,
}

impl Refusal {
    /// A refusal with this code and sentence.
    pub const fn new(code: &'static str, detail: &'static str) -> Self {
        Self { code, detail }
    }

    /// The same refusal, pinned to the field that holds the value.
    pub fn at(self, field: impl Into<String>) -> FieldFault {
        FieldFault { field: field.into(), code: self.code, detail: self.detail.to_owned() }
    }
}

/// One field at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's JSON name.
    pub field: String,
    /// Stable and machine-readable.
    pub code: &'static str,
    /// One sentence for a person.
    pub detail: String,
}

/// Every field at fault, so that a caller can mend them all at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{} field(s) at fault", .0.len())]
pub struct FieldFaults(pub Vec<FieldFault>);

impl FieldFaults {
    /// Notes one more fault.
    pub fn push(&mut self, fault: FieldFault) {
        self.0.push(fault);
    }

    /// The same faults, of a value that is inside `outer`.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        for fault in &mut self.0 {
            fault.field.insert_str(0, outer);
        }
        self
    }

    /// `value` when nothing is at fault.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<FieldFault> for FieldFaults {
    fn from(fault: FieldFault) -> Self {
        Self(vec![fault])
    }
}
