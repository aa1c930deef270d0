//! Lists of invitations, newest first.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use domain::ids::{ClinicId, InvitationId};
use domain::invitation::{Invitation, InvitationStatus};
use domain::person::email::Email;

use crate::item::{RawItem, text};
use crate::key::Key;
use crate::page::{Chunk, Page, PageBuilder, PageRequest, RawChunk, below, readable};
use crate::{Store, StoreError, attr, key};

/// The range of a list of invitations. All bounds are keys, so they cost no extra reads.
#[derive(Clone, Debug)]
pub struct InvitationRange {
    /// The smallest id in the list.
    pub from: InvitationId,
    /// The largest id in the list.
    pub to: InvitationId,
    /// The statuses in the list. If empty, the list has every status.
    pub statuses: BTreeSet<InvitationStatus>,
    /// Whether the list has only invitations with a problem. See
    /// [`InvitationDetails::has_problem`](domain::invitation::InvitationDetails::has_problem).
    pub only_problems: bool,
}

/// An index whose sort keys are the ids of invitations.
struct Index {
    name: &'static str,
    pk: &'static str,
    sk: &'static str,
}

const BY_STATUS: Index = Index { name: attr::GSI1, pk: attr::GSI1PK, sk: attr::GSI1SK };
const BY_PROBLEM: Index = Index { name: attr::GSI3, pk: attr::GSI3PK, sk: attr::GSI3SK };

impl Default for InvitationRange {
    fn default() -> Self {
        Self {
            from: InvitationId::from_bytes([0; 16]),
            to: InvitationId::from_bytes([0xff; 16]),
            statuses: BTreeSet::new(),
            only_problems: false,
        }
    }
}

impl InvitationRange {
    /// Ends the range before `id`.
    pub(super) fn before(&self, id: Option<InvitationId>) -> Self {
        let to = id.map_or(self.to, |id| self.to.min(InvitationId::from_bytes(below(id.bytes()))));
        Self { to, ..self.clone() }
    }

    /// Whether an invitation, as it is now, has a status and a problem that the range selects.
    pub(super) fn includes(&self, invitation: &Invitation) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&invitation.status()))
            && (!self.only_problems || invitation.details().has_problem())
    }
}

pub(super) type InvitationChunk = Chunk<Invitation, InvitationId>;

/// The newest ids of one partition of an index.
struct IdChunk {
    ids: Vec<InvitationId>,
    more: bool,
    /// How many bytes the query read.
    bytes: u64,
}

/// The id in the sort key of an invitation.
fn id_in(sk: &str) -> Option<InvitationId> {
    InvitationId::parse(sk.strip_prefix(key::INVITATION)?).ok()
}

impl Store {
    /// Lists one page of a clinic's invitations that `keep` accepts, newest first.
    pub async fn list_invitations(
        &self,
        clinic: ClinicId,
        range: &InvitationRange,
        page: PageRequest<InvitationId>,
        keep: impl Fn(&Invitation) -> bool,
    ) -> Result<Page<Invitation, InvitationId>, StoreError> {
        let mut builder = PageBuilder::new(page);
        while let Some((after, size)) = builder.next_read() {
            let chunk = self.read_chunk(clinic, &range.before(after), size).await?;
            builder.add(chunk, |i| range.includes(i) && keep(i));
        }
        Ok(builder.finish())
    }

    /// Reads the newest invitations of a range. Some may no longer be in it.
    pub(super) async fn read_chunk(
        &self,
        clinic: ClinicId,
        range: &InvitationRange,
        size: i32,
    ) -> Result<InvitationChunk, StoreError> {
        let by_status = (1..InvitationStatus::ALL.len()).contains(&range.statuses.len());
        if range.to < range.from {
            Ok(Chunk::end())
        } else if range.only_problems {
            self.read_chunk_of_problems(clinic, range, size).await
        } else if by_status {
            self.read_chunk_by_status(clinic, range, size).await
        } else {
            self.read_chunk_of_all(clinic, range, size).await
        }
    }

    /// Lists one page of the invitations to one address, from the history of its claim.
    pub async fn list_invitations_to(
        &self,
        clinic: ClinicId,
        email: &Email,
        page: PageRequest<InvitationId>,
        keep: impl Fn(&Invitation) -> bool,
    ) -> Result<Page<Invitation, InvitationId>, StoreError> {
        let history = self.load_email_claim(clinic, email).await?.history;
        let keys: Vec<Key> = history.iter().map(|id| key::invitation(clinic, *id)).collect();
        let mut items: Vec<_> = self.get_all(&keys).await?.into_iter().flatten().collect();
        let id = |item: &RawItem| id_in(&Key::of(item).sk);
        items.sort_by_key(|item| std::cmp::Reverse(id(item)));
        items.retain(|item| page.after.is_none_or(|after| id(item) < Some(after)));
        let mut builder = PageBuilder::new(page);
        builder.add(self.decode_invitations(&RawChunk { items, more: false, bytes: 0 })?, keep);
        Ok(builder.finish())
    }

    async fn read_chunk_of_all(
        &self,
        clinic: ClinicId,
        range: &InvitationRange,
        size: i32,
    ) -> Result<InvitationChunk, StoreError> {
        let bounds = (
            format!("{}{}", key::INVITATION, range.from),
            format!("{}{}", key::INVITATION, range.to),
        );
        let raw = self.query_newest(&key::clinic_partition(clinic), bounds, size).await?;
        self.decode_invitations(&raw)
    }

    fn decode_invitations(&self, raw: &RawChunk) -> Result<InvitationChunk, StoreError> {
        self.decode_chunk(raw, id_in, |item| self.decode_invitation(item))
    }

    /// Reads the newest invitations of each status. The index lags behind, so the status in it may be outdated.
    async fn read_chunk_by_status(
        &self,
        clinic: ClinicId,
        range: &InvitationRange,
        size: i32,
    ) -> Result<InvitationChunk, StoreError> {
        let partitions =
            range.statuses.iter().map(|status| key::invitation_status(clinic, *status));
        self.read_chunk_of_index(clinic, &BY_STATUS, partitions.collect(), range, size).await
    }

    /// Reads the newest invitations with a problem. One whose problem is over may still be in the index.
    async fn read_chunk_of_problems(
        &self,
        clinic: ClinicId,
        range: &InvitationRange,
        size: i32,
    ) -> Result<InvitationChunk, StoreError> {
        let partition = key::invitation_problems(clinic);
        self.read_chunk_of_index(clinic, &BY_PROBLEM, vec![partition], range, size).await
    }

    /// Reads the newest ids of some partitions of an index, and then the invitations from the table.
    async fn read_chunk_of_index(
        &self,
        clinic: ClinicId,
        index: &Index,
        partitions: Vec<String>,
        range: &InvitationRange,
        size: i32,
    ) -> Result<InvitationChunk, StoreError> {
        let (mut ids, mut cut, mut bytes) = (Vec::new(), None, 0);
        // BatchGetItem takes 100 keys.
        let size = size.min(100);
        for partition in partitions {
            let chunk = self.query_ids(index, partition, range, size).await?;
            bytes += chunk.bytes;
            if chunk.more {
                // This partition may have more invitations below its oldest id, so the merged list must end
                // there.
                cut = cut.max(chunk.ids.last().copied());
            }
            ids.extend(chunk.ids);
        }
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.retain(|id| cut.is_none_or(|cut| *id >= cut));
        let more = cut.is_some() || ids.len() > 100;
        ids.truncate(100);
        let keys: Vec<Key> = ids.iter().map(|id| key::invitation(clinic, *id)).collect();
        let items: Vec<_> = self.get_all(&keys).await?.into_iter().flatten().collect();
        bytes += items.len() as u64 * 1024;
        self.decode_invitations(&RawChunk { items, more, bytes })
    }

    /// Reads the newest ids of one partition of an index.
    async fn query_ids(
        &self,
        index: &Index,
        partition: String,
        range: &InvitationRange,
        size: i32,
    ) -> Result<IdChunk, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index.name)
            .key_condition_expression(format!(
                "{} = :pk AND {} BETWEEN :from AND :to",
                index.pk, index.sk
            ))
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":from", text(range.from.to_string()))
            .expression_attribute_values(":to", text(range.to.to_string()))
            .scan_index_forward(false)
            .limit(size)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk(&e))?;
        let bytes = crate::page::bytes_read(answer.consumed_capacity(), 8192.0);
        let found = answer.items().iter().map(Key::of);
        let found = found.map(|key| id_in(&key.sk).ok_or_else(|| self.corrupt(&key, attr::SK)));
        let ids = readable(found)?;
        Ok(IdChunk { ids, more: answer.last_evaluated_key().is_some(), bytes })
    }
}
