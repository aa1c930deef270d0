//! Users.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::clinic::Clinic;
use domain::ids::{ClinicId, UserId};
use domain::person::email::Email;
use domain::person::permissions::Level;
use domain::time::Timestamp;
use domain::user::{ManagerDelta, User, UserChange, UserStatus};
use serde::{Deserialize, Serialize};

use crate::account::Membership;
use crate::client::BATCH;
use crate::codec::{BadField, field, invited_by, invited_by_text, is_zero, time};
use crate::item::{RawItem, number, text};
use crate::key::Key;
use crate::page::{Page, PageBuilder, PageRequest, below, readable};
use crate::profile::ProfileItem;
use crate::session::epoch_condition;
use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, attr, key};

#[derive(Serialize, Deserialize)]
struct UserItem {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "st")]
    status: String,
    #[serde(rename = "em")]
    email: String,
    #[serde(rename = "p")]
    profile: ProfileItem,
    #[serde(rename = "by")]
    invited_by: String,
    #[serde(rename = "ca")]
    created_at: i64,
    #[serde(rename = "co")]
    confirmed_at: i64,
    #[serde(rename = "ll", default, skip_serializing_if = "Option::is_none")]
    last_login_at: Option<i64>,
    #[serde(rename = "ae", default, skip_serializing_if = "is_zero")]
    access_epoch: u32,
    #[serde(rename = "pe", default, skip_serializing_if = "is_zero")]
    password_epoch: u32,
    #[serde(rename = "cn", default)]
    changes: u32,
    #[serde(rename = "v")]
    version: u64,
}

impl From<&User> for UserItem {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            clinic: user.clinic.to_string(),
            status: user.status.as_str().to_owned(),
            email: user.email.as_typed().to_owned(),
            profile: (&user.profile).into(),
            invited_by: invited_by_text(user.invited_by),
            created_at: user.created_at.millis(),
            confirmed_at: user.confirmed_at.millis(),
            last_login_at: user.last_login_at.map(Timestamp::millis),
            access_epoch: user.access_epoch,
            password_epoch: user.password_epoch,
            changes: user.changes,
            version: user.version,
        }
    }
}

impl TryFrom<UserItem> for User {
    type Error = BadField;

    fn try_from(item: UserItem) -> Result<Self, BadField> {
        Ok(Self {
            id: UserId::parse(&item.id).map_err(|_| BadField("id"))?,
            clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
            email: field("em", Email::parse(&item.email))?,
            profile: item.profile.try_into()?,
            status: UserStatus::parse(&item.status).ok_or(BadField("st"))?,
            invited_by: invited_by(&item.invited_by)?,
            created_at: time("ca", item.created_at)?,
            confirmed_at: time("co", item.confirmed_at)?,
            last_login_at: item.last_login_at.map(|t| time("ll", t)).transpose()?,
            access_epoch: item.access_epoch,
            password_epoch: item.password_epoch,
            changes: item.changes,
            version: item.version,
        })
    }
}

/// A user of an account, in one of its clinics.
#[derive(Clone, Debug)]
pub struct Member {
    /// The user.
    pub user: User,
    /// The clinic.
    pub clinic: Clinic,
}

impl Store {
    /// Loads the user with this id in the clinic.
    pub async fn load_user(
        &self,
        clinic: ClinicId,
        id: UserId,
    ) -> Result<Option<User>, StoreError> {
        self.get(&key::user(clinic, id)).await?.map(|item| self.decode_user(&item)).transpose()
    }

    /// Loads the users of an account, one for each membership. Also reads an item if there is no account,
    /// so that the response time does not show whether an account exists.
    pub async fn load_users(&self, memberships: &[Membership]) -> Result<Vec<User>, StoreError> {
        let nobody = [Membership {
            clinic: ClinicId::from_bytes([0; 16]),
            user: UserId::from_bytes([0; 16]),
        }];
        let memberships = if memberships.is_empty() { &nobody } else { memberships };
        let keys: Vec<Key> =
            (memberships.iter()).map(|member| key::user(member.clinic, member.user)).collect();
        let mut users = Vec::new();
        for keys in keys.chunks(100) {
            for raw in self.get_all(keys).await?.iter().flatten() {
                users.push(self.decode_user(raw)?);
            }
        }
        Ok(users)
    }

    /// Loads the users of an account and their clinics in one read, as [`Store::load_users`] does.
    pub async fn load_members(
        &self,
        memberships: &[Membership],
    ) -> Result<Vec<Member>, StoreError> {
        let nobody = [Membership {
            clinic: ClinicId::from_bytes([0; 16]),
            user: UserId::from_bytes([0; 16]),
        }];
        let memberships = if memberships.is_empty() { &nobody } else { memberships };
        let keys = memberships
            .iter()
            .flat_map(|member| [key::user(member.clinic, member.user), key::clinic(member.clinic)]);
        let keys: Vec<Key> = keys.collect();
        let mut members = Vec::new();
        for keys in keys.chunks(BATCH) {
            for (keys, found) in keys.chunks(2).zip(self.get_all(keys).await?.chunks(2)) {
                match found {
                    [Some(user), Some(clinic)] => {
                        // A corrupt item in one clinic must not keep the person out of the others.
                        let read = |user, clinic| {
                            let (user, clinic) =
                                (self.decode_user(user)?, self.decode_clinic(clinic)?);
                            Ok(Member { user, clinic })
                        };
                        members.extend(readable(std::iter::once(read(user, clinic)))?);
                    }
                    [Some(_), None] => return Err(self.corrupt(&keys[1], attr::PK)),
                    _ => {}
                }
            }
        }
        Ok(members)
    }

    /// Lists one page of a clinic's users that `keep` accepts, newest first.
    pub async fn list_users(
        &self,
        clinic: ClinicId,
        page: PageRequest<UserId>,
        keep: impl Fn(&User) -> bool,
    ) -> Result<Page<User, UserId>, StoreError> {
        let mut builder = PageBuilder::new(page);
        while let Some((after, size)) = builder.next_read() {
            let last = after.map_or([0xff; 16], |id| below(id.bytes()));
            let bound = |bytes| format!("{}{}", key::USER, UserId::from_bytes(bytes));
            let bounds = (bound([0; 16]), bound(last));
            let raw = self.query_newest(&key::clinic_partition(clinic), bounds, size).await?;
            let id = |sk: &str| UserId::parse(sk.strip_prefix(key::USER)?).ok();
            let chunk = self.decode_chunk(&raw, id, |item| self.decode_user(item))?;
            builder.add(chunk, &keep);
        }
        Ok(builder.finish())
    }

    pub(crate) fn decode_user(&self, raw: &RawItem) -> Result<User, StoreError> {
        self.decode_with(raw, |item: UserItem| item.try_into())
    }
}

impl Transaction {
    /// Writes a new user.
    pub fn put_user(&mut self, user: &User) -> Result<(), StoreError> {
        self.put(
            Part::User,
            key::user(user.clinic, user.id),
            &UserItem::from(user),
            None,
            &Precondition::Absent,
        )
    }

    /// Writes a changed user if the stored version is the one that was read.
    pub fn replace_user(&mut self, change: &UserChange) -> Result<(), StoreError> {
        self.replace_users(&[change])
    }

    /// Writes changed users of one clinic if the stored versions are those that were read.
    pub fn replace_users(&mut self, changes: &[&UserChange]) -> Result<(), StoreError> {
        let mut delta = ManagerDelta::default();
        for change in changes {
            let user = &change.next;
            let expect = Precondition::Version(change.expected_version);
            let key = key::user(user.clinic, user.id);
            self.put(Part::User, key, &UserItem::from(user), None, &expect)?;
            delta = delta.plus(change.managers);
        }
        changes.first().map_or(Ok(()), |first| self.count_managers(first.next.clinic, delta))
    }

    /// Requires that the granter of an invitation is still an active owner or admin.
    pub fn require_managing_granter(
        &mut self,
        clinic: ClinicId,
        granter: UserId,
    ) -> Result<(), StoreError> {
        let condition = format!(
            "{} = :active AND {}.{} IN (:owner, :admin)",
            attr::STATUS,
            attr::PROFILE,
            attr::LEVEL
        );
        let values = HashMap::from([
            (":active".to_owned(), text(UserStatus::Active.as_str())),
            (":owner".to_owned(), text(Level::Owner.as_str())),
            (":admin".to_owned(), text(Level::Admin.as_str())),
        ]);
        self.check(Part::Granter, key::user(clinic, granter), &condition, values)
    }

    /// Requires that a user did not change since it was read.
    pub fn require_unchanged_user(&mut self, user: &User) -> Result<(), StoreError> {
        let condition = format!("{} = :version", attr::VERSION);
        let values = HashMap::from([(":version".to_owned(), number(user.version))]);
        self.check(Part::User, key::user(user.clinic, user.id), &condition, values)
    }

    /// Requires that a user still has the status, level and epochs that were read.
    pub fn require_same_authority(&mut self, user: &User) -> Result<(), StoreError> {
        let (condition, values) = same_authority(user);
        self.check(Part::Caller, key::user(user.clinic, user.id), &condition, values)
    }

    /// Requires the same, and raises the user's version. A change of the user at the same time then has to
    /// read again, and sees what this transaction wrote.
    pub fn require_same_authority_and_touch(&mut self, user: &User) -> Result<(), StoreError> {
        let (condition, mut values) = same_authority(user);
        values.insert(":one".to_owned(), number(1));
        let update = format!("ADD {} :one", attr::VERSION);
        self.update(Part::Caller, key::user(user.clinic, user.id), &update, &condition, values)
    }

    /// Copies an account's password epoch to one of its users, which ends the user's sessions.
    pub fn set_password_epoch(&mut self, user: &User, epoch: u32) -> Result<(), StoreError> {
        let update = format!("SET {} = :epoch ADD {} :one", attr::PASSWORD_EPOCH, attr::VERSION);
        let condition = format!("attribute_exists({})", attr::PK);
        let values =
            HashMap::from([(":epoch".to_owned(), number(epoch)), (":one".to_owned(), number(1))]);
        self.update(Part::User, key::user(user.clinic, user.id), &update, &condition, values)
    }
}

/// The condition that a user still has the status, level and epochs of `user`, with its values.
fn same_authority(user: &User) -> (String, HashMap<String, AttributeValue>) {
    let permissions = &user.profile.permissions;
    let mut values = HashMap::from([
        (":status".to_owned(), text(user.status.as_str())),
        (":level".to_owned(), text(permissions.level().as_str())),
        (":studies".to_owned(), AttributeValue::Bool(permissions.manage_studies)),
    ]);
    let condition = format!(
        "{status} = :status AND {profile}.{level} = :level AND {profile}.{studies} = :studies \
             AND {access} AND {password}",
        status = attr::STATUS,
        profile = attr::PROFILE,
        level = attr::LEVEL,
        studies = attr::MANAGE_STUDIES,
        access = epoch_condition(attr::ACCESS_EPOCH, user.access_epoch, &mut values),
        password = epoch_condition(attr::PASSWORD_EPOCH, user.password_epoch, &mut values),
    );
    (condition, values)
}
