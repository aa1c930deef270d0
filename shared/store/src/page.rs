//! Pages of lists. A page is full unless it is the last one, or filling it would read too much.

use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

use crate::item::{RawItem, text};
use crate::key::Key;
use crate::{Store, StoreError, attr};

/// How many bytes a page may read once it has an item, or even without one if the list is searched.
pub(crate) const BUDGET: u64 = 4 * 1024 * 1024;

/// A request for one page.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<Id> {
    /// How many items it has at most, 1 to 100.
    pub limit: usize,
    /// The last id that was read for the previous page.
    pub after: Option<Id>,
    /// Whether the page may end without an item, because what it looks for can be rare.
    pub may_be_empty: bool,
}

impl<Id> PageRequest<Id> {
    /// A page that holds one item at least, unless it is the last.
    pub fn new(limit: usize, after: Option<Id>) -> Self {
        Self { limit, after, may_be_empty: false }
    }
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T, Id> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// Where the next page continues. `None` on the last page.
    pub next: Option<Id>,
    /// How many items are left out because they are corrupt.
    pub skipped: u32,
}

impl<T, Id> Page<T, Id> {
    /// The page of a list that has this item at most, if `keep` accepts it.
    pub fn of_one(
        found: Result<Option<T>, StoreError>,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Self, StoreError> {
        match found {
            Ok(found) => {
                let items = found.into_iter().filter(keep).collect();
                Ok(Self { items, next: None, skipped: 0 })
            }
            Err(error) => {
                skip_corrupt(error)?;
                Ok(Self { items: Vec::new(), next: None, skipped: 1 })
            }
        }
    }
}

/// One item of a list.
pub(crate) enum Entry<T, Id> {
    /// An item and its id.
    Item(Id, T),
    /// A corrupt item, and its id if its key has one.
    Corrupt(Option<Id>),
}

impl<T, Id> Entry<T, Id> {
    /// The id, if the key has one.
    pub(crate) fn id(&self) -> Option<Id>
    where
        Id: Copy,
    {
        match self {
            Self::Item(id, _) => Some(*id),
            Self::Corrupt(id) => *id,
        }
    }

    pub(crate) fn item(&self) -> Option<&T> {
        match self {
            Self::Item(_, item) => Some(item),
            Self::Corrupt(_) => None,
        }
    }

    pub(crate) fn item_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Item(_, item) => Some(item),
            Self::Corrupt(_) => None,
        }
    }
}

/// The result of one read.
pub(crate) struct Chunk<T, Id> {
    pub(crate) entries: Vec<Entry<T, Id>>,
    pub(crate) more: bool,
    pub(crate) bytes: u64,
}

impl<T, Id> Chunk<T, Id> {
    pub(crate) fn end() -> Self {
        Self { entries: Vec::new(), more: false, bytes: 0 }
    }
}

/// The items of one read, as DynamoDB stores them.
pub(crate) struct RawChunk {
    pub(crate) items: Vec<RawItem>,
    pub(crate) more: bool,
    pub(crate) bytes: u64,
}

/// Fills a page chunk by chunk. It stops if the page is full, the list ends, or [`BUDGET`] is spent and
/// the page has an item or may be empty.
pub(crate) struct PageBuilder<T, Id> {
    limit: usize,
    may_be_empty: bool,
    items: Vec<T>,
    after: Option<Id>,
    /// The last item of the page.
    last: Option<Id>,
    size: i32,
    bytes: u64,
    next: Option<Id>,
    skipped: u32,
    /// Corrupt items after the last item. The next page counts them if this one is full.
    skipped_after: u32,
    done: bool,
}

impl<T, Id: Copy> PageBuilder<T, Id> {
    pub(crate) fn new(page: PageRequest<Id>) -> Self {
        // One item more than the page holds shows whether another page follows.
        let size = i32::try_from(page.limit).unwrap_or(100).saturating_add(1);
        Self {
            limit: page.limit,
            may_be_empty: page.may_be_empty,
            items: Vec::with_capacity(page.limit),
            after: page.after,
            last: None,
            size,
            bytes: 0,
            next: None,
            skipped: 0,
            skipped_after: 0,
            done: false,
        }
    }

    /// Where to continue reading, and how many items. `None` once the page is done.
    pub(crate) fn next_read(&self) -> Option<(Option<Id>, i32)> {
        (!self.done).then_some((self.after, self.size))
    }

    pub(crate) fn add(&mut self, chunk: Chunk<T, Id>, keep: impl Fn(&T) -> bool) {
        self.bytes += chunk.bytes;
        for entry in chunk.entries {
            match entry {
                Entry::Corrupt(id) => {
                    self.after = id.or(self.after);
                    self.skipped_after += 1;
                }
                Entry::Item(_, item) if keep(&item) && self.items.len() == self.limit => {
                    (self.next, self.done) = (self.last, true);
                    self.skipped_after = 0;
                    return;
                }
                Entry::Item(id, item) => {
                    self.after = Some(id);
                    if keep(&item) {
                        self.items.push(item);
                        self.last = Some(id);
                        self.skipped += std::mem::take(&mut self.skipped_after);
                    }
                }
            }
        }
        if !chunk.more {
            self.done = true;
        } else if self.bytes >= BUDGET && self.may_end() {
            (self.next, self.done) = (self.after, true);
        }
        // A filter that few items pass needs larger reads.
        self.size = self.size.saturating_mul(2).min(1000);
    }

    /// Whether the page can end here. Without an id, the next page could not continue.
    fn may_end(&self) -> bool {
        !self.items.is_empty() || (self.may_be_empty && self.after.is_some())
    }

    pub(crate) fn finish(self) -> Page<T, Id> {
        let Self { items, next, skipped, skipped_after, .. } = self;
        Page { items, next, skipped: skipped + skipped_after }
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

/// Logs a corrupt item that the rest of a list must not wait for. Returns any other error.
pub(crate) fn skip_corrupt(error: StoreError) -> Result<(), StoreError> {
    match error {
        StoreError::Corrupt { marked: true, .. } => {
            tracing::info!(%error, "item skipped: the operator has marked it");
            Ok(())
        }
        StoreError::Corrupt { .. } => {
            tracing::error!(%error, "item skipped: corrupt item");
            Ok(())
        }
        error => Err(error),
    }
}

/// The items that can be read, without corrupt ones.
pub(crate) fn readable<T>(
    items: impl Iterator<Item = Result<T, StoreError>>,
) -> Result<Vec<T>, StoreError> {
    let mut readable = Vec::new();
    for item in items {
        match item {
            Ok(item) => readable.push(item),
            Err(error) => skip_corrupt(error)?,
        }
    }
    Ok(readable)
}

impl Store {
    /// Reads the newest items of a partition within sort-key bounds, strongly consistent.
    pub(crate) async fn query_newest(
        &self,
        partition: &str,
        bounds: (String, String),
        size: i32,
    ) -> Result<RawChunk, StoreError> {
        self.query_chunk((partition, None), bounds, size, false).await
    }

    /// Reads the oldest items of a partition within sort-key bounds, strongly consistent.
    pub(crate) async fn query_oldest(
        &self,
        partition: &str,
        bounds: (String, String),
        size: i32,
    ) -> Result<RawChunk, StoreError> {
        self.query_after((partition, None), bounds, size).await
    }

    /// The same, after an item within the bounds.
    pub(crate) async fn query_after(
        &self,
        after: (&str, Option<&str>),
        bounds: (String, String),
        size: i32,
    ) -> Result<RawChunk, StoreError> {
        self.query_chunk(after, bounds, size, true).await
    }

    async fn query_chunk(
        &self,
        (partition, after): (&str, Option<&str>),
        (from, to): (String, String),
        size: i32,
        forward: bool,
    ) -> Result<RawChunk, StoreError> {
        let after = after.map(|sk| Key { pk: partition.to_owned(), sk: sk.to_owned() });
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
            .set_exclusive_start_key(after.map(Key::into_attributes))
            .scan_index_forward(forward)
            .limit(size)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk(&e))?;
        let bytes = bytes_read(answer.consumed_capacity(), 4096.0);
        let more = answer.last_evaluated_key().is_some();
        Ok(RawChunk { items: answer.items.unwrap_or_default(), more, bytes })
    }

    /// Reads the items of a list.
    pub(crate) fn decode_chunk<T, Id>(
        &self,
        raw: &RawChunk,
        id: impl Fn(&str) -> Option<Id>,
        decode: impl Fn(&RawItem) -> Result<T, StoreError>,
    ) -> Result<Chunk<T, Id>, StoreError> {
        let entries = raw.items.iter().map(|item| self.entry(item, &id, &decode));
        Ok(Chunk { entries: entries.collect::<Result<_, _>>()?, more: raw.more, bytes: raw.bytes })
    }

    /// Reads an item of a list. `id` reads its id from the sort key. A corrupt item must not take down the
    /// list, so it is only logged, which raises an alarm.
    fn entry<T, Id>(
        &self,
        raw: &RawItem,
        id: impl FnOnce(&str) -> Option<Id>,
        decode: impl FnOnce(&RawItem) -> Result<T, StoreError>,
    ) -> Result<Entry<T, Id>, StoreError> {
        let key = Key::of(raw);
        let Some(id) = id(&key.sk) else {
            skip_corrupt(self.corrupt(&key, attr::SK))?;
            return Ok(Entry::Corrupt(None));
        };
        match decode(raw) {
            Ok(item) => Ok(Entry::Item(id, item)),
            Err(error) => {
                skip_corrupt(error)?;
                Ok(Entry::Corrupt(Some(id)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads all pages of a list of `total` items in descending order that keeps every `nth` one.
    fn walk(total: u32, nth: u32, limit: usize, bytes_each: u64) -> Vec<Vec<u32>> {
        walk_from(PageRequest::new(limit, None), total, nth, bytes_each)
    }

    fn walk_from(first: PageRequest<u32>, total: u32, nth: u32, bytes_each: u64) -> Vec<Vec<u32>> {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let mut builder = PageBuilder::new(PageRequest { after, ..first });
            while let Some((after, size)) = builder.next_read() {
                let newest: u32 = after.unwrap_or(total + 1);
                let count = newest.saturating_sub(1).min(size.unsigned_abs());
                let entries: Vec<_> =
                    (newest - count..newest).rev().map(|n| Entry::Item(n, n)).collect();
                let more = newest - count > 1;
                let bytes = entries.len() as u64 * bytes_each;
                builder.add(Chunk { entries, more, bytes }, |n| n.is_multiple_of(nth));
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
    fn every_page_leaves_out_its_own_corrupt_items() {
        // 10 down to 1, of which 10, 7, 4 and 1 are corrupt.
        let entry = |n: u32| if n % 3 == 1 { Entry::Corrupt(Some(n)) } else { Entry::Item(n, n) };
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let mut builder = PageBuilder::new(PageRequest::new(2, after));
            while let Some((after, size)) = builder.next_read() {
                let newest: u32 = after.unwrap_or(11);
                let oldest = newest.saturating_sub(size.unsigned_abs()).max(1);
                let entries = (oldest..newest).rev().map(entry).collect();
                builder.add(Chunk { entries, more: oldest > 1, bytes: 0 }, |_| true);
            }
            let page = builder.finish();
            pages.push((page.items, page.skipped));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(pages, [(vec![9, 8], 1), (vec![6, 5], 1), (vec![3, 2], 2)]);
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

    #[test]
    fn a_page_that_may_be_empty_ends_once_it_has_read_4_mb() {
        let first = PageRequest { may_be_empty: true, ..PageRequest::new(3, None) };
        let pages = walk_from(first, 20_000, 15_000, 2048);
        // 4 MB are 2048 items of 2 KB. The last read of a page can exceed that by 1000 items.
        assert!((7..=10).contains(&pages.len()), "{pages:?}");
        assert!(pages[0].is_empty(), "{pages:?}");
        assert_eq!(pages.concat(), [15_000]);
    }
}
