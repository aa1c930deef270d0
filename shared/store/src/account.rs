//! Accounts: one for each address, over all clinics, with the password and the memberships.

use std::collections::HashMap;

use domain::email::Email;
use domain::ids::{ClinicId, UserId};
use domain::password::PasswordHash;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::invitation::item::time;
use crate::item::number;
use crate::key::Key;
use crate::profile::BadField;
use crate::tx::If;
use crate::{Role, Store, StoreError, Transaction, attr, key};

/// What belongs to an address, whichever clinic invited it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Missing while the person has never had dashboard access anywhere.
    pub password: Option<PasswordHash>,
    /// When the person first followed a mailed link.
    pub verified_at: Timestamp,
    /// Counts the writes; the first is 1.
    pub version: u64,
}

#[derive(Serialize, Deserialize)]
struct AccountItem {
    #[serde(rename = "pw", default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(rename = "va")]
    verified_at: i64,
    #[serde(rename = "v")]
    version: u64,
}

#[derive(Serialize)]
struct MembershipItem {
    #[serde(rename = "us")]
    user: String,
}

impl Store {
    /// The account of an address.
    pub async fn account(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        let Some(raw) = self.get(&key::account(email)).await? else {
            return Ok(None);
        };
        let item: AccountItem = self.decode(&raw)?;
        let verified_at = time("va", item.verified_at)
            .map_err(|bad: BadField| self.corrupt(&Key::of(&raw), bad.0))?;
        Ok(Some(Account {
            password: item.password.map(PasswordHash::from_stored),
            verified_at,
            version: item.version,
        }))
    }
}

impl Transaction {
    /// Writes an account, supposing the version before.
    pub fn account(&mut self, email: &Email, account: &Account) -> Result<(), StoreError> {
        let item = AccountItem {
            password: account
                .password
                .as_ref()
                .map(|hash| hash.as_str().to_owned()),
            verified_at: account.verified_at.millis(),
            version: account.version,
        };
        let before = account.version.saturating_sub(1);
        let expect = if before == 0 {
            If::New
        } else {
            If::Version(before)
        };
        self.put(Role::Account, key::account(email), &item, None, &expect)
    }

    /// Requires that the account is as it was read.
    pub fn account_unchanged(
        &mut self,
        email: &Email,
        account: &Account,
    ) -> Result<(), StoreError> {
        let values = HashMap::from([(":version".to_owned(), number(account.version))]);
        let condition = format!("{} = :version", attr::VERSION);
        self.check(Role::Account, key::account(email), &condition, values)
    }

    /// Notes that the account belongs to a user of this clinic.
    pub fn new_membership(
        &mut self,
        email: &Email,
        clinic: ClinicId,
        user: UserId,
    ) -> Result<(), StoreError> {
        let item = MembershipItem {
            user: user.to_string(),
        };
        self.put(
            Role::Account,
            key::membership(email, clinic),
            &item,
            None,
            &If::New,
        )
    }
}
