//! `POST /v1/invitation/accept`: the invited person accepts. One transaction writes the
//! account, user, membership and claims, so that one of several concurrent requests succeeds.

use auth::known_browser::RequestOrigin;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use changes::{Attempt, Requester, inviting_scopes, queue_alert};
use domain::actor::Actor;
use domain::actor::Inviter;
use domain::alert::{AlertEvent, SecurityAlert};
use domain::audit::{AuditObject, AuditRecord};
use domain::claim::Claim;
use domain::credentials::password::Password;
use domain::invitation::{Acceptance, Invitation, InvitationDetails, InvitationTransition};
use domain::npi::{Npi, RegistryAnswer};
use domain::review::ReviewFacts;
use domain::user::User;
use serde::Deserialize;
use store::{ClinicClaims, CommitOutcome, Part, Transaction};
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::view::UserView;

use crate::Deps;
use crate::accept_session::sign_in;
use crate::account_password::{AccountUpdate, load_account_update, load_and_verify_password};
use crate::expiry::require_unexpired;
use crate::token::load_invitation_by_token;

/// The token from the email, the terms that the person saw, and a password if the invitation includes dashboard access.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptRequest {
    /// The part of the emailed link after `#token=`.
    #[schema(value_type = String, max_length = 256)]
    token: Field<String>,
    /// `terms` from the lookup, which the person has seen.
    #[schema(value_type = String, max_length = 64)]
    terms: Field<String>,
    /// Required exactly when `needsPassword`: a new one, or the account's own when `accountExists`.
    #[schema(value_type = Option<String>, min_length = 15, max_length = 128)]
    password: Field<Password>,
}

/// The invitation as the person saw it.
pub(crate) struct ShownInvitation {
    token: String,
    terms: String,
}

impl RequestFields for AcceptRequest {
    type Values = (ShownInvitation, Option<Password>);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let token = faults.required(self.token);
        let terms = faults.required(self.terms);
        let password = faults.optional(self.password);
        Ok((ShownInvitation { token: token?, terms: terms? }, password))
    }
}

/// Accept an invitation. If the same person repeats this, the answer is the same user.
#[utoipa::path(
    post, operation_id = "acceptInvitation", path = "/v1/invitation/accept", tag = "invitee", request_body = AcceptRequest, security(()),
    params(IdempotencyKeyHeader),
    responses(
        (status = 200, body = UserView, description = "With dashboard access, sets the cookie of a session"),
        Problem,
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    origin: RequestOrigin,
    headers: HeaderMap,
    JsonBody((shown, password)): JsonBody<AcceptRequest>,
) -> Result<Response, Problem> {
    // A session begins only in a request that proved or set the password.
    let starts_session = password.is_some();
    if starts_session {
        deps.dashboard.require(&headers)?;
    }
    let user = accept(&deps, &shown, password, &origin).await?;
    if starts_session {
        return sign_in(&deps, user, &origin).await;
    }
    Ok(Json(UserView::from(&user)).into_response())
}

async fn accept(
    deps: &Deps,
    shown: &ShownInvitation,
    password: Option<Password>,
    origin: &RequestOrigin,
) -> Result<User, Problem> {
    let (mut registry, mut new_hash) = (RegistryMemo::default(), None);
    changes::retry!(async {
        let pending = match load_invitation_by_token(deps, &shown.token).await? {
            Invitation::Pending(pending) => pending,
            Invitation::Accepted(accepted) => {
                let user = load_accepted_user(deps, &accepted.details, origin, password.clone());
                return Ok(Attempt::Done(user.await?));
            }
            Invitation::Rejected(_) | Invitation::Revoked(_) => {
                return Err(Problem::token_invalid());
            }
        };
        let unexpired = require_unexpired(deps, pending).await?;
        let details = unexpired.details();
        let terms = deps.links.require_terms(&shown.terms, details.id, &details.profile);
        terms.map_err(|_| terms_changed())?;
        let actor = Actor::Invitee(details.id);
        let requester = Requester::new(actor, origin.ip.clone());
        let account =
            load_account_update(deps, details, origin, password.clone(), &mut new_hash).await?;
        let answer = registry.look_up(deps, details).await;
        let change =
            unexpired.accept(answer.as_ref(), account.password_epoch(), deps.context.now());
        let outcome = write_acceptance(deps, &change, &account, &requester).await?;
        if let CommitOutcome::Conflict(parts) = &outcome
            && parts.contains(&Part::Granter)
            && !parts.contains(&Part::Invitation)
        {
            return Err(inviter_not_authorized());
        }
        Ok(Attempt::of(outcome, change.next.user))
    })
}

/// The registry's last answer, so that a retry does not look up the same NPI again.
#[derive(Default)]
struct RegistryMemo(Option<(Npi, RegistryAnswer)>);

impl RegistryMemo {
    /// Looks up an NPI that is not verified yet.
    async fn look_up(
        &mut self,
        deps: &Deps,
        details: &InvitationDetails,
    ) -> Option<RegistryAnswer> {
        let npi = details.profile.npi_to_verify()?;
        if self.0.as_ref().is_none_or(|(asked, _)| *asked != npi) {
            self.0 = Some((npi, deps.registry.look_up(&npi).await));
        }
        self.0.as_ref().map(|(_, answer)| answer.clone())
    }
}

/// Loads the user of a link that was used before. A password must be the account's. Without one, the
/// link shows the user until it expires.
async fn load_accepted_user(
    deps: &Deps,
    details: &InvitationDetails,
    origin: &RequestOrigin,
    password: Option<Password>,
) -> Result<User, Problem> {
    match password {
        Some(password) => load_and_verify_password(deps, details, origin, password).await?,
        None if details.expiry <= deps.context.now() => return Err(Problem::expired()),
        None => {}
    }
    let user = deps.context.store.load_user(details.clinic, details.id.user_id()).await?;
    user.ok_or_else(|| Problem::internal("an accepted invitation without its user"))
}

async fn write_acceptance(
    deps: &Deps,
    change: &InvitationTransition<Acceptance>,
    account: &AccountUpdate,
    requester: &Requester,
) -> Result<CommitOutcome, Problem> {
    let user = &change.next.user;
    let npi = user.profile.permissions.npi().map(|(npi, _)| npi);
    let store = &deps.context.store;
    let claims = store
        .load_claims(user.clinic, &user.email, npi)
        .await?
        .ok_or_else(|| Problem::internal("an invitation without its clinic"))?;
    let as_invitation = change.clone().map(|acceptance| Invitation::from(acceptance.invitation));
    let granted_by = change.next.invitation.details.granted_by;
    let review = ReviewFacts {
        change: user.changes,
        granted_by: Some(granted_by.into()),
        ..ReviewFacts::default()
    };
    let record = requester.invitation_record(&deps.context, &as_invitation);
    let mut tx = store.transaction(&AuditRecord { review, ..record })?;
    tx.replace_invitation(&as_invitation)?;
    tx.put_user(user)?;
    tx.put_membership(&user.email, user.clinic, user.id)?;
    tx.put_account(&user.email, &account.next(user.confirmed_at))?;
    for former in &account.former {
        tx.require_unchanged_user(former)?;
    }
    move_claims(&mut tx, user, claims)?;
    if user.profile.permissions.manages_clinic() {
        tx.count_managers(user.clinic, user.manager_delta())?;
        if granted_by != Inviter::Operator {
            let (event, object) = (AlertEvent::ManagerAdded, AuditObject::User(user.id));
            let actor = granted_by.into();
            let alert = SecurityAlert { clinic: user.clinic, event, object, actor };
            queue_alert(&deps.context, &mut tx, alert, &user.email).await?;
        }
    }
    require_granter(&mut tx, user, granted_by)?;
    Ok(tx.commit().await?)
}

/// Requires that the person or key that granted the permissions may still invite a person with them. The
/// operator always may.
fn require_granter(tx: &mut Transaction, user: &User, granted_by: Inviter) -> Result<(), Problem> {
    let scopes = inviting_scopes(user.profile.permissions.level());
    match granted_by {
        Inviter::User(granter) => tx.require_managing_granter(user.clinic, granter)?,
        Inviter::ApiKey(key) => {
            tx.require_granting_key((user.clinic, key), scopes, user.confirmed_at)?;
        }
        Inviter::Operator => {}
    }
    Ok(())
}

/// Moves the claims on the email and the NPI from the invitation to the user.
fn move_claims(tx: &mut Transaction, user: &User, claims: ClinicClaims) -> Result<(), Problem> {
    let id = user.id.invitation_id();
    let pass = |claim: Claim| match claim.holder_other_than(id, user.confirmed_at) {
        None => Ok(claim.hold_for_user(id)),
        Some(_) => Err(Problem::contended()),
    };
    tx.put_email_claim(user.clinic, &user.email, &pass(claims.email)?)?;
    if let Some((npi, verification)) = user.profile.permissions.npi() {
        let claim = pass(claims.npi)?.schedule_lookup(verification, user.confirmed_at);
        tx.put_npi_claim(user.clinic, npi, &claim)?;
    }
    Ok(())
}

fn terms_changed() -> Problem {
    Problem::conflict(
        "terms_changed",
        "The clinic has changed this invitation. Look at it again, then accept.",
    )
}

fn inviter_not_authorized() -> Problem {
    Problem::conflict(
        "inviter_not_authorized",
        "Ask the clinic for a new invitation. The sender of this one can no longer invite people.",
    )
}
