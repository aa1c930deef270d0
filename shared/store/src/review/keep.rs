//! Keeps what an access review reads.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::audit::{AuditObject, AuditRecord};
use domain::clinic::TimeZone;
use domain::ids::{ClinicId, UserId};
use domain::review::{ReviewSubject, UsedDays};
use domain::time::Day;
use futures_util::future::try_join_all;

use crate::audit::AuditItem;
use crate::key::Key;
use crate::{Store, StoreError, attr, key};

/// How many writes run at once.
const AT_ONCE: usize = 10;

/// One write.
enum Write {
    Record(Key, Box<AuditItem>),
    Days(Key, UsedDays),
}

impl Store {
    /// Keeps what an access review needs of some audit records of one clinic. `zone` is the clinic's time zone.
    /// Returns how many records matter. A repeat changes nothing.
    pub async fn keep_for_review(
        &self,
        clinic: ClinicId,
        records: &[AuditRecord],
        zone: &TimeZone,
    ) -> Result<usize, StoreError> {
        let mut kept = 0;
        let (mut writes, mut days) = (Vec::new(), BTreeMap::<Key, UsedDays>::new());
        for record in records {
            let Some(subject) = ReviewSubject::of(record) else { continue };
            kept += 1;
            writes.extend(record_key(clinic, subject, record).map(|key| {
                // A review shows no network address.
                let mut item = AuditItem::from(record);
                item.ip = None;
                Write::Record(key, Box::new(item))
            }));
            let day = record.at.day_in(zone);
            if let Some((user, new)) = used_days(subject, day) {
                days.entry(key::used(clinic, user, day)).or_default().extend(new);
            }
        }
        writes.extend(days.into_iter().map(|(key, days)| Write::Days(key, days)));
        for some in writes.chunks(AT_ONCE) {
            try_join_all(some.iter().map(|write| self.keep(write))).await?;
        }
        Ok(kept)
    }

    async fn keep(&self, write: &Write) -> Result<(), StoreError> {
        match write {
            Write::Record(key, item) => self.keep_record(key.clone(), item).await,
            Write::Days(key, days) => self.keep_days(key.clone(), days).await,
        }
    }

    async fn keep_record(&self, key: Key, item: &AuditItem) -> Result<(), StoreError> {
        let item = self.encode(key, item)?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        put.map(|_| ()).map_err(|e| StoreError::from_sdk(&e))
    }

    async fn keep_days(&self, key: Key, days: &UsedDays) -> Result<(), StoreError> {
        let mut update =
            self.client.update_item().table_name(&self.table).set_key(Some(key.into_attributes()));
        let mut added = Vec::new();
        for (attribute, days) in [(attr::SIGN_INS, &days.sign_ins), (attr::VIEWS, &days.views)] {
            if !days.is_empty() {
                let days = days.iter().map(|day| day.day_of_month().to_string()).collect();
                added.push(format!("{attribute} :{attribute}"));
                update = update
                    .expression_attribute_values(format!(":{attribute}"), AttributeValue::Ns(days));
            }
        }
        let update = update.update_expression(format!("ADD {}", added.join(", ")));
        update.send().await.map(|_| ()).map_err(|e| StoreError::from_sdk(&e))
    }
}

/// Where a record is kept. A sign-in needs only its day.
fn record_key(clinic: ClinicId, subject: ReviewSubject, record: &AuditRecord) -> Option<Key> {
    match subject {
        ReviewSubject::Person(user) => {
            Some(key::reviewed(clinic, &AuditObject::User(user), record.id))
        }
        ReviewSubject::ApiKey(id) => {
            Some(key::reviewed(clinic, &AuditObject::ApiKey(id), record.id))
        }
        ReviewSubject::OpenedView(user, access) | ReviewSubject::RevokedView(user, access) => {
            Some(key::viewed(clinic, (user, access), record.id))
        }
        ReviewSubject::SignIn(_) => None,
    }
}

fn used_days(subject: ReviewSubject, day: Day) -> Option<(UserId, UsedDays)> {
    let (sign_ins, views) = (BTreeSet::new(), BTreeSet::new());
    match subject {
        ReviewSubject::SignIn(user) => Some((user, UsedDays { sign_ins: [day].into(), views })),
        ReviewSubject::OpenedView(user, _) => {
            Some((user, UsedDays { sign_ins, views: [day].into() }))
        }
        _ => None,
    }
}
