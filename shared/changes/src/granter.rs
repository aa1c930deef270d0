//! Whether the person or key that granted an invitation's permissions may still grant them.

use domain::actor::Inviter;
use domain::credentials::api_key::Scope;
use domain::invitation::InvitationDetails;
use domain::person::permissions::Level;
use store::StoreError;

use crate::Context;

/// The scopes that an API key needs to invite a person of this level.
pub fn inviting_scopes(level: Level) -> &'static [Scope] {
    match level {
        Level::Member => &[Scope::UsersWrite],
        Level::Admin | Level::Owner => &[Scope::UsersWrite, Scope::AdminsWrite],
    }
}

/// Loads whether the granter of an invitation may still grant it: an active owner or admin, an API key that
/// works and has the scopes, or the operator.
pub async fn load_granter_entitled(
    context: &Context,
    details: &InvitationDetails,
) -> Result<bool, StoreError> {
    let (store, clinic, now) = (&context.store, details.clinic, context.now());
    Ok(match details.granted_by {
        Inviter::Operator => true,
        Inviter::User(id) => {
            let user = store.load_user(clinic, id).await?;
            user.is_some_and(|user| user.is_active_manager())
        }
        Inviter::ApiKey(id) => {
            let needed = inviting_scopes(details.profile.permissions.level());
            let key = store.load_api_key(clinic, id).await?.map(|found| found.key);
            key.is_some_and(|key| needed.iter().all(|scope| key.may(*scope, now)))
        }
    })
}
