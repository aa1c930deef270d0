//! Grants of temporary access, in the partition of their clinic.

mod item;
mod list;
mod parties;

use domain::audit::AuditObject;
use domain::grant::{Grant, GrantDetails, GrantTransition, IssuedGrant};
use domain::ids::{AccessId, ClinicId};

use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, attr, key};

pub use list::{GrantLimit, OpenGrants};
pub use parties::{ViewKeys, ViewParties};

impl Store {
    /// Loads the grant with this id in the clinic.
    pub async fn load_grant(
        &self,
        clinic: ClinicId,
        id: AccessId,
    ) -> Result<Option<Grant>, StoreError> {
        let found = self.get(&key::grant(clinic, id)).await?;
        found.map(|item| self.decode_grant(&item)).transpose()
    }
}

impl Transaction {
    /// Writes a new grant.
    pub fn put_grant(&mut self, issued: IssuedGrant) -> Result<(), StoreError> {
        self.put_grant_item(&issued.into(), &Precondition::Absent)
    }

    /// Writes a changed grant if the stored version is the one that was read. So only one of many
    /// concurrent requests opens a link.
    pub fn replace_grant(&mut self, change: &GrantTransition<Grant>) -> Result<(), StoreError> {
        self.put_grant_item(&change.next, &Precondition::Version(change.expected_version))
    }

    fn put_grant_item(&mut self, grant: &Grant, expect: &Precondition) -> Result<(), StoreError> {
        let details = grant.details();
        let is_grant = |object: &AuditObject| matches!(object, AuditObject::Access { id, .. } if *id == details.id);
        let mut item = item::GrantItem::from(grant);
        item.last_event = self.event_of(is_grant).map(|event| event.to_string());
        let key = key::grant(details.clinic, details.id);
        self.put(Part::Grant, key, &item, index(details), expect)
    }
}

/// The index keys of a user's grant. They never change, so only issuing writes to the index. The sort key
/// also holds the latest end of the view, so counting live grants does not read ended ones.
fn index(details: &GrantDetails) -> Option<[(&'static str, String); 2]> {
    let user = details.view.user()?;
    let end = details.latest_end().seconds();
    Some([
        (attr::GSI1PK, key::grants_of(details.clinic, user)),
        (attr::GSI1SK, format!("{}#{end}", details.id)),
    ])
}
