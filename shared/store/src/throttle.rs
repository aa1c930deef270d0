//! Limits on wrong passwords, on requests for a new password, and on NPI lookups.
//!
//! A counter belongs to one window of the clock, such as 10:15 to 10:30. Its key names the window, so a new
//! window begins with no write.
//!
//! An attempt with a password is reserved in all of its counters before the password is judged. So of many
//! attempts at once, only as many as the limit are judged. Only an attempt that was judged wrong stays
//! counted. One whose process died stays counted too, until the window ends: an attacker must not gain guesses by
//! breaking them off.

mod counter;
mod npi_lookups;

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use domain::audit::AuditRecord;
use domain::network::Network;
use domain::person::email::Email;
use domain::time::Timestamp;

use crate::item::{RawItem, number, number_of};
use crate::throttle::counter::{Add, Counter, KEEP, not_full};
use crate::write::{ItemWrite, WriteOutcome};
use crate::{CommitOutcome, Part, Store, StoreError, Transaction, attr};

/// How often a write is tried while other transactions hold its items.
const ATTEMPTS: usize = 6;
/// When to come back if only attempts in flight fill a limit.
const IN_FLIGHT_WAIT: Duration = Duration::from_secs(1);
pub use counter::{AttemptLimit, AttemptSource, GuessedAddress};

/// An attempt that is counted and not judged yet.
#[must_use = "release it, or count it as wrong"]
#[derive(Clone, Debug)]
pub struct AttemptReservation(Vec<Counter>);

/// Whether one more attempt is allowed.
#[must_use]
#[derive(Clone, Debug)]
pub enum AttemptDecision<T> {
    /// The attempt is allowed and counted.
    Allow(T),
    /// A limit is reached. The next attempt is allowed after this time.
    Wait(Duration),
}

/// A limit that wrong passwords have reached.
#[derive(Clone, Debug)]
pub struct ReachedLimit(Counter);

impl ReachedLimit {
    /// The limit.
    pub fn limit(&self) -> AttemptLimit {
        self.0.limit
    }
}

impl Store {
    /// Reserves an attempt in all of its counters, or in none.
    pub async fn reserve_attempt(
        &self,
        of: GuessedAddress<'_>,
        source: AttemptSource,
        now: Timestamp,
    ) -> Result<AttemptDecision<AttemptReservation>, StoreError> {
        let counters = Counter::all(of, source, now);
        for _ in 0..ATTEMPTS {
            let refused = self.add_to_all(&counters).await?;
            let full = match refused {
                Reserved::All => return Ok(AttemptDecision::Allow(AttemptReservation(counters))),
                Reserved::None(full) => full,
            };
            if let Some(wait) = full.iter().filter_map(|full| full.locked_for(now)).max() {
                return Ok(AttemptDecision::Wait(wait));
            }
            // Without a full counter, another transaction held one of them.
            if !full.is_empty() {
                break;
            }
        }
        Ok(AttemptDecision::Wait(IN_FLIGHT_WAIT))
    }

    /// Counts a reserved attempt as wrong. Returns the limits that are reached. If that fails, the attempt stays
    /// counted as reserved, so the limits hold all the same.
    pub async fn count_wrong(&self, attempt: AttemptReservation) -> Vec<ReachedLimit> {
        let counted = self.add_wrong(&attempt.0).await;
        let counts = counted.unwrap_or_else(|error| {
            tracing::warn!(%error, "wrong password not counted, it stays reserved");
            Vec::new()
        });
        let counted = attempt.0.into_iter().zip(counts);
        let reached = counted.filter(|(counter, wrong)| *wrong >= i64::from(counter.limit.max()));
        reached.map(|(counter, _)| ReachedLimit(counter)).collect()
    }

    /// Gives back the reservation of an attempt that was not wrong.
    pub async fn release_attempt(&self, attempt: &AttemptReservation) -> Result<(), StoreError> {
        self.commit_attempts(|| {
            let mut tx = Transaction::new(self);
            tx.release_attempt(attempt)?;
            Ok(tx)
        })
        .await
        .map(|_| ())
    }

    /// Gives it back unless this record was written, in the transaction that gave it back.
    pub async fn release_attempt_unless(
        &self,
        attempt: &AttemptReservation,
        record: &AuditRecord,
    ) -> Result<(), StoreError> {
        self.commit_attempts(|| {
            let mut tx = Transaction::new(self);
            tx.release_attempt(attempt)?;
            tx.require_no_audit_record(record)?;
            Ok(tx)
        })
        .await
        .map(|_| ())
    }

    /// Commits a change of counters. Another transaction that is in progress only delays it. Returns the outcome,
    /// which is a conflict only if a condition failed.
    async fn commit_attempts(
        &self,
        change: impl Fn() -> Result<Transaction, StoreError>,
    ) -> Result<CommitOutcome, StoreError> {
        for _ in 0..ATTEMPTS {
            match change()?.commit().await? {
                CommitOutcome::Conflict(parts) if parts.is_empty() => {}
                outcome => return Ok(outcome),
            }
        }
        Err(StoreError::Unavailable("counters of attempts are in use".to_owned()))
    }

    /// Records that a limit was reached, with these audit records. Without records it writes as well, so
    /// that the response time does not show whether the address has a user.
    pub async fn record_lockout(
        &self,
        reached: &ReachedLimit,
        records: &[AuditRecord],
        now: Timestamp,
    ) -> Result<CommitOutcome, StoreError> {
        let mut tx = Transaction::new(self);
        let update = format!("SET {} = :now", attr::LOCKED_AT);
        let condition = format!("attribute_not_exists({})", attr::LOCKED_AT);
        let values = HashMap::from([(":now".to_owned(), number(now.millis()))]);
        tx.update(Part::Attempts, reached.0.key.clone(), &update, &condition, values)?;
        for record in records {
            tx.put_audit_record(record)?;
        }
        tx.commit().await
    }

    /// Counts a request from a network for a password email.
    pub async fn count_reset_from(
        &self,
        network: Network,
        now: Timestamp,
    ) -> Result<AttemptDecision<()>, StoreError> {
        let counter = Counter::of_reset_network(&network, now);
        self.count(&counter, counter.limit.max(), now).await
    }

    /// Counts a password email to an address.
    pub async fn count_reset_for(
        &self,
        email: &Email,
        now: Timestamp,
    ) -> Result<AttemptDecision<()>, StoreError> {
        let counter = Counter::of_reset_address(email, now);
        self.count(&counter, counter.limit.max(), now).await
    }

    /// Counts an attempt that is never given back, `max` at most.
    async fn count(
        &self,
        counter: &Counter,
        max: u32,
        now: Timestamp,
    ) -> Result<AttemptDecision<()>, StoreError> {
        let ttl = counter.window.end.plus(KEEP).seconds();
        let write = ItemWrite::update(counter.key.clone())
            .set("ttl", number(ttl))
            .add(attr::RESERVED, 1)
            .when(&not_full())
            .value(":max", number(max));
        Ok(match self.write(write).await? {
            WriteOutcome::Written(_) => AttemptDecision::Allow(()),
            WriteOutcome::Unmet(_) => AttemptDecision::Wait(counter.window.end.since(now)),
        })
    }

    async fn add_to_all(&self, counters: &[Counter]) -> Result<Reserved, StoreError> {
        let id = fastrand::u64(..);
        let items = counters.iter().map(|counter| self.add_one(counter, id));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        let Err(error) = request.send().await else {
            return Ok(Reserved::All);
        };
        if let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
            error.as_service_error()
        {
            return read_full(counters, canceled.cancellation_reasons()).map(Reserved::None);
        }
        // Nothing was judged, so it must not stay counted.
        let _ = self.take_back(counters, id).await;
        Err(StoreError::from_sdk(&error))
    }

    fn add_one(&self, counter: &Counter, id: u64) -> Result<TransactWriteItem, StoreError> {
        let add = Add::new(counter, id);
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(counter.key.clone().into_attributes()))
            .update_expression(add.update)
            .condition_expression(add.condition)
            .expression_attribute_names("#ttl", "ttl")
            .set_expression_attribute_values(Some(add.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|e| StoreError::Refused(e.to_string()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Adds a wrong attempt to each counter. Returns how many there are now.
    async fn add_wrong(&self, counters: &[Counter]) -> Result<Vec<i64>, StoreError> {
        let update = format!("ADD {} :one", attr::WRONG);
        let counted = self.commit_attempts(|| {
            let mut tx = Transaction::new(self);
            for counter in counters {
                let one = HashMap::from([(":one".to_owned(), number(1))]);
                tx.update(Part::Attempts, counter.key.clone(), &update, &exists(), one)?;
            }
            Ok(tx)
        });
        if counted.await? != CommitOutcome::Committed {
            return Err(StoreError::Unavailable("the counters of the attempt are gone".to_owned()));
        }
        let keys: Vec<_> = counters.iter().map(|counter| counter.key.clone()).collect();
        let found = self.get_all(&keys).await?;
        let wrong = |item: RawItem| number_of(&item, attr::WRONG);
        Ok(found.into_iter().map(|item| item.map_or(0, wrong)).collect())
    }

    /// Takes back a reservation whose answers were lost, if it took place. It did if the person's own counter has
    /// its id. If another attempt of the person came between, it stays counted.
    async fn take_back(&self, counters: &[Counter], id: u64) -> Result<(), StoreError> {
        let update = format!("ADD {} :less", attr::RESERVED);
        let own = format!("{} = :write", attr::WRITE_ID);
        let taken_back = self.commit_attempts(|| {
            let mut tx = Transaction::new(self);
            for (position, counter) in counters.iter().enumerate() {
                let mut values = HashMap::from([(":less".to_owned(), number(-1))]);
                let condition = if position == 0 {
                    values.insert(":write".to_owned(), number(id));
                    &own
                } else {
                    &exists()
                };
                tx.update(Part::Attempts, counter.key.clone(), &update, condition, values)?;
            }
            Ok(tx)
        });
        taken_back.await.map(|_| ())
    }
}

/// The condition that an item exists.
fn exists() -> String {
    format!("attribute_exists({})", attr::PK)
}

impl Transaction {
    /// Gives back the reservation of an attempt that was not wrong.
    pub fn release_attempt(&mut self, attempt: &AttemptReservation) -> Result<(), StoreError> {
        let update = format!("ADD {} :less", attr::RESERVED);
        for counter in &attempt.0 {
            let values = HashMap::from([(":less".to_owned(), number(-1))]);
            self.update(Part::Attempts, counter.key.clone(), &update, &exists(), values)?;
        }
        Ok(())
    }
}

enum Reserved {
    All,
    /// Nothing was counted. The list holds the full counters. It is empty if another transaction was in
    /// progress.
    None(Vec<FullCounter>),
}

/// A counter whose limit is reached.
struct FullCounter {
    counter: Counter,
    wrong: i64,
}

impl FullCounter {
    /// How long wrong attempts alone fill the counter. `None` if some attempts are still in flight.
    fn locked_for(&self, now: Timestamp) -> Option<Duration> {
        let full = self.wrong >= i64::from(self.counter.limit.max());
        full.then(|| self.counter.window.end.since(now))
    }
}

/// Reads which counters are full. DynamoDB returns one reason for each, in order.
fn read_full(
    counters: &[Counter],
    reasons: &[CancellationReason],
) -> Result<Vec<FullCounter>, StoreError> {
    let mut full = Vec::new();
    for (counter, reason) in counters.iter().zip(reasons) {
        match reason.code().unwrap_or("None") {
            "None" | "TransactionConflict" => {}
            "ConditionalCheckFailed" => {
                let item = reason.item().cloned().unwrap_or_default();
                let wrong = number_of(&item, attr::WRONG);
                full.push(FullCounter { counter: counter.clone(), wrong });
            }
            code => return Err(StoreError::Unavailable(code.to_owned())),
        }
    }
    Ok(full)
}
