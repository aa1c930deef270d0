//! The person who holds an NPI, and what the registry's answer changes for them.

use domain::claim::{Claim, Holder};
use domain::ids::ClinicId;
use domain::invitation::{Invitation, InvitationTransition, UnexpiredInvitation};
use domain::npi::{Npi, NpiStatus, RegistryAnswer};
use domain::person::profile::Profile;
use domain::time::Timestamp;
use domain::user::{User, UserChange};
use store::StoreError;

use crate::Deps;

/// The person who holds an NPI.
pub(crate) enum NpiHolder {
    Invited(Box<UnexpiredInvitation>),
    User(Box<User>),
}

/// The change that the registry's answer makes.
pub(crate) enum HolderChange {
    Invited(Box<InvitationTransition<Invitation>>),
    User(Box<UserChange>),
}

impl NpiHolder {
    /// Loads the holder of a claim: a user, or a person with a pending invitation. `None` if no one
    /// holds the number any more.
    pub(crate) async fn load(
        deps: &Deps,
        (clinic, npi): (ClinicId, Npi),
        claim: &Claim,
    ) -> Result<Option<Self>, StoreError> {
        let person = match claim.holder {
            Holder::Free => None,
            Holder::Invitation { id, .. } => {
                let invitation = deps.context.store.load_invitation(clinic, id).await?;
                let pending = invitation.and_then(|invitation| invitation.pending().ok());
                let unexpired =
                    pending.and_then(|pending| pending.check_expiry(deps.context.now()).ok());
                unexpired.map(|unexpired| Self::Invited(Box::new(unexpired)))
            }
            Holder::User(id) => {
                let user = deps.context.store.load_user(clinic, id.user_id()).await?;
                user.map(|user| Self::User(Box::new(user)))
            }
        };
        let holds = |person: &Self| {
            let npi_on_file = person.profile().permissions.npi();
            npi_on_file.is_some_and(|(held, _)| held == npi)
        };
        Ok(person.filter(holds))
    }

    fn profile(&self) -> &Profile {
        match self {
            Self::Invited(invitation) => &invitation.details().profile,
            Self::User(user) => &user.profile,
        }
    }

    /// The state of the NPI's verification. `None` if the person has no NPI.
    pub(crate) fn verification(&self) -> Option<NpiStatus> {
        let npi = self.profile().permissions.npi();
        npi.map(|(_, verification)| verification)
    }

    /// Applies the registry's answer. `None` if it changes nothing.
    pub(crate) fn recheck_npi(
        self,
        answer: &RegistryAnswer,
        now: Timestamp,
    ) -> Option<HolderChange> {
        match self {
            Self::Invited(invitation) => {
                let change = invitation.recheck_npi(answer, now)?;
                Some(HolderChange::Invited(Box::new(change.map(Invitation::from))))
            }
            Self::User(user) => Some(HolderChange::User(Box::new(user.recheck_npi(answer)?))),
        }
    }
}
