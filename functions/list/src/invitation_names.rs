//! The names of the people and API keys that an invitation shows by id.

use auth::caller::{Caller, ReadInvitations};
use changes::Context;
use domain::actor::{Actor, Inviter};
use domain::invitation::Invitation;
use store::ActorNames;
use web::Problem;
use web::invitation_view::InvitationView;

/// The JSON of invitations of the caller's clinic. At the dashboard they have names, which are read for all of them
/// together.
pub(crate) async fn view_for(
    caller: &Caller<ReadInvitations>,
    context: &Context,
    invitations: &[Invitation],
) -> Result<Vec<InvitationView>, Problem> {
    if caller.principal.identity.person().is_none() {
        return Ok(invitations.iter().map(InvitationView::from).collect());
    }
    let actors = invitations.iter().flat_map(|invitation| {
        let details = invitation.details();
        [details.invited_by, details.granted_by].map(Actor::from)
    });
    let names = context.store.load_actor_names(caller.clinic(), actors).await?;
    Ok(invitations.iter().map(|invitation| view(invitation, &names)).collect())
}

fn view(invitation: &Invitation, names: &ActorNames) -> InvitationView {
    let details = invitation.details();
    let inviter = names.of(details.invited_by.into());
    let (inviter_name, api_key_description) = match details.invited_by {
        Inviter::User(_) => (inviter, None),
        Inviter::ApiKey(_) => (None, inviter),
        Inviter::Operator => (None, None),
    };
    InvitationView {
        inviter_name,
        api_key_description,
        granted_by_name: names.of(details.granted_by.into()),
        ..invitation.into()
    }
}
