//! Issues temporary access: checks that it is allowed, writes the grant and returns its link.

use auth::principal::{Identity, Principal};
use auth::secret_answer::SecretAnswer;
use axum::http::StatusCode;
use axum::{Extension, Json};
use changes::Attempt;
use domain::actor::Issuer;
use domain::credentials::token::AccessLink;
use domain::embed::EmbedOrigins;
use domain::grant::{
    Grant, IssuedGrant, MAX_OPEN_GRANTS, NewGrant, View, ViewerNotAllowed, check_viewer,
};
use domain::ids::{AccessId, UserId};
use domain::invitation::InvitationStatus;
use domain::study::Assignment;
use domain::study::ViewMode;
use domain::user::User;
use serde::Serialize;
use store::GrantLimit;
use utoipa::ToSchema;
use web::{Problem, access_log};

use crate::Deps;
use crate::link_request::Lifetimes;

/// A link into the viewer. It opens once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkView {
    /// The link to open in the viewer. Its token is a secret.
    pub(crate) url: String,
    /// `acc_` and 32 hex characters.
    pub(crate) access_id: String,
    /// When the link can no longer be opened.
    #[schema(format = DateTime)]
    pub(crate) expires_at: String,
}

/// An answer that holds a link, so it is not stored for an idempotency key.
pub(crate) type LinkAnswer<T> = (Extension<SecretAnswer>, Json<T>);

/// Issues a grant for `view` and returns its link.
pub(crate) async fn issue(
    deps: &Deps,
    caller: &Principal,
    (view, lifetimes): (View, Lifetimes),
) -> Result<LinkView, Problem> {
    if let Some(user) = view.user() {
        access_log::record_object(user);
    }
    require_own_view(caller, &view)?;
    // A link that cannot be opened yet is worse than none.
    deps.signer().await?;
    let requester = caller.requester();
    changes::retry!(async {
        let decision = load_grant_decision(deps, caller, &view, lifetimes).await?;
        let GrantDecision { issued, assignment, replaced } = decision;
        let record = |action, object| {
            requester.audit_record(&deps.context, caller.clinic, action, object, (None, None))
        };
        let issuing = record(issued.action(), issued.details.audit_object());
        let mut tx = deps.context.store.transaction(&issuing)?;
        tx.put_grant(issued.clone())?;
        if let Some(assignment) = &assignment {
            tx.put_assignment(assignment)?;
        }
        if let Some(replaced) = replaced {
            let change = replaced.revoke(deps.context.now());
            tx.put_audit_record(&record(change.action, change.next.details.audit_object()))?;
            tx.replace_grant(&change.map(Grant::from))?;
        }
        Ok(Attempt::of(tx.commit().await?, link(deps, &issued)))
    })
}

/// Requires that a signed-in person opens views only for themselves, or for nobody. Only a PACS, which
/// has its own sign-in, can say who sits in front of it.
fn require_own_view(caller: &Principal, view: &View) -> Result<(), Problem> {
    let Some(own) = caller.identity.user() else {
        return Ok(());
    };
    if view.user().is_none_or(|user| user == own) {
        return Ok(());
    }
    let (code, detail) = match view.mode() {
        ViewMode::Dictation => (
            "dictation_only_for_yourself",
            "Send your own userId. From the dashboard you can dictate only as yourself.",
        ),
        ViewMode::ViewerOnly => (
            "view_only_for_yourself",
            "Send your own userId, or none. From the dashboard you can open views only for yourself.",
        ),
    };
    Err(Problem::new(StatusCode::FORBIDDEN, code, detail))
}

fn link(deps: &Deps, issued: &IssuedGrant) -> LinkView {
    let details = &issued.details;
    let token =
        deps.tokens.access_token(&AccessLink { clinic: details.clinic, access: details.id });
    LinkView {
        url: deps.links.to(details, &token),
        access_id: details.id.to_string(),
        expires_at: details.link_expires_at.to_string(),
    }
}

/// A new grant and what changes with it.
struct GrantDecision {
    issued: IssuedGrant,
    /// The study's new assignment if it changes.
    assignment: Option<Assignment>,
    /// The unopened link that the new one replaces.
    replaced: Option<IssuedGrant>,
}

/// Loads what the grant depends on and decides it.
async fn load_grant_decision(
    deps: &Deps,
    caller: &Principal,
    view: &View,
    lifetimes: Lifetimes,
) -> Result<GrantDecision, Problem> {
    let (store, now) = (&deps.context.store, deps.context.now());
    let (clinic, issuer) = (caller.clinic, caller.as_issuer());
    let (user, assignment) = match view {
        View::Dictation { user, study } => {
            let found = store.load_reader_and_assignment(clinic, *user, study).await?;
            let assign = Assignment::assign(*user, (clinic, *study), found.1.as_ref(), issuer, now);
            (found.0, assign)
        }
        View::ViewerOnly { user: Some(id), .. } => (store.load_user(clinic, *id).await?, None),
        View::ViewerOnly { user: None, .. } | View::Ephemeral(_) => (None, None),
    };
    let mut replaced = None;
    if let Some(id) = view.user() {
        let Some(user) = &user else {
            return Err(load_user_problem(deps, caller, id).await?);
        };
        require_viewer(user, view.mode())?;
        replaced = load_replaced(deps, user, issuer, view).await?;
    }
    let new = NewGrant {
        id: AccessId::new(now, deps.context.entropy.as_ref()),
        clinic,
        view: view.clone(),
        issuer,
        access_epoch: user.map_or(0, |user| user.access_epoch),
        embed_origins: embed_origins(caller),
        link: lifetimes.link,
        view_seconds: lifetimes.view,
    };
    Ok(GrantDecision { issued: new.issue(now), assignment, replaced })
}

/// The pages that may embed the view: those of the API key. A link that a person issued cannot be
/// embedded.
fn embed_origins(caller: &Principal) -> EmbedOrigins {
    match &caller.identity {
        Identity::ApiKey { embed_origins, .. } => embed_origins.clone(),
        Identity::Person(_) => EmbedOrigins::default(),
    }
}

/// Requires a user who may open a view of this mode.
fn require_viewer(user: &User, mode: ViewMode) -> Result<(), Problem> {
    if let Err(why) = check_viewer(user, mode) {
        let refused = why.refusal();
        let status = match why {
            ViewerNotAllowed::Deactivated | ViewerNotAllowed::Released => StatusCode::CONFLICT,
            ViewerNotAllowed::CannotCreateReports => StatusCode::FORBIDDEN,
        };
        let problem = Problem::new(status, refused.code, refused.detail);
        return Err(problem.about("userId", user.id));
    }
    Ok(())
}

/// Loads the unopened link that the new one replaces. Without one, the user must be below the limit.
async fn load_replaced(
    deps: &Deps,
    user: &User,
    issuer: Issuer,
    view: &View,
) -> Result<Option<IssuedGrant>, Problem> {
    let (store, now) = (&deps.context.store, deps.context.now());
    let open = store.read_open_grants(user.clinic, user.id, MAX_OPEN_GRANTS, now).await?;
    let replaced = open.unopened.into_iter().find(|grant| grant.is_replaced_by(issuer, view));
    if replaced.is_some() || open.limit == GrantLimit::Below {
        return Ok(replaced);
    }
    let detail = "This user already has 300 open views. Close some and try again.";
    Err(Problem::conflict("too_many_open", detail).about("userId", user.id))
}

/// Returns the answer for a person who is not a confirmed user: invited, or not found.
async fn load_user_problem(
    deps: &Deps,
    caller: &Principal,
    id: UserId,
) -> Result<Problem, Problem> {
    let (store, invitation) = (&deps.context.store, id.invitation_id());
    let invited = store.load_invitation(caller.clinic, invitation).await?;
    Ok(match invited.map(|found| found.status()) {
        Some(InvitationStatus::Sent) => {
            let detail =
                "This person has not accepted the invitation yet. Ask them to accept it first.";
            Problem::conflict("invitation_not_confirmed", detail).about("invitationId", invitation)
        }
        _ => Problem::user_not_found(),
    })
}
