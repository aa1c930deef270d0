//! Sessions: each in its clinic's partition under its user, so that one read returns both.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::{ClinicId, SessionId, UserId};
use domain::session::{IdleMinutes, Session, SessionRef};
use domain::time::Timestamp;
use domain::user::{User, UserStatus};
use serde::{Deserialize, Serialize};

use crate::account::Membership;
use crate::codec::{BadField, field, is_zero, time};
use crate::item::{RawItem, number, text};
use crate::page::readable;
use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, attr, key};

#[derive(Serialize, Deserialize)]
struct SessionItem {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "us")]
    user: String,
    #[serde(rename = "sd")]
    secret_digest: String,
    #[serde(rename = "ca")]
    signed_in_at: i64,
    #[serde(rename = "lu")]
    last_used_at: i64,
    #[serde(rename = "im")]
    idle_minutes: u8,
    #[serde(rename = "pe", default, skip_serializing_if = "is_zero")]
    password_epoch: u32,
    #[serde(rename = "ae", default, skip_serializing_if = "is_zero")]
    access_epoch: u32,
    #[serde(rename = "cf", default, skip_serializing_if = "Option::is_none")]
    confirmed_at: Option<i64>,
    #[serde(rename = "ip", default, skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    ttl: i64,
}

impl Store {
    /// Loads a session and its user in one strongly consistent read.
    pub async fn load_session_and_user(
        &self,
        session: SessionRef,
    ) -> Result<Option<(Session, User)>, StoreError> {
        let keys = [key::session(session), key::user(session.clinic, session.user)];
        let mut found = self.get_all(&keys).await?.into_iter().flatten();
        let (Some(session), Some(user)) = (found.next(), found.next()) else {
            return Ok(None);
        };
        Ok(Some((self.decode_session(&session)?, self.decode_user(&user)?)))
    }

    /// Lists the sessions of a person in their clinics, and how many are corrupt. Some may have ended.
    pub async fn list_sessions(
        &self,
        memberships: &[Membership],
    ) -> Result<(Vec<Session>, u32), StoreError> {
        let (mut sessions, mut found) = (Vec::new(), 0);
        for member in memberships {
            let prefix = key::sessions_of(member.user);
            let partition = key::clinic_partition(member.clinic);
            let last = format!("{prefix}~");
            let raw = self.query_between(&partition, (&prefix, &last)).await?;
            found += raw.len();
            sessions.extend(readable(raw.iter().map(|raw| self.decode_session(raw)))?);
        }
        let skipped = found.saturating_sub(sessions.len());
        Ok((sessions, u32::try_from(skipped).unwrap_or(u32::MAX)))
    }

    /// Writes the last use of a session, and nothing else.
    pub async fn mark_session_used(
        &self,
        session: SessionRef,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.set_session_time(session, attr::LAST_USED, now).await
    }

    /// Writes when the password was last sent in a session.
    pub async fn mark_session_confirmed(
        &self,
        session: SessionRef,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.set_session_time(session, attr::CONFIRMED_AT, now).await
    }

    /// Sets one time of a session. A session that was just deleted stays deleted.
    async fn set_session_time(
        &self,
        session: SessionRef,
        attribute: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let exists = format!("attribute_exists({})", attr::PK);
        self.set_time(key::session(session), (attribute, now), &exists, &[]).await
    }

    pub(crate) fn decode_session(&self, raw: &RawItem) -> Result<Session, StoreError> {
        self.decode_with(raw, |item: SessionItem| {
            Ok(Session {
                names: SessionRef {
                    clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
                    user: UserId::parse(&item.user).map_err(|_| BadField("us"))?,
                    id: SessionId::parse(&item.id).map_err(|_| BadField("id"))?,
                },
                secret_digest: item.secret_digest,
                signed_in_at: time("ca", item.signed_in_at)?,
                last_used_at: time("lu", item.last_used_at)?,
                idle_limit: field("im", IdleMinutes::new(item.idle_minutes))?,
                password_epoch: item.password_epoch,
                access_epoch: item.access_epoch,
                confirmed_at: item.confirmed_at.map(|at| time("cf", at)).transpose()?,
                ip: item.ip,
            })
        })
    }
}

impl Transaction {
    /// Writes a new session.
    pub fn put_session(&mut self, session: &Session) -> Result<(), StoreError> {
        let item = SessionItem {
            id: session.names.id.to_string(),
            clinic: session.names.clinic.to_string(),
            user: session.names.user.to_string(),
            secret_digest: session.secret_digest.clone(),
            signed_in_at: session.signed_in_at.millis(),
            last_used_at: session.last_used_at.millis(),
            idle_minutes: session.idle_limit.get(),
            password_epoch: session.password_epoch,
            access_epoch: session.access_epoch,
            confirmed_at: session.confirmed_at.map(Timestamp::millis),
            ip: session.ip.clone(),
            ttl: session.expires_at().seconds(),
        };
        let key = key::session(session.names);
        self.put(Part::Session, key, &item, None, &Precondition::Absent)
    }

    /// Writes the sign-in time of the session's user. Requires that the user is active, has dashboard
    /// access, and has the password and the access that the session was decided on. Concurrent sign-ins
    /// do not conflict.
    pub fn mark_signed_in(&mut self, session: &Session) -> Result<(), StoreError> {
        let mut values = HashMap::from([
            (":active".to_owned(), text(UserStatus::Active.as_str())),
            (":true".to_owned(), AttributeValue::Bool(true)),
            (":now".to_owned(), number(session.last_used_at.millis())),
            (":one".to_owned(), number(1)),
        ]);
        let condition = format!(
            "{} = :active AND {}.{} = :true AND {} AND {}",
            attr::STATUS,
            attr::PROFILE,
            attr::DASHBOARD,
            epoch_condition(attr::ACCESS_EPOCH, session.access_epoch, &mut values),
            epoch_condition(attr::PASSWORD_EPOCH, session.password_epoch, &mut values),
        );
        let update = format!("SET {} = :now ADD {} :one", attr::LAST_LOGIN, attr::VERSION);
        let key = key::user(session.names.clinic, session.names.user);
        self.update(Part::User, key, &update, &condition, values)
    }

    /// Lets a session outlive a change of the password.
    pub fn keep_session(&mut self, session: SessionRef, epoch: u32) -> Result<(), StoreError> {
        let update = format!("SET {} = :epoch", attr::PASSWORD_EPOCH);
        let condition = format!("attribute_exists({})", attr::PK);
        let values = HashMap::from([(":epoch".to_owned(), number(epoch))]);
        self.update(Part::Session, key::session(session), &update, &condition, values)
    }

    /// Deletes a session. Requires that it exists.
    pub fn delete_session(&mut self, session: SessionRef) -> Result<(), StoreError> {
        self.delete(Part::Session, key::session(session))
    }
}

/// A condition that an epoch is unchanged. Epoch 0 is not stored.
pub(crate) fn epoch_condition(
    attribute: &str,
    epoch: u32,
    values: &mut HashMap<String, AttributeValue>,
) -> String {
    if epoch == 0 {
        return format!("attribute_not_exists({attribute})");
    }
    let value = format!(":{attribute}");
    values.insert(value.clone(), number(epoch));
    format!("{attribute} = {value}")
}
