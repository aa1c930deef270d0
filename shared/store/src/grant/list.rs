//! Lists of grants, newest first, and what a user has open.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use domain::grant::{Grant, IssuedGrant, oldest_live_id, oldest_unopened_id};
use domain::ids::{AccessId, ClinicId, UserId};
use domain::time::Timestamp;

use crate::client::{BATCH, Consistency};
use crate::item::{RawItem, text};
use crate::key::Key;
use crate::page::{
    BUDGET, Chunk, Entry, Page, PageBuilder, PageRequest, RawChunk, below, bytes_read, readable,
};
use crate::{Store, StoreError, attr, key};

/// How far the index may lag behind the table. Usually it is less than a second.
const INDEX_LAG: Duration = Duration::from_mins(1);

/// Whether a user can have another grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantLimit {
    /// Fewer grants are live than the limit allows.
    Below,
    /// As many grants are live as the limit allows.
    Reached,
}

/// What a user has open, to decide on another grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenGrants {
    /// Whether the user can have one more.
    pub limit: GrantLimit,
    /// Those whose link can still be opened, newest first.
    pub unopened: Vec<IssuedGrant>,
}

/// A grant in the index.
struct GrantIndexEntry {
    id: AccessId,
    /// The latest end of its view, in seconds.
    end: i64,
}

/// The result of one read of the index.
struct GrantIndexChunk {
    entries: Vec<GrantIndexEntry>,
    more: bool,
    bytes: u64,
}

type GrantChunk = Chunk<Grant, AccessId>;

/// The id in the sort key of a grant.
fn id_in(sk: &str) -> Option<AccessId> {
    AccessId::parse(sk.strip_prefix(key::GRANT)?).ok()
}

fn id_of(grant: &Grant) -> AccessId {
    grant.details().id
}

impl Store {
    /// Lists one page of the grants that `keep` accepts, of one user or of the whole clinic. Starts at
    /// `from`. For live grants, [`oldest_live_id`] limits this to half a day.
    pub async fn list_grants(
        &self,
        clinic: ClinicId,
        user: Option<UserId>,
        from: Option<AccessId>,
        page: PageRequest<AccessId>,
        keep: impl Fn(&Grant) -> bool,
    ) -> Result<Page<Grant, AccessId>, StoreError> {
        let from = from.unwrap_or(AccessId::from_bytes([0; 16]));
        let mut builder = PageBuilder::new(page);
        while let Some((after, size)) = builder.next_read() {
            let to = AccessId::from_bytes(after.map_or([0xff; 16], |id| below(id.bytes())));
            let chunk = match user {
                _ if to < from => Chunk::end(),
                Some(user) => self.read_chunk_of_user(clinic, user, (from, to), size).await?,
                None => self.read_chunk_of_clinic(clinic, (from, to), size).await?,
            };
            builder.add(chunk, &keep);
        }
        Ok(builder.finish())
    }

    /// Finds when a user's newest grant that `keep` accepts was opened. Stops searching after 4 MB.
    pub async fn find_last_opening(
        &self,
        clinic: ClinicId,
        user: UserId,
        keep: impl Fn(&Grant) -> bool,
    ) -> Result<Option<Timestamp>, StoreError> {
        let (mut to, mut size, mut bytes) = (AccessId::from_bytes([0xff; 16]), 10, 0);
        loop {
            let range = (AccessId::from_bytes([0; 16]), to);
            let chunk = self.read_chunk_of_user(clinic, user, range, size).await?;
            let mut grants =
                chunk.entries.iter().filter_map(Entry::item).filter(|grant| keep(grant));
            if let Some(opening) = grants.find_map(Grant::opening) {
                return Ok(Some(opening.at));
            }
            bytes += chunk.bytes;
            match chunk.entries.iter().rev().find_map(Entry::id) {
                Some(last) if chunk.more && bytes < BUDGET => {
                    to = AccessId::from_bytes(below(last.bytes()));
                }
                _ => return Ok(None),
            }
            size = 100;
        }
    }

    /// Lists every live grant of a user, to revoke them. The index may lack the newest grants, so this
    /// also reads the newest grants of the clinic.
    pub async fn list_live_grants(
        &self,
        clinic: ClinicId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<Grant>, StoreError> {
        let mut ids: BTreeSet<AccessId> = self.read_maybe_live(clinic, user, now).await?.collect();
        let mut range = (AccessId::floor(now.minus(INDEX_LAG)), AccessId::from_bytes([0xff; 16]));
        loop {
            let chunk = self.read_chunk_of_clinic(clinic, range, 1000).await?;
            let grants = chunk.entries.iter().filter_map(Entry::item);
            let of_user = grants.filter(|g| g.details().view.user() == Some(user));
            ids.extend(of_user.map(id_of));
            let last = chunk.entries.iter().rev().find_map(Entry::id);
            match last.filter(|_| chunk.more) {
                Some(last) => range.1 = AccessId::from_bytes(below(last.bytes())),
                None => break,
            }
        }
        let ids: Vec<AccessId> = ids.into_iter().collect();
        let mut grants = self.load_grants(clinic, &ids, Consistency::Strong).await?;
        grants.retain(|grant| grant.is_alive(now));
        Ok(grants)
    }

    /// Reads what a user has open, and whether it is fewer than `most`.
    ///
    /// Usually this is one read of the index. The index does not show which grants were revoked or never
    /// opened. So this also reads those of the last minutes, and all if `most` of them may be live.
    ///
    /// A grant counts once it is in the index. If `n` requests at once check the limit and then issue, the
    /// user gets at most `n` - 1 grants more than `most`. The time that the index lags belongs to a request.
    /// A counter would be exact, but it costs 2 write units for each link, and the end of a view, which
    /// nothing writes, would have to lower it.
    pub async fn read_open_grants(
        &self,
        clinic: ClinicId,
        user: UserId,
        most: usize,
        now: Timestamp,
    ) -> Result<OpenGrants, StoreError> {
        let ids: Vec<AccessId> = self.read_maybe_live(clinic, user, now).await?.collect();
        let oldest = oldest_unopened_id(now);
        let recent: Vec<AccessId> = ids.iter().copied().take_while(|id| *id >= oldest).collect();
        let recent = self.load_grants(clinic, &recent, Consistency::Strong).await?;
        let unopened = |grant| match grant {
            Grant::Issued(issued) if now < issued.details.link_expires_at => Some(issued),
            _ => None,
        };
        Ok(OpenGrants {
            limit: self.read_limit(clinic, &ids, most, now).await?,
            unopened: recent.into_iter().filter_map(unopened).collect(),
        })
    }

    async fn read_limit(
        &self,
        clinic: ClinicId,
        ids: &[AccessId],
        most: usize,
        now: Timestamp,
    ) -> Result<GrantLimit, StoreError> {
        if ids.len() < most {
            return Ok(GrantLimit::Below);
        }
        let mut alive = 0;
        for ids in ids.chunks(BATCH) {
            let grants = self.load_grants(clinic, ids, Consistency::Eventual).await?;
            alive += grants.iter().filter(|grant| grant.is_alive(now)).count();
            if alive >= most {
                return Ok(GrantLimit::Reached);
            }
        }
        Ok(GrantLimit::Below)
    }

    /// Reads the ids of a user's grants that may be live from the index, newest first.
    async fn read_maybe_live(
        &self,
        clinic: ClinicId,
        user: UserId,
        now: Timestamp,
    ) -> Result<impl Iterator<Item = AccessId>, StoreError> {
        let mut range = (oldest_live_id(now), AccessId::from_bytes([0xff; 16]));
        let mut entries: Vec<GrantIndexEntry> = Vec::new();
        loop {
            let found = self.read_entries(clinic, user, range, 1000).await?;
            let last = found.entries.last().map(|entry| entry.id);
            entries.extend(found.entries);
            match last.filter(|_| found.more) {
                Some(last) => range.1 = AccessId::from_bytes(below(last.bytes())),
                None => break,
            }
        }
        let open = entries.into_iter().filter(move |e| e.end >= now.seconds());
        Ok(open.map(|entry| entry.id))
    }

    async fn read_chunk_of_clinic(
        &self,
        clinic: ClinicId,
        (from, to): (AccessId, AccessId),
        size: i32,
    ) -> Result<GrantChunk, StoreError> {
        let bounds = (key::grant(clinic, from).sk, key::grant(clinic, to).sk);
        let raw = self.query_newest(&key::clinic_partition(clinic), bounds, size).await?;
        self.decode_chunk(&raw, id_in, |item| self.decode_grant(item))
    }

    /// Reads ids from the index, and then the grants from the table. Skips ids whose grant was deleted
    /// after its expiry.
    async fn read_chunk_of_user(
        &self,
        clinic: ClinicId,
        user: UserId,
        (from, mut to): (AccessId, AccessId),
        size: i32,
    ) -> Result<GrantChunk, StoreError> {
        let mut bytes = 0;
        loop {
            let found = self.read_entries(clinic, user, (from, to), size.min(100)).await?;
            let ids: Vec<AccessId> = found.entries.iter().map(|entry| entry.id).collect();
            let items = self.read_grants(clinic, &ids, Consistency::Strong).await?;
            bytes += found.bytes + items.len() as u64 * 1024;
            let more = found.more;
            match ids.last() {
                Some(last) if items.is_empty() && more => {
                    to = AccessId::from_bytes(below(last.bytes()));
                }
                _ => {
                    let raw = RawChunk { items, more, bytes };
                    return self.decode_chunk(&raw, id_in, |item| self.decode_grant(item));
                }
            }
        }
    }

    /// Loads grants, without corrupt ones. Their views cannot be opened or renewed.
    async fn load_grants(
        &self,
        clinic: ClinicId,
        ids: &[AccessId],
        reads: Consistency,
    ) -> Result<Vec<Grant>, StoreError> {
        let raw = self.read_grants(clinic, ids, reads).await?;
        readable(raw.iter().map(|item| self.decode_grant(item)))
    }

    async fn read_grants(
        &self,
        clinic: ClinicId,
        ids: &[AccessId],
        reads: Consistency,
    ) -> Result<Vec<RawItem>, StoreError> {
        let mut grants = Vec::with_capacity(ids.len());
        for ids in ids.chunks(BATCH) {
            let keys: Vec<Key> = ids.iter().map(|id| key::grant(clinic, *id)).collect();
            grants.extend(self.batch(&keys, reads).await?.into_iter().flatten());
        }
        Ok(grants)
    }

    async fn read_entries(
        &self,
        clinic: ClinicId,
        user: UserId,
        (from, to): (AccessId, AccessId),
        size: i32,
    ) -> Result<GrantIndexChunk, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(attr::GSI1)
            .key_condition_expression(format!(
                "{} = :pk AND {} BETWEEN :from AND :to",
                attr::GSI1PK,
                attr::GSI1SK
            ))
            .expression_attribute_values(":pk", text(key::grants_of(clinic, user)))
            .expression_attribute_values(":from", text(from.to_string()))
            // `~` sorts after the end time that follows the last id.
            .expression_attribute_values(":to", text(format!("{to}~")))
            .scan_index_forward(false)
            .limit(size)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk(&e))?;
        let entries = answer.items().iter().map(|item| self.decode_entry(item));
        Ok(GrantIndexChunk {
            entries: readable(entries)?,
            more: answer.last_evaluated_key().is_some(),
            bytes: bytes_read(answer.consumed_capacity(), 8192.0),
        })
    }

    fn decode_entry(&self, item: &RawItem) -> Result<GrantIndexEntry, StoreError> {
        let sort = item.get(attr::GSI1SK).and_then(|v| v.as_s().ok());
        let read = sort.and_then(|sort| {
            let (id, end) = sort.split_once('#')?;
            Some(GrantIndexEntry { id: AccessId::parse(id).ok()?, end: end.parse().ok()? })
        });
        read.ok_or_else(|| self.corrupt(&Key::of(item), attr::GSI1SK))
    }
}
