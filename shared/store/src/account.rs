//! Accounts: one for each address, with its password and its memberships in clinics.

use std::collections::HashMap;

use domain::credentials::password::PasswordHash;
use domain::ids::{ClinicId, NoticeId, UserId};
use domain::person::email::Email;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, is_zero, time};
use crate::item::RawItem;
use crate::key::Key;
use crate::session::epoch_condition;
use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, attr, key};

/// The account of an address, shared by all clinics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The password. `None` if the person has never had dashboard access in any clinic.
    pub password: Option<PasswordHash>,
    /// When the password was set. Password links that were emailed before then no longer work.
    pub password_set_at: Option<Timestamp>,
    /// The emailed link that set it. `None` if no link did.
    pub password_set_with: Option<NoticeId>,
    /// Counts the passwords. The epoch is copied to every user of the account, and sessions from an older epoch have
    /// ended.
    pub password_epoch: u32,
    /// When the person first used an emailed link, which proved that the address is theirs.
    pub verified_at: Timestamp,
    /// Counts the writes, starting at 1.
    pub version: u64,
}

impl Account {
    /// The account without its password, for an address that may have another holder. Links to set a
    /// password that were emailed before no longer work, and neither do older links to invitations.
    #[must_use]
    pub fn forget_password(self, now: Timestamp) -> Self {
        Self {
            password: None,
            password_set_at: Some(now),
            password_set_with: None,
            password_epoch: self.password_epoch + 1,
            ..self
        }
    }
}

#[derive(Serialize, Deserialize)]
struct AccountItem {
    #[serde(rename = "pw", default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(rename = "ps", default, skip_serializing_if = "Option::is_none")]
    password_set_at: Option<i64>,
    #[serde(rename = "pl", default, skip_serializing_if = "Option::is_none")]
    password_set_with: Option<String>,
    #[serde(rename = "pe", default, skip_serializing_if = "is_zero")]
    password_epoch: u32,
    #[serde(rename = "va")]
    verified_at: i64,
    #[serde(rename = "v")]
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct MembershipItem {
    #[serde(rename = "us")]
    user: String,
}

/// The membership of an account in a clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The clinic.
    pub clinic: ClinicId,
    /// The user of the account in this clinic.
    pub user: UserId,
}

impl Store {
    /// Loads the account of an address.
    pub async fn load_account(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        let found = self.get(&key::account(email)).await?;
        found.map(|raw| self.decode_account(&raw)).transpose()
    }

    /// Loads an account and its memberships in one read, whether the account exists or not.
    pub async fn load_account_and_memberships(
        &self,
        email: &Email,
    ) -> Result<(Option<Account>, Vec<Membership>), StoreError> {
        let Key { pk, sk } = key::account(email);
        let (mut account, mut memberships) = (None, Vec::new());
        for raw in self.query_between(&pk, (&sk, key::LAST_MEMBERSHIP)).await? {
            let key = Key::of(&raw);
            if key.sk == sk {
                account = Some(self.decode_account(&raw)?);
            } else {
                memberships.push(self.decode_membership(&raw, &key)?);
            }
        }
        Ok((account, memberships))
    }

    pub(crate) fn decode_account(&self, raw: &RawItem) -> Result<Account, StoreError> {
        self.decode_with(raw, |item: AccountItem| {
            Ok(Account {
                password: item.password.map(PasswordHash::from_stored),
                password_set_at: item.password_set_at.map(|t| time("ps", t)).transpose()?,
                password_set_with: item
                    .password_set_with
                    .map(|id| NoticeId::parse(&id).map_err(|_| BadField("pl")))
                    .transpose()?,
                password_epoch: item.password_epoch,
                verified_at: time("va", item.verified_at)?,
                version: item.version,
            })
        })
    }

    fn decode_membership(&self, raw: &RawItem, key: &Key) -> Result<Membership, StoreError> {
        let item: MembershipItem = self.decode(raw)?;
        let clinic = key.sk.strip_prefix(key::MEMBERSHIP);
        let clinic = clinic.and_then(|id| ClinicId::parse(id).ok());
        Ok(Membership {
            clinic: clinic.ok_or_else(|| self.corrupt(key, attr::SK))?,
            user: UserId::parse(&item.user).map_err(|_| self.corrupt(key, "us"))?,
        })
    }
}

impl Transaction {
    /// Writes an account if the stored version is the previous one.
    pub fn put_account(&mut self, email: &Email, account: &Account) -> Result<(), StoreError> {
        let item = AccountItem {
            password: account.password.as_ref().map(|hash| hash.as_str().to_owned()),
            password_set_at: account.password_set_at.map(Timestamp::millis),
            password_set_with: account.password_set_with.map(|id| id.to_string()),
            password_epoch: account.password_epoch,
            verified_at: account.verified_at.millis(),
            version: account.version,
        };
        let before = account.version.saturating_sub(1);
        let expect = if before == 0 { Precondition::Absent } else { Precondition::Version(before) };
        self.put(Part::Account, key::account(email), &item, None, &expect)
    }

    /// Requires that the account still has the password epoch of `account`.
    pub fn require_password_epoch(
        &mut self,
        email: &Email,
        account: &Account,
    ) -> Result<(), StoreError> {
        let mut values = HashMap::new();
        let condition = format!(
            "attribute_exists({}) AND {}",
            attr::PK,
            epoch_condition(attr::PASSWORD_EPOCH, account.password_epoch, &mut values)
        );
        self.check(Part::Account, key::account(email), &condition, values)
    }

    /// Deletes the membership of the account in this clinic.
    pub fn delete_membership(&mut self, email: &Email, clinic: ClinicId) -> Result<(), StoreError> {
        self.delete(Part::Account, key::membership(email, clinic))
    }

    /// Writes the membership of the account in this clinic.
    pub fn put_membership(
        &mut self,
        email: &Email,
        clinic: ClinicId,
        user: UserId,
    ) -> Result<(), StoreError> {
        let item = MembershipItem { user: user.to_string() };
        self.put(Part::Account, key::membership(email, clinic), &item, None, &Precondition::Absent)
    }
}
