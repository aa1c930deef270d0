//! Items as DynamoDB stores them.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Value, json};

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

/// An item in the JSON of DynamoDB, which loses nothing. Sets have no order, so it sorts them. `None` if an attribute
/// is of a type that the SDK does not know.
pub(crate) fn item_json(item: &RawItem) -> Option<Map<String, Value>> {
    item.iter().map(|(name, value)| Some((name.clone(), value_json(value)?))).collect()
}

fn value_json(value: &AttributeValue) -> Option<Value> {
    let base64 = |bytes: &Blob| aws_smithy_types::base64::encode(bytes);
    let sorted = |mut texts: Vec<String>| {
        texts.sort_unstable();
        texts
    };
    Some(match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": base64(bytes) }),
        AttributeValue::Bool(value) => json!({ "BOOL": value }),
        AttributeValue::Null(value) => json!({ "NULL": value }),
        AttributeValue::M(item) => json!({ "M": item_json(item)? }),
        AttributeValue::L(list) => {
            json!({ "L": list.iter().map(value_json).collect::<Option<Vec<_>>>()? })
        }
        AttributeValue::Ss(texts) => json!({ "SS": sorted(texts.clone()) }),
        AttributeValue::Ns(numbers) => json!({ "NS": sorted(numbers.clone()) }),
        AttributeValue::Bs(all) => json!({ "BS": sorted(all.iter().map(base64).collect()) }),
        _ => return None,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_keeps_the_types_of_its_attributes() {
        let bytes = |byte| Blob::new(vec![byte]);
        let texts = |all: [&str; 2]| all.map(str::to_owned).to_vec();
        let number = "12345678901234567890123456789012345678";
        let list = vec![AttributeValue::Null(true), AttributeValue::Bool(false)];
        let item = RawItem::from([
            ("s".to_owned(), text("a")),
            ("n".to_owned(), AttributeValue::N(number.to_owned())),
            ("b".to_owned(), AttributeValue::B(bytes(255))),
            ("m".to_owned(), AttributeValue::M(RawItem::from([("B".to_owned(), text("/w=="))]))),
            ("l".to_owned(), AttributeValue::L(list)),
            ("ss".to_owned(), AttributeValue::Ss(texts(["b", "a"]))),
            ("ns".to_owned(), AttributeValue::Ns(texts(["2", "1"]))),
            ("bs".to_owned(), AttributeValue::Bs(vec![bytes(1), bytes(0)])),
        ]);
        let expected = json!({
            "s": { "S": "a" }, "n": { "N": number }, "b": { "B": "/w==" }, "m": { "M": { "B": { "S": "/w==" } } },
            "l": { "L": [{ "NULL": true }, { "BOOL": false }] },
            "ss": { "SS": ["a", "b"] }, "ns": { "NS": ["1", "2"] }, "bs": { "BS": ["AA==", "AQ=="] },
        });
        assert_eq!(item_json(&item).map(Value::Object), Some(expected));
    }
}
