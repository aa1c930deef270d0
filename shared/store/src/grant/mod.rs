//! Temporary access: grants in their clinic's partition.

mod item;
mod list;
mod parties;

use domain::grant::{Grant, GrantDetails, GrantTransition, IssuedGrant};
use domain::ids::{AccessId, ClinicId};

use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, attr, key};

pub use list::GrantLimit;
pub use parties::{ViewKeys, ViewParties};

impl Store {
    /// The grant of this id in the clinic.
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
    /// Writes a grant that does not exist yet.
    pub fn put_grant(&mut self, issued: IssuedGrant) -> Result<(), StoreError> {
        self.grant(&issued.into(), &Precondition::Absent)
    }

    /// Writes a changed grant, supposing the version that the change was decided on: of however
    /// many that open the same link, one is written.
    pub fn replace_grant(&mut self, change: &GrantTransition<Grant>) -> Result<(), StoreError> {
        self.grant(&change.next, &Precondition::Version(change.expected_version))
    }

    fn grant(&mut self, grant: &Grant, expect: &Precondition) -> Result<(), StoreError> {
        let details = grant.details();
        self.put(
            Part::Grant,
            key::grant(details.clinic, details.id),
            &item::GrantItem::from(grant),
            index(details),
            expect,
        )
    }
}

/// Where the index has a user's grant. It never changes, so that only issuing writes the index.
/// The sort key also says when the view ends at the latest: whoever counts what may be alive
/// reads no item that is long over.
fn index(details: &GrantDetails) -> Option<[(&'static str, String); 2]> {
    let user = details.view.user()?;
    let end = details.latest_end().seconds();
    Some([
        (attr::GSI1PK, key::grants_of(details.clinic, user)),
        (attr::GSI1SK, format!("{}#{end}", details.id)),
    ])
}
