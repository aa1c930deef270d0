//! Faults in the services that the service under test depends on.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use emulator::{AnswerLoss, DatabaseFault, SesFault, WatchedWrite};

use super::app::App;

/// Often enough to last until the fault is removed.
const ALWAYS: usize = 1000;

const OPERATIONS: [&str; 8] = [
    "BatchGetItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

/// Units of operations, as text so that they can be compared exactly.
pub(crate) fn units(of: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    of.iter().map(|(operation, units)| (*operation, (*units).to_owned())).collect()
}

impl App {
    pub(crate) fn set_registry_down(&self, down: bool) {
        self.registry.set_down(down);
    }

    pub(crate) fn set_email_down(&self, down: bool) {
        if down {
            self.running.inbox.fail_always(SesFault::Throttled);
        } else {
            self.running.inbox.heal();
        }
    }

    pub(crate) fn refuse_emails(&self, count: usize) {
        self.running.inbox.fail_next(count, SesFault::Rejected);
    }

    pub(crate) fn fail_emails(&self, count: usize, fault: SesFault) {
        self.running.inbox.fail_next(count, fault);
    }

    pub(crate) fn heal_emails(&self) {
        self.running.inbox.heal();
    }

    pub(crate) fn lose_email_answers(&self, count: usize) {
        self.running.inbox.fail_next(count, SesFault::AnswerLost);
    }

    fn database_faults(&self) -> &emulator::DatabaseFaults {
        self.running.faults.as_ref().expect("started with faults")
    }

    /// Starts counting capacity units from zero.
    pub(crate) fn reset_units(&self) {
        self.database_faults().reset_usage();
    }

    /// The units of one operation.
    pub(crate) fn units_of(&self, operation: &str) -> String {
        self.database_faults().usage_of(operation).units.to_string()
    }

    /// Every operation that used capacity units, and how many.
    pub(crate) fn units_spent(&self) -> Vec<(&'static str, String)> {
        let units = OPERATIONS.map(|operation| (operation, self.units_of(operation)));
        units.into_iter().filter(|(_, units)| units != "0").collect()
    }

    /// Every operation that was called, and how often.
    pub(crate) fn calls_made(&self) -> Vec<(&'static str, u64)> {
        let calls = OPERATIONS
            .map(|operation| (operation, self.database_faults().usage_of(operation).calls));
        calls.into_iter().filter(|(_, calls)| *calls > 0).collect()
    }

    pub(crate) fn fail_database(&self, operation: &str, fault: DatabaseFault) {
        self.database_faults().fail_next(operation, ALWAYS, fault);
    }

    pub(crate) fn fail_next(&self, operation: &str, fault: DatabaseFault) {
        self.database_faults().fail_next(operation, 1, fault);
    }

    /// Lets the next `count` calls of an operation pass.
    pub(crate) fn pass_next(&self, operation: &str, count: usize) {
        self.database_faults().pass_next(operation, count);
    }

    /// Lets `passing` calls of an operation succeed, then fails `failing` calls.
    pub(crate) fn fail_after(&self, operation: &str, passing: usize, failing: usize) {
        self.database_faults().pass_next(operation, passing);
        self.database_faults().fail_next(operation, failing, DatabaseFault::Internal);
    }

    pub(crate) async fn load_delivery(&self, id: &str) -> String {
        let of_id =
            |item: &store::RawItem| item.get("id").is_some_and(|v| v.as_s().is_ok_and(|v| v == id));
        let item =
            self.load_items().await.into_iter().find(|item| item.contains_key("dl") && of_id(item));
        item.unwrap()["dl"].as_s().unwrap().clone()
    }

    /// Loses the answer of the write with this number, from 0.
    pub(crate) fn lose_answers(&self, write: usize, loss: AnswerLoss) {
        self.database_faults().lose_answers(write, loss);
    }

    /// Loses all answers from the first transaction on.
    pub(crate) fn lose_answers_from_transaction(&self) {
        self.database_faults().lose_answers_from("TransactWriteItems");
    }

    /// Watches the writes from here on.
    pub(crate) fn watch_writes(&self) {
        self.database_faults().watch_writes();
    }

    /// The watched writes.
    pub(crate) fn watched_writes(&self) -> Vec<WatchedWrite> {
        self.database_faults().watched_writes()
    }

    pub(crate) fn heal_database(&self) {
        self.database_faults().heal();
    }

    /// Queries leave out the items with these sort keys.
    pub(crate) fn hide_from_queries(&self, sort_keys: &[&str]) {
        self.database_faults().hide_from_queries(sort_keys);
    }

    /// `BatchGetItem` leaves out the items with these sort keys.
    pub(crate) fn hide_from_batches(&self, sort_keys: &[&str]) {
        self.database_faults().hide_from_batches(sort_keys);
    }

    /// Queries leave out each second event the first time that they would show it.
    pub(crate) fn show_events_late(&self) {
        self.database_faults().show_late("EVENTS#");
    }

    /// Fails the next transactions with a conflict.
    pub(crate) fn fail_with_conflicts(&self, count: usize) {
        self.database_faults().fail_next(
            "TransactWriteItems",
            count,
            DatabaseFault::TransactionConflict,
        );
    }

    pub(crate) fn slow_database(&self, delay: Duration) {
        self.database_faults().delay(delay);
    }

    pub(crate) async fn deactivate_other_keys(&self) {
        for item in self.load_items().await {
            let is_key = item.contains_key("sc");
            let first =
                item.get("id").is_some_and(|id| id.as_s().is_ok_and(|id| *id == self.api_key_id));
            if is_key && !first {
                let set = self.running.client.update_item().table_name(self.table());
                let set = set.key("PK", item["PK"].clone()).key("SK", item["SK"].clone());
                let set = set.update_expression("SET ac = :no");
                set.expression_attribute_values(":no", AttributeValue::Bool(false))
                    .send()
                    .await
                    .unwrap();
            }
        }
    }

    /// Finds the item whose sort key ends like this.
    pub(crate) async fn find_item(&self, sort_key: &str) -> store::RawItem {
        let mut items = self.load_items().await.into_iter();
        let found = items.find(|item| item["SK"].as_s().unwrap().ends_with(sort_key));
        found.unwrap_or_else(|| panic!("no item {sort_key}"))
    }

    /// Removes every attribute of an item but its keys.
    pub(crate) async fn corrupt_item(&self, item: &store::RawItem) {
        let keys = ["PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"];
        let mut rest = item.clone();
        rest.retain(|name, _| keys.contains(&name.as_str()));
        self.put_item(rest).await;
    }

    /// Makes an item almost as large as DynamoDB allows.
    pub(crate) async fn enlarge_item(&self, sort_key: &str) {
        let mut item = self.find_item(sort_key).await;
        item.insert("padding".to_owned(), AttributeValue::S("x".repeat(390 * 1024)));
        self.put_item(item).await;
    }

    /// Writes an item as it is.
    pub(crate) async fn put_item(&self, item: store::RawItem) {
        let put = self.running.client.put_item().table_name(self.table());
        put.set_item(Some(item)).send().await.unwrap();
    }

    pub(crate) async fn corrupt_invitation(&self, id: &str) {
        let text = |text: String| AttributeValue::S(text);
        let remove = self.running.client.update_item().table_name(self.table());
        let remove = remove
            .key("PK", text(format!("CLINIC#{}", self.clinic_id)))
            .key("SK", text(format!("INV#{id}")));
        remove.update_expression("REMOVE em").send().await.unwrap();
    }
}
