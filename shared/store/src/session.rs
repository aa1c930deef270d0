//! Sessions. Each has its own partition, found by the id in the refresh token.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::{ClinicId, SessionId, UserId};
use domain::person::email::Email;
use domain::session::Session;
use domain::user::{User, UserStatus};
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, field, time};
use crate::item::{RawItem, number, text};
use crate::transaction::Precondition;
use crate::{Account, Part, Store, StoreError, Transaction, attr, key};

#[derive(Serialize, Deserialize)]
struct SessionItem {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "us")]
    user: String,
    #[serde(rename = "em")]
    email: String,
    #[serde(rename = "ca")]
    created_at: i64,
    #[serde(rename = "ra")]
    refreshed_at: i64,
    #[serde(rename = "ep")]
    account_epoch: u32,
    #[serde(rename = "ae")]
    access_epoch: u32,
    #[serde(rename = "rd")]
    token_digest: String,
    ttl: i64,
}

/// The result of replacing a session's refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationOutcome {
    /// The new token works from now on.
    Rotated,
    /// Another request replaced the token first, or the session has ended.
    Conflict,
}

impl Store {
    /// Loads the session with this id.
    pub async fn load_session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let found = self.get(&key::session(id)).await?;
        found.map(|raw| self.decode_session(&raw)).transpose()
    }

    /// Replaces the refresh token of `before` with that of `next`, if it is still the newest one.
    pub async fn rotate_session(
        &self,
        before: &Session,
        next: &Session,
    ) -> Result<RotationOutcome, StoreError> {
        let set = format!(
            "SET {digest} = :next, {at} = :at, #ttl = :ttl",
            digest = attr::TOKEN_DIGEST,
            at = attr::REFRESHED_AT
        );
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::session(before.id).into_attributes()))
            .update_expression(set)
            .condition_expression(format!("{} = :before", attr::TOKEN_DIGEST))
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":before", text(&before.token_digest))
            .expression_attribute_values(":next", text(&next.token_digest))
            .expression_attribute_values(":at", number(next.refreshed_at.millis()))
            .expression_attribute_values(":ttl", number(next.ends_at().seconds()));
        match update.send().await {
            Ok(_) => Ok(RotationOutcome::Rotated),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => {
                    Ok(RotationOutcome::Conflict)
                }
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }

    /// Loads the user and the account of a session as they are now, to decide about a refresh.
    pub async fn load_session_holder(
        &self,
        session: &Session,
    ) -> Result<(Option<User>, Option<Account>), StoreError> {
        let keys = [key::user(session.clinic, session.user), key::account(&session.email)];
        let mut found = self.get_all(&keys).await?.into_iter();
        let user = found.next().flatten();
        let account = found.next().flatten();
        Ok((
            user.map(|raw| self.decode_user(&raw)).transpose()?,
            account.map(|raw| self.decode_account(&raw)).transpose()?,
        ))
    }

    fn decode_session(&self, raw: &RawItem) -> Result<Session, StoreError> {
        self.decode_with(raw, |item: SessionItem| {
            Ok(Session {
                id: SessionId::parse(&item.id).map_err(|_| BadField("id"))?,
                clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
                user: UserId::parse(&item.user).map_err(|_| BadField("us"))?,
                email: field("em", Email::parse(&item.email))?,
                created_at: time("ca", item.created_at)?,
                refreshed_at: time("ra", item.refreshed_at)?,
                account_epoch: item.account_epoch,
                access_epoch: item.access_epoch,
                token_digest: item.token_digest,
            })
        })
    }
}

impl Transaction {
    /// Writes a new session.
    pub fn put_session(&mut self, session: &Session) -> Result<(), StoreError> {
        let item = SessionItem {
            id: session.id.to_string(),
            clinic: session.clinic.to_string(),
            user: session.user.to_string(),
            email: session.email.as_typed().to_owned(),
            created_at: session.created_at.millis(),
            refreshed_at: session.refreshed_at.millis(),
            account_epoch: session.account_epoch,
            access_epoch: session.access_epoch,
            token_digest: session.token_digest.clone(),
            ttl: session.ends_at().seconds(),
        };
        let key = key::session(session.id);
        self.put(Part::Session, key, &item, None, &Precondition::Absent)
    }

    /// Records the sign-in on the user. Requires an active user with dashboard access, not deactivated
    /// since they were read. Does not check the version, so several sign-ins can happen at once.
    pub fn record_sign_in(&mut self, session: &Session) -> Result<(), StoreError> {
        let epoch = if session.access_epoch == 0 {
            format!("attribute_not_exists({})", attr::ACCESS_EPOCH)
        } else {
            format!("{} = :epoch", attr::ACCESS_EPOCH)
        };
        let condition = format!(
            "{} = :active AND {}.{} = :true AND {epoch}",
            attr::STATUS,
            attr::PROFILE,
            attr::DASHBOARD
        );
        let mut values = HashMap::from([
            (":active".to_owned(), text(UserStatus::Active.as_str())),
            (":true".to_owned(), AttributeValue::Bool(true)),
            (":now".to_owned(), number(session.created_at.millis())),
            (":one".to_owned(), number(1)),
        ]);
        if session.access_epoch > 0 {
            values.insert(":epoch".to_owned(), number(session.access_epoch));
        }
        let update = format!("SET {} = :now ADD {} :one", attr::LAST_LOGIN, attr::VERSION);
        let key = key::user(session.clinic, session.user);
        self.update(Part::User, key, &update, &condition, values)
    }

    /// Deletes a session.
    pub fn delete_session(&mut self, id: SessionId) -> Result<(), StoreError> {
        self.delete(Part::Session, key::session(id))
    }

    /// Requires that no new password was set since the account was read.
    pub fn require_password_unchanged(
        &mut self,
        email: &Email,
        account: &Account,
    ) -> Result<(), StoreError> {
        let (condition, values) = if account.epoch == 0 {
            (format!("attribute_not_exists({})", attr::EPOCH), HashMap::new())
        } else {
            let values = HashMap::from([(":epoch".to_owned(), number(account.epoch))]);
            (format!("{} = :epoch", attr::EPOCH), values)
        };
        self.check(Part::Account, key::account(email), &condition, values)
    }
}
