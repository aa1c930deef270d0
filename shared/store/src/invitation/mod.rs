//! Invitations.

pub(crate) mod item;
mod list;

use domain::ids::{ClinicId, InvitationId};
use domain::invitation::{Invitation, Pending, Transition};

use crate::transaction::If;
use crate::{Role, Store, StoreError, Transaction, attr, key};

pub use list::InvitationRange;

impl Store {
    /// The invitation of this id in the clinic.
    pub async fn invitation(
        &self,
        clinic: ClinicId,
        id: InvitationId,
    ) -> Result<Option<Invitation>, StoreError> {
        let found = self.get(&key::invitation(clinic, id)).await?;
        found.map(|item| self.invitation_from(&item)).transpose()
    }
}

impl Transaction {
    /// Writes an invitation that does not exist yet.
    pub fn new_invitation(&mut self, pending: Pending) -> Result<(), StoreError> {
        self.invitation(&pending.into(), &If::New)
    }

    /// Writes a changed invitation, supposing the version that the change was decided on.
    pub fn changed_invitation(
        &mut self,
        change: &Transition<Invitation>,
    ) -> Result<(), StoreError> {
        self.invitation(&change.next, &If::Version(change.expected_version))
    }

    fn invitation(&mut self, invitation: &Invitation, expect: &If) -> Result<(), StoreError> {
        let details = invitation.details();
        let index = [
            (attr::GSI1PK, key::invitation_status(details.clinic, invitation.status())),
            (attr::GSI1SK, details.id.to_string()),
        ];
        let key = key::invitation(details.clinic, details.id);
        self.put(
            Role::Invitation,
            key,
            &item::InvitationItem::from(invitation),
            Some(index),
            expect,
        )
    }
}
