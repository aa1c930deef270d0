//! The grant, the user and the issuer of a view. Together they decide whether the view stays open.

use domain::actor::Issuer;
use domain::grant::{CurrentIssuer, Grant};
use domain::ids::{AccessId, ClinicId, UserId};
use domain::user::User;

use crate::client::Consistency;
use crate::key::Key;
use crate::{Store, StoreError, key};

/// The ids of a grant, its user and its issuer. They come from the grant, or from a view token with a
/// valid signature.
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

/// A grant, its user and its issuer as they are now. `None` means that the item does not exist.
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
    /// Loads a grant, its user and its issuer in one read.
    ///
    /// [`Consistency::Eventual`] costs 1.5 units for the three items instead of 3. It may miss a write from
    /// the last moment ("usually one second or less", DynamoDB developer guide, "Read consistency"). Use it
    /// for renewals, where a token issued by mistake lasts only five minutes. Opening a link and
    /// introspection need [`Consistency::Strong`].
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
        // A user who issues access to themselves is one item, and a batch must not repeat a key.
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
