//! Invalid values in a request. Each fault tells the caller what to do.

/// Why a value is refused. It never repeats the value, which may be a name or an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// Stable and machine-readable, such as `npi_invalid`.
    pub code: &'static str,
    /// Tells a person what to do, in whole sentences: "Send a whole number from 15 to 300."
    pub detail: &'static str,
}

impl Refusal {
    /// A refusal with this code and sentence.
    pub const fn new(code: &'static str, detail: &'static str) -> Self {
        Self { code, detail }
    }

    /// Names the field that holds the refused value.
    pub fn at(self, field: impl Into<String>) -> FieldFault {
        FieldFault { field: field.into(), code: self.code, detail: self.detail.to_owned() }
    }
}

/// A field with a refused value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's JSON name.
    pub field: String,
    /// Stable and machine-readable.
    pub code: &'static str,
    /// Tells a person what to do.
    pub detail: String,
}

/// Every field with a refused value, so that a caller can fix them all at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{} field(s) refused", .0.len())]
pub struct FieldFaults(pub Vec<FieldFault>);

impl FieldFaults {
    /// Adds a fault.
    pub fn push(&mut self, fault: FieldFault) {
        self.0.push(fault);
    }

    /// Prefixes the name of every field with `outer`, the object that holds it.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        for fault in &mut self.0 {
            fault.field.insert_str(0, outer);
        }
        self
    }

    /// Returns `value` if there is no fault.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<FieldFault> for FieldFaults {
    fn from(fault: FieldFault) -> Self {
        Self(vec![fault])
    }
}
