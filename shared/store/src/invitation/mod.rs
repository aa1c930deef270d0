//! Invitations.

mod count;
pub(crate) mod item;
mod list;

use domain::audit::AuditObject;
use domain::ids::{ClinicId, InvitationId};
use domain::invitation::{Invitation, InvitationTransition, PendingInvitation};

use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, attr, key};

pub use count::{InvitationCount, ReadBudget};
pub use list::InvitationRange;

impl Store {
    /// Loads the invitation with this id in the clinic.
    pub async fn load_invitation(
        &self,
        clinic: ClinicId,
        id: InvitationId,
    ) -> Result<Option<Invitation>, StoreError> {
        let found = self.get(&key::invitation(clinic, id)).await?;
        found.map(|item| self.decode_invitation(&item)).transpose()
    }
}

impl Transaction {
    /// Writes a new invitation.
    pub fn put_invitation(&mut self, pending: PendingInvitation) -> Result<(), StoreError> {
        self.put_invitation_item(&pending.into(), &Precondition::Absent)
    }

    /// Writes a changed invitation if the stored version is the one that was read.
    pub fn replace_invitation(
        &mut self,
        change: &InvitationTransition<Invitation>,
    ) -> Result<(), StoreError> {
        self.put_invitation_item(&change.next, &Precondition::Version(change.expected_version))
    }

    fn put_invitation_item(
        &mut self,
        invitation: &Invitation,
        expect: &Precondition,
    ) -> Result<(), StoreError> {
        let details = invitation.details();
        let index = [
            (attr::GSI1PK, key::invitation_status(details.clinic, invitation.status())),
            (attr::GSI1SK, details.id.to_string()),
        ];
        let key = key::invitation(details.clinic, details.id);
        let mut item = item::InvitationItem::from(invitation);
        if let Some(event) = self.event_of(|object| *object == AuditObject::Invitation(details.id))
        {
            item.last_event = Some(event.to_string());
        }
        self.put(Part::Invitation, key, &item, Some(index), expect)
    }
}
