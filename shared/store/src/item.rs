//! Items as DynamoDB stores them.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::attr;
use crate::key::Key;

/// An item as DynamoDB stores it, or as a stream record carries it.
pub type RawItem = HashMap<String, AttributeValue>;

/// Converts text to an attribute.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// Converts a number to an attribute.
pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// A number of an item, or 0 if it is missing.
pub(crate) fn number_of<T: FromStr + Default>(item: &RawItem, attribute: &str) -> T {
    let found = item.get(attribute).and_then(|value| value.as_n().ok()?.parse().ok());
    found.unwrap_or_default()
}

impl Key {
    pub(crate) fn into_attributes(self) -> RawItem {
        HashMap::from([(attr::PK.to_owned(), text(self.pk)), (attr::SK.to_owned(), text(self.sk))])
    }

    /// The key of an item. Missing parts are empty.
    pub(crate) fn of(item: &RawItem) -> Self {
        let part = |name| item.get(name).and_then(|v| v.as_s().ok()).cloned().unwrap_or_default();
        Self { pk: part(attr::PK), sk: part(attr::SK) }
    }
}
