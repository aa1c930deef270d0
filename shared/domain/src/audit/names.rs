//! How an action changed a person's names.

use crate::person::FullName;

/// A person's names before and after an action. Both are `None` if the action changed none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameChange {
    /// The names before. `None` for a new person.
    pub before: Option<FullName>,
    /// The names after.
    pub after: Option<FullName>,
}

impl NameChange {
    /// The names of a new person.
    pub fn new_person(name: &FullName) -> Self {
        Self { before: None, after: Some(name.clone()) }
    }

    /// The names of a person that an action may have changed.
    pub fn between(before: &FullName, after: &FullName) -> Self {
        if before == after {
            return Self::default();
        }
        Self { before: Some(before.clone()), after: Some(after.clone()) }
    }
}
