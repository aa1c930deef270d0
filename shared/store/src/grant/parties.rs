//! What decides whether a view lives: the grant, its user and its issuer, read together.

use domain::actor::Issuer;
use domain::grant::{CurrentIssuer, Grant};
use domain::ids::{AccessId, ClinicId, UserId};
use domain::user::User;

use crate::client::Consistency;
use crate::key::Key;
use crate::{Store, StoreError, key};

/// Where grant, user and issuer are: what the grant says, or a view token whose signature passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewKeys {
    /// The clinic.
    pub clinic: ClinicId,
    /// The grant.
    pub access: AccessId,
    /// Its user, if it has one.
    pub user: Option<UserId>,
    /// Who issued it.
    pub issuer: Issuer,
}

impl From<&Grant> for ViewKeys {
    fn from(grant: &Grant) -> Self {
        let details = grant.details();
        Self {
            clinic: details.clinic,
            access: details.id,
            user: details.view.user(),
            issuer: details.issuer,
        }
    }
}

/// Grant, user and issuer as they stand; `None` for one who is not there.
#[derive(Clone, Debug)]
pub struct ViewParties {
    /// The grant.
    pub grant: Option<Grant>,
    /// Its user.
    pub user: Option<User>,
    /// Who issued it.
    pub issuer: Option<CurrentIssuer>,
}

impl Store {
    /// Grant, user and issuer in one read.
    ///
    /// [`Consistency::Eventual`] costs half a unit for each of the three, 1.5 together, and may miss a
    /// write of the last moment ("usually one second or less", DynamoDB developer guide, "Read
    /// consistency"). That is for renewals: the token that a renewal may wrongly give lives five
    /// minutes, as the one before it might have. Opening a link and introspection want
    /// [`Consistency::Strong`].
    pub async fn load_view_parties(
        &self,
        of: &ViewKeys,
        reads: Consistency,
    ) -> Result<ViewParties, StoreError> {
        let user = of.user.map(|id| key::user(of.clinic, id));
        let issuer = match of.issuer {
            Issuer::ApiKey(id) => key::api_key(of.clinic, id),
            Issuer::User(id) => key::user(of.clinic, id),
        };
        let keys = [Some(key::grant(of.clinic, of.access)), user, Some(issuer)];
        // Who issues access to themselves is one item, and no key may be asked for twice.
        let mut wanted: Vec<Key> = keys.iter().flatten().cloned().collect();
        wanted.dedup();
        let found = self.batch(&wanted, reads).await?;
        let item = |key: &Option<Key>| {
            let at = wanted.iter().position(|wanted| Some(wanted) == key.as_ref())?;
            found[at].as_ref()
        };
        let [grant, user, issuer] = keys.each_ref().map(item);
        Ok(ViewParties {
            grant: grant.map(|raw| self.decode_grant(raw)).transpose()?,
            user: user.map(|raw| self.decode_user(raw)).transpose()?,
            issuer: match (issuer, of.issuer) {
                (None, _) => None,
                (Some(raw), Issuer::ApiKey(_)) => {
                    Some(CurrentIssuer::ApiKey(self.decode_api_key(raw)?))
                }
                (Some(raw), Issuer::User(_)) => {
                    Some(CurrentIssuer::User(Box::new(self.decode_user(raw)?)))
                }
            },
        })
    }
}
