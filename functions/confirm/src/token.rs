//! Finds the invitation of a token.

use domain::actor::Actor;
use domain::invitation::Invitation;
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::access_log;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};

use crate::Deps;

/// The token from the email.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// The part of the emailed link after `#token=`.
    #[schema(value_type = String, max_length = 256)]
    token: Field<String>,
}

impl RequestFields for TokenRequest {
    type Values = String;

    fn read(self, faults: &mut FaultCollector) -> Result<String, NotedFault> {
        faults.required(self.token)
    }
}

/// Loads the invitation of a token. A forged, cut, outdated or revoked token gets the same 404.
pub(crate) async fn load_invitation_by_token(
    deps: &Deps,
    token: &str,
) -> Result<Invitation, Problem> {
    let link = deps.links.read_invitation_token(token).map_err(|_| Problem::token_invalid())?;
    access_log::record_caller("invitee", Actor::Invitee(link.invitation), Some(link.clinic));
    access_log::record_object(link.invitation);
    let found = deps.context.store.load_invitation(link.clinic, link.invitation).await?;
    found
        .filter(|invitation| invitation.details().generation == link.generation)
        .filter(|invitation| !matches!(invitation, Invitation::Revoked(_)))
        .ok_or_else(Problem::token_invalid)
}
