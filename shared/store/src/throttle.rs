//! Limits on failed sign-ins and on requests for a new password, per address and per network address.
//!
//! An attempt is counted before the password is checked. So even with many attempts at once, only as
//! many as the limit are checked. A correct password removes its count again.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use domain::person::email::Email;
use domain::time::Timestamp;

use crate::item::{RawItem, number};
use crate::key::{self, Key};
use crate::{Store, StoreError, attr};

/// How long attempts count.
const WINDOW: Duration = Duration::from_mins(15);
/// The most wrong passwords for one address in the window.
const PER_ADDRESS: u32 = 10;
/// The most wrong passwords from one network address in the window.
const PER_IP: u32 = 50;

/// The most password emails to one address in the window.
const RESETS_PER_ADDRESS: u32 = 3;
/// The most requests for a new password from one network address in the window.
const RESETS_PER_IP: u32 = 20;

const PASSWORD: &str = "PASSWORD";
const RESET: &str = "RESET";

/// Whether one more attempt is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThrottleDecision {
    /// The attempt is allowed and counted.
    Allow,
    /// The limit is reached. The next attempt is allowed after this time.
    Wait(Duration),
}

impl Store {
    /// Counts an attempt with a password for `email` from `ip`.
    pub async fn count_password_guess(
        &self,
        email: &Email,
        ip: Option<&str>,
        now: Timestamp,
    ) -> Result<ThrottleDecision, StoreError> {
        self.count_for_address_and_ip((email, PER_ADDRESS), (ip, PER_IP), PASSWORD, now).await
    }

    /// Counts a request from `ip` for a new password for `email`.
    pub async fn count_reset_request(
        &self,
        email: &Email,
        ip: Option<&str>,
        now: Timestamp,
    ) -> Result<ThrottleDecision, StoreError> {
        let (address, ip) = ((email, RESETS_PER_ADDRESS), (ip, RESETS_PER_IP));
        self.count_for_address_and_ip(address, ip, RESET, now).await
    }

    async fn count_for_address_and_ip(
        &self,
        (email, per_address): (&Email, u32),
        (ip, per_ip): (Option<&str>, u32),
        kind: &str,
        now: Timestamp,
    ) -> Result<ThrottleDecision, StoreError> {
        let address = key::throttled_address(email, kind);
        let address = self.count_attempt(&address, per_address, now).await?;
        let (ThrottleDecision::Allow, Some(ip)) = (address, ip) else {
            return Ok(address);
        };
        self.count_attempt(&key::throttled_ip(ip, kind), per_ip, now).await
    }

    /// Removes the count of a correct password. Also clears the address's earlier failures.
    pub async fn clear_password_guesses(
        &self,
        email: &Email,
        ip: Option<&str>,
    ) -> Result<(), StoreError> {
        let address = key::throttled_address(email, PASSWORD).into_attributes();
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(address));
        delete.send().await.map_err(|e| StoreError::from_sdk(&e))?;
        let Some(ip) = ip else { return Ok(()) };
        let less = format!("ADD {} :less", attr::GUESSES);
        let some = format!("{} > :none", attr::GUESSES);
        let values =
            HashMap::from([(":less".to_owned(), number(-1)), (":none".to_owned(), number(0))]);
        self.update_count(&key::throttled_ip(ip, PASSWORD), &less, &some, values).await.map(|_| ())
    }

    /// Counts an attempt, in a new window if the last one has ended.
    async fn count_attempt(
        &self,
        key: &Key,
        limit: u32,
        now: Timestamp,
    ) -> Result<ThrottleDecision, StoreError> {
        let ends = now.plus(WINDOW);
        // Another attempt may open the window between the two writes below. Then the next try counts in
        // that window. More than two tries are needed only if a window ends meanwhile.
        for _ in 0..3 {
            let Some(found) = self.add_to_open_window(key, limit, now).await? else {
                return Ok(ThrottleDecision::Allow);
            };
            if let Some(open) = window_end(&found).filter(|end| *end > now) {
                return Ok(ThrottleDecision::Wait(open.since(now)));
            }
            if self.open_window(key, now, ends).await? {
                return Ok(ThrottleDecision::Allow);
            }
        }
        Ok(ThrottleDecision::Wait(WINDOW))
    }

    /// Adds an attempt to an open window that is not full. Returns the item if there is no such window.
    async fn add_to_open_window(
        &self,
        key: &Key,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<RawItem>, StoreError> {
        let more = format!("ADD {} :one", attr::GUESSES);
        let open = format!("{} > :now AND {} < :limit", attr::WINDOW_END, attr::GUESSES);
        let values = HashMap::from([
            (":one".to_owned(), number(1)),
            (":now".to_owned(), number(now.millis())),
            (":limit".to_owned(), number(limit)),
        ]);
        self.update_count(key, &more, &open, values).await
    }

    /// Opens a window with one attempt. Returns false if another attempt opened one first.
    async fn open_window(
        &self,
        key: &Key,
        now: Timestamp,
        ends: Timestamp,
    ) -> Result<bool, StoreError> {
        let set =
            format!("SET {} = :one, {} = :ends, #ttl = :ttl", attr::GUESSES, attr::WINDOW_END);
        let none = format!("attribute_not_exists({}) OR {} <= :now", attr::PK, attr::WINDOW_END);
        let values = HashMap::from([
            (":one".to_owned(), number(1)),
            (":ends".to_owned(), number(ends.millis())),
            (":ttl".to_owned(), number(ends.seconds())),
            (":now".to_owned(), number(now.millis())),
        ]);
        Ok(self.update_count(key, &set, &none, values).await?.is_none())
    }

    /// Updates a counter. Returns the item if it does not meet the condition.
    async fn update_count(
        &self,
        key: &Key,
        update: &str,
        condition: &str,
        values: HashMap<String, AttributeValue>,
    ) -> Result<Option<RawItem>, StoreError> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.clone().into_attributes()))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let request = if update.contains("#ttl") {
            request.expression_attribute_names("#ttl", "ttl")
        } else {
            request
        };
        match request.send().await {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Some(failed.item().cloned().unwrap_or_default()))
                }
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }
}

fn window_end(item: &RawItem) -> Option<Timestamp> {
    let millis = item.get(attr::WINDOW_END)?.as_n().ok()?.parse().ok()?;
    Timestamp::from_millis(millis).ok()
}
