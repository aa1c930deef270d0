//! Items as DynamoDB has them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::attr;
use crate::key::Key;

/// An item as DynamoDB has it, or as a stream record carries it.
pub type RawItem = HashMap<String, AttributeValue>;

/// Text as an attribute.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number as an attribute.
pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

impl Key {
    pub(crate) fn into_attributes(self) -> RawItem {
        HashMap::from([(attr::PK.to_owned(), text(self.pk)), (attr::SK.to_owned(), text(self.sk))])
    }

    /// The key of an item that was read; empty parts when it has none.
    pub(crate) fn of(item: &RawItem) -> Self {
        let part = |name| item.get(name).and_then(|v| v.as_s().ok()).cloned().unwrap_or_default();
        Self { pk: part(attr::PK), sk: part(attr::SK) }
    }
}
