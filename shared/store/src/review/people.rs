//! Pages of people with what a review needs of each.

use std::collections::{BTreeSet, HashMap};

use domain::audit::AuditRecord;
use domain::grant::oldest_live_id;
use domain::ids::{ClinicId, UserId};
use domain::review::{ReviewDay, UsedDays};
use domain::time::Day;
use domain::user::User;
use futures_util::future::{try_join, try_join_all};

use crate::codec::BadField;
use crate::item::RawItem;
use crate::key::Key;
use crate::page::{Chunk, Entry, Page, PageBuilder, PageRequest, below, skip_corrupt};
use crate::{Store, StoreError, attr, key};

/// How many people are read at once. With all that they did, they fit in one answer.
const AT_ONCE: i32 = 101;

/// A person with what a review needs.
#[derive(Clone, Debug)]
pub struct PersonSources {
    /// The user as it is now.
    pub user: User,
    /// The records of the user's changes, in any order.
    pub records: Vec<AuditRecord>,
    /// The records of views that were opened or revoked at about the day.
    pub views: Vec<AuditRecord>,
    /// The days on which they used their access. The last ones up to the day are among them.
    pub used: UsedDays,
}

/// What was kept of each person of a chunk. A person with a corrupt item is an error.
type ByPerson<T> = HashMap<UserId, Result<T, StoreError>>;

/// A chunk's people, from the oldest id to the newest.
#[derive(Clone, Copy)]
struct People {
    clinic: ClinicId,
    oldest: UserId,
    newest: UserId,
}

impl Store {
    /// Lists one page of a clinic's people that `review` accepts, newest first.
    pub async fn list_people_for_review<T>(
        &self,
        clinic: ClinicId,
        day: &ReviewDay,
        page: PageRequest<UserId>,
        review: impl Fn(PersonSources) -> Option<T>,
    ) -> Result<Page<T, UserId>, StoreError> {
        let mut builder = PageBuilder::new(page);
        while let Some((after, size)) = builder.next_read() {
            let last = after.map_or([0xff; 16], |id| below(id.bytes()));
            let bound = |bytes| format!("{}{}", key::USER, UserId::from_bytes(bytes));
            let bounds = (bound([0; 16]), bound(last));
            let partition = key::clinic_partition(clinic);
            let raw = self.query_newest(&partition, bounds, size.min(AT_ONCE)).await?;
            let id = |sk: &str| UserId::parse(sk.strip_prefix(key::USER)?).ok();
            let users = self.decode_chunk(&raw, id, |item| self.decode_user(item))?;
            let chunk = self.load_sources(clinic, day, users).await?;
            let Chunk { entries, more, bytes } = chunk;
            let entries = entries.into_iter().map(|entry| match entry {
                Entry::Item(id, sources) => Entry::Item(id, review(sources)),
                Entry::Corrupt(id) => Entry::Corrupt(id),
            });
            builder.add(Chunk { entries: entries.collect(), more, bytes }, Option::is_some);
        }
        let Page { items, next, skipped } = builder.finish();
        Ok(Page { items: items.into_iter().flatten().collect(), next, skipped })
    }

    /// Loads what was kept of the people of a chunk.
    async fn load_sources(
        &self,
        clinic: ClinicId,
        day: &ReviewDay,
        users: Chunk<User, UserId>,
    ) -> Result<Chunk<PersonSources, UserId>, StoreError> {
        let Chunk { entries, more, mut bytes } = users;
        let ids = || entries.iter().filter_map(Entry::id);
        let (Some(oldest), Some(newest)) = (ids().min(), ids().max()) else {
            let entries = entries.iter().map(|_| Entry::Corrupt(None)).collect();
            return Ok(Chunk { entries, more, bytes });
        };
        let people = People { clinic, oldest, newest };
        let histories = self.load_records(people, vec![key::reviewed_partition(clinic)]);
        let partitions = viewed_days(day).map(|day| key::viewed_partition(clinic, day)).collect();
        let views = self.load_records(people, partitions);
        let ((mut records, read), (mut views, viewed)) = try_join(histories, views).await?;
        let (mut days, day_bytes) = self.load_used_days(people, day.day, &entries).await?;
        bytes += read + viewed + day_bytes;
        let mut read = Vec::with_capacity(entries.len());
        for entry in entries {
            let Entry::Item(id, user) = entry else {
                read.push(Entry::Corrupt(entry.id()));
                continue;
            };
            let sources = || {
                Ok(PersonSources {
                    user,
                    records: records.remove(&id).transpose()?.unwrap_or_default(),
                    views: views.remove(&id).transpose()?.unwrap_or_default(),
                    used: days.remove(&id).transpose()?.unwrap_or_default(),
                })
            };
            read.push(match sources() {
                Ok(sources) => Entry::Item(id, sources),
                Err(error) => {
                    skip_corrupt(error)?;
                    Entry::Corrupt(Some(id))
                }
            });
        }
        Ok(Chunk { entries: read, more, bytes })
    }

    /// Loads the records of a chunk's people in some partitions. Also returns how many bytes it has read.
    async fn load_records(
        &self,
        people: People,
        partitions: Vec<String>,
    ) -> Result<(ByPerson<Vec<AuditRecord>>, u64), StoreError> {
        let queries = partitions.iter().map(|partition| self.query_people(people, partition));
        let (mut found, mut bytes) = (ByPerson::<Vec<AuditRecord>>::new(), 0);
        for (items, read) in try_join_all(queries).await? {
            bytes += read;
            for raw in &items {
                let record = self.decode_kept(people.clinic, raw);
                add(&mut found, raw, record, Vec::push);
            }
        }
        Ok((found, bytes))
    }

    /// Loads the days on which a chunk's people used their access, from the year of `day` back until everyone's
    /// last days are found.
    async fn load_used_days(
        &self,
        people: People,
        day: Day,
        users: &[Entry<User, UserId>],
    ) -> Result<(ByPerson<UsedDays>, u64), StoreError> {
        let (mut found, mut bytes) = (ByPerson::<UsedDays>::new(), 0);
        // Zones differ by a day from UTC, and no one uses anything before they accept.
        let first = users.iter().filter_map(Entry::item).map(|user| user.confirmed_at.day());
        let first = first.min().map_or(day.year(), |day| day.previous().year());
        for year in (first..=day.year()).rev() {
            let (items, read) =
                self.query_people(people, &key::used_partition(people.clinic, year)).await?;
            bytes += read;
            for raw in &items {
                add(&mut found, raw, self.decode_used_days(raw, year), UsedDays::extend);
            }
            let known = |user: &User| match found.get(&user.id) {
                Some(Ok(used)) => used.last_sign_in(day).is_some() && used.last_view(day).is_some(),
                Some(Err(_)) => true,
                None => false,
            };
            if users.iter().filter_map(Entry::item).all(known) {
                break;
            }
        }
        Ok((found, bytes))
    }

    fn decode_used_days(&self, raw: &RawItem, year: i16) -> Result<UsedDays, StoreError> {
        let key = Key::of(raw);
        let month = key.sk.rsplit_once('#').and_then(|(_, month)| month.parse().ok());
        let days = |attribute: &'static str| match raw.get(attribute) {
            None => Ok(BTreeSet::new()),
            Some(days) => {
                let days = days.as_ns().map_err(|_| BadField(attribute))?;
                let read = |day: &String| Day::of(year, month?, day.parse().ok()?);
                days.iter().map(|day| read(day).ok_or(BadField(attribute))).collect()
            }
        };
        let read = || Ok(UsedDays { sign_ins: days(attr::SIGN_INS)?, views: days(attr::VIEWS)? });
        read().map_err(|BadField(field)| self.corrupt_item(raw, field))
    }

    /// Reads all items of a chunk's people in a partition. Also returns how many bytes it has read.
    async fn query_people(
        &self,
        people: People,
        partition: &str,
    ) -> Result<(Vec<RawItem>, u64), StoreError> {
        let (mut from, to) = (format!("{}#", people.oldest), format!("{}#~", people.newest));
        let (mut items, mut bytes) = (Vec::new(), 0);
        loop {
            let read = self.query_oldest(partition, (from, to.clone()), 10_000).await?;
            bytes += read.bytes;
            items.extend(read.items);
            match items.last() {
                // The first key after the last one.
                Some(last) if read.more => from = format!("{}\0", Key::of(last).sk),
                _ => return Ok((items, bytes)),
            }
        }
    }
}

/// The UTC days on which the links of views were issued that can be open on a day.
fn viewed_days(day: &ReviewDay) -> impl Iterator<Item = Day> {
    let first = oldest_live_id(day.from).created_at().day();
    let last = day.until.previous_instant().day();
    std::iter::successors(Some(first), |day| Some(day.next())).take_while(move |day| *day <= last)
}

/// Adds a value to what is known of an item's person.
fn add<T: Default, V>(
    found: &mut ByPerson<T>,
    raw: &RawItem,
    value: Result<V, StoreError>,
    add: impl FnOnce(&mut T, V),
) {
    let sk = Key::of(raw).sk;
    let user = sk.split_once('#').and_then(|(user, _)| UserId::parse(user).ok());
    // The bounds of the query admit only keys that begin with the id of a user.
    let Some(user) = user else { return };
    match (found.entry(user).or_insert_with(|| Ok(T::default())), value) {
        (Ok(known), Ok(value)) => add(known, value),
        (entry, Err(error)) => *entry = Err(error),
        (Err(_), Ok(_)) => {}
    }
}
