//! `PATCH /v1/autoScribe/users/invitations/{invitationId}`: changes what is offered.

use auth::caller::{Caller, ManageInvitations};
use axum::Json;
use axum::extract::State;
use changes::move_npi;
use changes::{Attempt, Requester};
use domain::claim::Holder;
use domain::invitation::{Invitation, InvitationTransition, UnexpiredInvitation};
use domain::npi::{Npi, Verification};
use domain::person::permissions::Level;
use store::CommitOutcome;
use web::body::JsonBody;
use web::change_request::ChangeRequest;
use web::problem::ProblemBody;
use web::view::InvitationView;
use web::{Problem, Segment};

use crate::Deps;
use crate::revoke::{find, pending};

/// Change a pending, unexpired invitation.
///
/// The link that was mailed stays good and offers what the invitation says now.
#[utoipa::path(
    patch, operation_id = "updateInvitation", path = "/v1/autoScribe/users/invitations/{invitationId}", tag = "invitations",
    request_body = ChangeRequest, security(("apiKey" = []), ("session" = [])),
    params(("invitationId" = String, Path, description = "`inv_` and 32 hex characters")),
    responses(
        (status = 200, body = InvitationView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageInvitations>,
    Segment(id): Segment,
    JsonBody(changes): JsonBody<ChangeRequest>,
) -> Result<Json<InvitationView>, Problem> {
    let clinic = caller.clinic();
    let requester = caller.principal.requester();
    changes::retry!(async {
        let live = live(find(&deps, clinic, &id).await?, &deps)?;
        let offered = deps.verify_npi(live.details().profile.changed(changes.clone())?).await?;
        let held = live.details().profile.permissions.npi();
        let change = live.edit(offered, deps.context.now()).map(Invitation::from);
        let committed = commit(&deps, &change, held, &requester).await?;
        Ok(Attempt::of(committed, Json((&change.next).into())))
    })
}

pub(crate) fn live(invitation: Invitation, deps: &Deps) -> Result<UnexpiredInvitation, Problem> {
    let pending = pending(invitation)?;
    if pending.details.profile.permissions.level() == Level::Owner {
        return Err(Problem::forbidden("An owner's invitation cannot be changed."));
    }
    pending.at(deps.context.now()).map_err(|_| {
        Problem::new(
            axum::http::StatusCode::GONE,
            "invitation_expired",
            "This invitation has expired. Resend it, then change it.",
        )
    })
}

pub(crate) async fn commit(
    deps: &Deps,
    change: &InvitationTransition<Invitation>,
    held: Option<(Npi, Verification)>,
    requester: &Requester,
) -> Result<CommitOutcome, Problem> {
    let details = change.next.details();
    let wanted = details.profile.permissions.npi();
    let mut tx =
        deps.context.store.transaction(&requester.invitation_record(&deps.context, change))?;
    tx.replace_invitation(change)?;
    let holder = Holder::Invitation { id: details.id, until: details.expiry };
    move_npi(&deps.context, &mut tx, details.clinic, holder, (held, wanted)).await?;
    Ok(tx.commit().await?)
}
