//! Answers of queries that show only a part of a transaction, as DynamoDB allows.

use std::collections::BTreeMap;

use axum::body::Bytes;
use serde_json::{Value, json};

/// The items that queries leave out.
#[derive(Debug, Default)]
pub(super) struct HiddenItems {
    sort_keys: Vec<String>,
    /// Left out of the answers to `BatchGetItem`.
    batch_keys: Vec<String>,
    /// The prefix of partitions whose items are shown late.
    late: Option<String>,
    /// The items of these partitions that were seen, with their place in the order in which they were seen.
    seen: BTreeMap<(String, String), usize>,
}

impl HiddenItems {
    pub(super) fn hide(&mut self, sort_keys: &[&str]) {
        self.sort_keys.extend(sort_keys.iter().map(|key| (*key).to_owned()));
    }

    pub(super) fn hide_from_batches(&mut self, sort_keys: &[&str]) {
        self.batch_keys.extend(sort_keys.iter().map(|key| (*key).to_owned()));
    }

    pub(super) fn show_late(&mut self, partition: &str) {
        self.late = Some(partition.to_owned());
    }

    /// The answer of a query without the hidden items. `None` if it stays as it is.
    pub(super) fn remove_from(&mut self, answer: &Bytes) -> Option<Bytes> {
        if self.sort_keys.is_empty() && self.late.is_none() {
            return None;
        }
        let mut answer: Value = serde_json::from_slice(answer).ok()?;
        let items = answer["Items"].as_array_mut()?;
        items.retain(|item| self.shows(item));
        let count = items.len();
        answer["Count"] = json!(count);
        Some(answer.to_string().into())
    }

    /// The same of `BatchGetItem`.
    pub(super) fn remove_from_batch(&self, answer: &Bytes) -> Option<Bytes> {
        if self.batch_keys.is_empty() {
            return None;
        }
        let mut answer: Value = serde_json::from_slice(answer).ok()?;
        for items in answer["Responses"].as_object_mut()?.values_mut() {
            let shown = |item: &Value| {
                !self.batch_keys.iter().any(|key| item["SK"]["S"].as_str() == Some(key))
            };
            items.as_array_mut()?.retain(shown);
        }
        Some(answer.to_string().into())
    }

    fn shows(&mut self, item: &Value) -> bool {
        let text = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
        let (partition, sort_key) = (text("PK"), text("SK"));
        if self.sort_keys.contains(&sort_key) {
            return false;
        }
        if !self.late.as_deref().is_some_and(|prefix| partition.starts_with(prefix)) {
            return true;
        }
        let (count, key) = (self.seen.len(), (partition, sort_key));
        if self.seen.contains_key(&key) {
            return true;
        }
        self.seen.insert(key, count);
        count % 2 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(hidden: &mut HiddenItems) -> Vec<String> {
        let item = |n: u32| json!({ "PK": { "S": "EVENTS#1" }, "SK": { "S": n.to_string() } });
        let answer = json!({ "Items": (1..=4).map(item).collect::<Vec<_>>(), "Count": 4 });
        let answer = Bytes::from(answer.to_string());
        let answer = hidden.remove_from(&answer).unwrap_or(answer);
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        let items = answer["Items"].as_array().unwrap();
        assert_eq!(answer["Count"], items.len());
        items.iter().map(|item| item["SK"]["S"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn items_are_hidden_from_batches() {
        let mut hidden = HiddenItems::default();
        let answer =
            json!({ "Responses": { "table": [{ "SK": { "S": "1" } }, { "SK": { "S": "2" } }] } });
        let answer = Bytes::from(answer.to_string());
        assert!(hidden.remove_from_batch(&answer).is_none());
        hidden.hide_from_batches(&["2"]);
        let part = hidden.remove_from_batch(&answer).unwrap();
        let part: Value = serde_json::from_slice(&part).unwrap();
        assert_eq!(part, json!({ "Responses": { "table": [{ "SK": { "S": "1" } }] } }));
    }

    #[test]
    fn items_are_hidden_always_or_only_once() {
        let mut hidden = HiddenItems::default();
        assert_eq!(shown(&mut hidden), ["1", "2", "3", "4"]);
        hidden.hide(&["2"]);
        assert_eq!(shown(&mut hidden), ["1", "3", "4"]);
        let mut late = HiddenItems::default();
        late.show_late("EVENTS#");
        assert_eq!(shown(&mut late), ["2", "4"]);
        assert_eq!(shown(&mut late), ["1", "2", "3", "4"]);
        let mut other = HiddenItems::default();
        other.show_late("AUDIT#");
        assert_eq!(shown(&mut other), ["1", "2", "3", "4"]);
    }
}
