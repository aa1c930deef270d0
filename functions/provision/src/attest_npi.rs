//! `{"attestNpi": ...}`: the operator attests a user's NPI.
//!
//! An owner or admin attests everyone else's NPI, but not their own. So a clinic with one manager needs
//! the operator, who checks the person's identity first.

use changes::{Attempt, Requester, move_npi};
use domain::actor::Actor;
use domain::claim::Holder;
use domain::ids::{ClinicId, UserId};
use domain::npi::Attester;
use domain::person::permissions::NotAttested;
use domain::user::User;
use serde::{Deserialize, Serialize};

use crate::{Deps, ID_INVALID, ProvisionError, check_field};

/// `{"attestNpi": {"clinicId": "...", "userId": "usr_..."}}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttestNpiRequest {
    /// Whose NPI.
    pub attest_npi: UserToAttest,
}

/// A confirmed user.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserToAttest {
    /// The clinic's UUID.
    pub clinic_id: String,
    /// `usr_` and 32 hex characters.
    pub user_id: String,
}

/// The user whose NPI is verified now.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttestedNpi {
    /// The user.
    pub user_id: String,
    /// `verified`.
    pub npi_verification: &'static str,
}

/// Why an NPI was not attested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttestRefusal {
    /// The clinic has no such user.
    #[error("the clinic has no user with this id")]
    NoSuchUser,
    /// The user has no NPI.
    #[error("the user has no NPI")]
    NoNpi,
    /// The NPI has this verification.
    #[error("the NPI is {0}, and only one that is name_mismatch can be attested")]
    NotMismatched(&'static str),
    /// The user is deactivated.
    #[error("the user is deactivated: reactivate the user first")]
    UserDeactivated,
}

impl From<NotAttested> for AttestRefusal {
    fn from(why: NotAttested) -> Self {
        match why {
            NotAttested::NoNpi => Self::NoNpi,
            NotAttested::NotMismatched(status) => Self::NotMismatched(status.as_str()),
            NotAttested::UserDeactivated => Self::UserDeactivated,
        }
    }
}

/// Attests a user's NPI, which the registry lists under another surname.
pub(crate) async fn attest_npi(
    deps: &Deps,
    user: &UserToAttest,
) -> Result<AttestedNpi, ProvisionError> {
    let clinic = check_field("clinicId", ClinicId::parse(&user.clinic_id).map_err(|_| ID_INVALID))?;
    let id = check_field("userId", UserId::parse(&user.user_id).map_err(|_| ID_INVALID))?;
    changes::retry!(async {
        let user = deps.context.store.load_user(clinic, id).await?;
        write_attestation(deps, user.ok_or(AttestRefusal::NoSuchUser)?).await
    })
}

async fn write_attestation(
    deps: &Deps,
    user: User,
) -> Result<Attempt<AttestedNpi>, ProvisionError> {
    let context = &deps.context;
    let change = user.attest(Attester::Operator, context.now()).map_err(AttestRefusal::from)?;
    let after = change.next.profile.permissions;
    let operator = Requester::new(Actor::Operator, None);
    let mut tx = operator.start(context, &operator.user_record(context, &change))?;
    tx.replace_user(&change)?;
    let holder = Holder::User(change.next.id.invitation_id());
    let npis = (change.before.permissions.npi(), after.npi());
    move_npi(context, &mut tx, change.next.clinic, holder, npis).await?;
    let attested = AttestedNpi {
        user_id: change.next.id.to_string(),
        npi_verification: after.verification_name(),
    };
    Ok(Attempt::of(tx.commit().await?, attested))
}
