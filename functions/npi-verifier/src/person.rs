//! Who holds an NPI, and what follows for them from the registry's answer.

use domain::claim::{Claim, Holder};
use domain::ids::ClinicId;
use domain::invitation::{Invitation, InvitationTransition, UnexpiredInvitation};
use domain::npi::{Npi, NpiStatus, RegistryAnswer};
use domain::person::profile::Profile;
use domain::time::Timestamp;
use domain::user::{User, UserChange};
use store::StoreError;

use crate::Deps;

/// A person whose NPI is verified.
pub(crate) enum Person {
    Invited(Box<UnexpiredInvitation>),
    User(Box<User>),
}

/// What the registry's answer changes.
pub(crate) enum Change {
    Invited(Box<InvitationTransition<Invitation>>),
    User(Box<UserChange>),
}

impl Person {
    /// The person who holds the claim: a user, or somebody invited whose invitation is open.
    /// `None` when the number is nobody's any more.
    pub(crate) async fn holding(
        deps: &Deps,
        (clinic, npi): (ClinicId, Npi),
        claim: &Claim,
    ) -> Result<Option<Self>, StoreError> {
        let person = match claim.holder {
            Holder::Free => None,
            Holder::Invitation { id, .. } => {
                let invitation = deps.context.store.load_invitation(clinic, id).await?;
                let pending = invitation.and_then(|invitation| invitation.pending().ok());
                let live =
                    pending.and_then(|pending| pending.check_expiry(deps.context.now()).ok());
                live.map(|live| Self::Invited(Box::new(live)))
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
            Self::Invited(live) => &live.details().profile,
            Self::User(user) => &user.profile,
        }
    }

    /// How far the NPI is verified; `None` is having none.
    pub(crate) fn verification(&self) -> Option<NpiStatus> {
        let npi = self.profile().permissions.npi();
        npi.map(|(_, verification)| verification)
    }

    /// `None` when the answer changes nothing.
    pub(crate) fn recheck_npi(self, answer: &RegistryAnswer, now: Timestamp) -> Option<Change> {
        match self {
            Self::Invited(live) => {
                let change = live.recheck_npi(answer, now)?;
                Some(Change::Invited(Box::new(change.map(Invitation::from))))
            }
            Self::User(user) => Some(Change::User(Box::new(user.recheck_npi(answer)?))),
        }
    }
}
