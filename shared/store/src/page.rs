//! Pages of lists. A page is full unless it is the last one, or filling it would read too much.

use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

use crate::item::{RawItem, text};
use crate::{Store, StoreError, attr};

/// How many bytes a page may read once it has an item.
const BUDGET: u64 = 4 * 1024 * 1024;

/// A request for one page.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<Id> {
    /// How many items it has at most, 1 to 100.
    pub limit: usize,
    /// The last id that was read for the previous page.
    pub after: Option<Id>,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T, Id> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// Where the next page continues. `None` on the last page.
    pub next: Option<Id>,
}

/// The result of one read.
pub(crate) struct Chunk<T> {
    pub(crate) items: Vec<T>,
    pub(crate) more: bool,
    pub(crate) bytes: u64,
}

impl<T> Chunk<T> {
    pub(crate) fn end() -> Self {
        Self { items: Vec::new(), more: false, bytes: 0 }
    }
}

/// Fills a page chunk by chunk. It stops if the page is full, the list ends, or [`BUDGET`] is spent and
/// the page has an item.
pub(crate) struct PageBuilder<T, Id> {
    limit: usize,
    items: Vec<T>,
    after: Option<Id>,
    size: i32,
    bytes: u64,
    next: Option<Id>,
    done: bool,
}

impl<T, Id: Copy> PageBuilder<T, Id> {
    pub(crate) fn new(page: PageRequest<Id>) -> Self {
        // One item more than the page holds shows whether another page follows.
        let size = i32::try_from(page.limit).unwrap_or(100).saturating_add(1);
        Self {
            limit: page.limit,
            items: Vec::with_capacity(page.limit),
            after: page.after,
            size,
            bytes: 0,
            next: None,
            done: false,
        }
    }

    /// Where to continue reading, and how many items. `None` once the page is done.
    pub(crate) fn next_read(&self) -> Option<(Option<Id>, i32)> {
        (!self.done).then_some((self.after, self.size))
    }

    pub(crate) fn add(
        &mut self,
        chunk: Chunk<T>,
        id: impl Fn(&T) -> Id,
        keep: impl Fn(&T) -> bool,
    ) {
        self.bytes += chunk.bytes;
        for item in chunk.items {
            let kept = keep(&item);
            if kept && self.items.len() == self.limit {
                (self.next, self.done) = (self.items.last().map(&id), true);
                return;
            }
            self.after = Some(id(&item));
            if kept {
                self.items.push(item);
            }
        }
        if !chunk.more {
            self.done = true;
        } else if self.bytes >= BUDGET && !self.items.is_empty() {
            (self.next, self.done) = (self.after, true);
        }
        // A filter that few items pass needs larger reads.
        self.size = self.size.saturating_mul(2).min(1000);
    }

    pub(crate) fn finish(self) -> Page<T, Id> {
        Page { items: self.items, next: self.next }
    }
}

/// The id just below this one.
pub(crate) fn below(id: &[u8; 16]) -> [u8; 16] {
    u128::from_be_bytes(*id).saturating_sub(1).to_be_bytes()
}

/// Converts the consumed capacity of a read to bytes, at `per_unit` bytes per unit.
pub(crate) fn bytes_read(capacity: Option<&ConsumedCapacity>, per_unit: f64) -> u64 {
    let units = capacity.and_then(ConsumedCapacity::capacity_units).unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small non-negative count"
    )]
    let bytes = (units * per_unit) as u64;
    bytes
}

impl Store {
    /// Reads the newest items of a partition within sort-key bounds, strongly consistent.
    pub(crate) async fn query_newest<T>(
        &self,
        partition: &str,
        (from, to): (String, String),
        size: i32,
    ) -> Result<(Vec<RawItem>, Chunk<T>), StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(format!(
                "{} = :pk AND {} BETWEEN :from AND :to",
                attr::PK,
                attr::SK
            ))
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(size)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk(&e))?;
        let bytes = bytes_read(answer.consumed_capacity(), 4096.0);
        let more = answer.last_evaluated_key().is_some();
        Ok((answer.items.unwrap_or_default(), Chunk { items: Vec::new(), more, bytes }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads all pages of a list of `total` items in descending order that keeps every `nth` one.
    fn walk(total: u32, nth: u32, limit: usize, bytes_each: u64) -> Vec<Vec<u32>> {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let mut builder = PageBuilder::new(PageRequest { limit, after });
            while let Some((after, size)) = builder.next_read() {
                let newest: u32 = after.unwrap_or(total + 1);
                let count = newest.saturating_sub(1).min(size.unsigned_abs());
                let items: Vec<u32> = (newest - count..newest).rev().collect();
                let more = items.last().is_some_and(|n| *n > 1);
                let bytes = items.len() as u64 * bytes_each;
                builder.add(Chunk { items, more, bytes }, |n| *n, |n| n.is_multiple_of(nth));
            }
            let page = builder.finish();
            pages.push(page.items);
            after = page.next;
            if after.is_none() {
                return pages;
            }
        }
    }

    #[test]
    fn pages_are_full_and_hold_each_item_once() {
        for (total, nth, limit) in
            [(100, 1, 20), (100, 7, 3), (101, 1, 20), (0, 1, 5), (5, 9, 2), (1000, 10, 100)]
        {
            let pages = walk(total, nth, limit, 1);
            let expected: Vec<u32> = (1..=total).rev().filter(|n| n.is_multiple_of(nth)).collect();
            assert_eq!(pages.concat(), expected);
            let (last, full) = pages.split_last().unwrap();
            assert!(full.iter().all(|page| page.len() == limit));
            assert!(!last.is_empty() || pages.len() == 1, "no empty page at the end");
        }
    }

    #[test]
    fn a_page_that_would_read_too_much_ends_early_but_is_never_empty() {
        let pages = walk(20_000, 5_000, 3, 2048);
        let (_, before_last) = pages.split_last().unwrap();
        assert!(
            before_last.iter().all(|page| !page.is_empty()),
            "SDKs stop at an empty page: {pages:?}"
        );
        assert!(pages.iter().any(|page| page.len() < 3));
        assert_eq!(pages.concat(), [20_000, 15_000, 10_000, 5_000]);
    }
}
