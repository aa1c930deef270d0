//! `POST /v1/invitation/accept`: the person confirms. Account, user, membership and claims are
//! written in one transaction, however many try at once.

use axum::extract::State;
use axum::response::Response;
use changes::Requester;
use domain::actor::Actor;
use domain::actor::Inviter;
use domain::claim::Claim;
use domain::credentials::password::Password;
use domain::invitation::{
    Acceptance, Invitation, InvitationDetails, InvitationTransition, UnexpiredInvitation,
};
use domain::npi::{Npi, RegistryAnswer};
use domain::user::User;
use serde::Deserialize;
use store::{Account, ClinicClaims, CommitOutcome, Part, Transaction};
use utoipa::ToSchema;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::problem::ProblemBody;
use web::{ClientIp, Problem};

use crate::Deps;
use crate::credential::{Credential, prepare_credential, require_same_person};
use crate::signed_in::{AcceptedView, sign_in};
use crate::token::open_link;

/// The token from the mail, and a password when dashboard access comes with the invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptRequest {
    /// The part of the mailed link after `#token=`.
    #[schema(value_type = String, max_length = 256)]
    token: Field<String>,
    /// Required exactly when `needsPassword`: a new one, or the account's own when `accountExists`.
    #[schema(value_type = Option<String>, min_length = 15, max_length = 128)]
    password: Field<Password>,
}

impl RequestFields for AcceptRequest {
    type Values = (String, Option<Password>);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let token = faults.required(self.token);
        let password = faults.optional(self.password);
        Ok((token?, password))
    }
}

/// Accept an invitation. Repeated by the same person, it gives the same user.
#[utoipa::path(
    post, operation_id = "acceptInvitation", path = "/v1/invitation/accept", tag = "invitee", request_body = AcceptRequest, security(()),
    params(("Idempotency-Key" = Option<String>, Header, max_length = 255, min_length = 1)),
    responses(
        (status = 200, body = AcceptedView, description = "With dashboard access, sets the refresh token's cookie"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    ip: Option<ClientIp>,
    JsonBody((token, password)): JsonBody<AcceptRequest>,
) -> Result<Response, Problem> {
    let requester = |id| Requester { actor: Actor::Invitee(id), ip: ip.clone().map(String::from) };
    let invitation = open_link(&deps, &token).await?;
    let user = match standing(&deps, invitation)? {
        Standing::Live(live) => {
            let requester = requester(live.details().id);
            accept(&deps, live, &token, password, &requester).await?
        }
        Standing::Accepted(details) => {
            answer_repeat(&deps, &details, ip.as_ref().map(ClientIp::as_str), password).await?
        }
    };
    sign_in(&deps, user, ip).await
}

async fn accept(
    deps: &Deps,
    mut live: Box<UnexpiredInvitation>,
    token: &str,
    password: Option<Password>,
    requester: &Requester,
) -> Result<User, Problem> {
    let (mut registry, mut hash) = (Registry::default(), None);
    for _ in 0..changes::ATTEMPTS {
        let (details, ip) = (live.details(), requester.ip.as_deref());
        let credential = prepare_credential(deps, details, ip, password.clone(), &mut hash).await?;
        let answer = registry.look_up(deps, live.details()).await;
        let change = live.accept(answer.as_ref(), deps.context.now());
        match commit(deps, &change, &credential, requester).await? {
            CommitOutcome::Committed => return Ok(change.next.user),
            CommitOutcome::Conflict(roles) if roles.contains(&Part::Inviter) => {
                return Err(inviter_not_authorized());
            }
            CommitOutcome::Conflict(_) => {}
        }
        live = match standing(deps, open_link(deps, token).await?)? {
            Standing::Live(live) => live,
            Standing::Accepted(details) => {
                return answer_repeat(deps, &details, requester.ip.as_deref(), password).await;
            }
        };
    }
    Err(Problem::contended())
}

/// The registry's last answer: a race that was lost does not ask again about the same NPI.
#[derive(Default)]
struct Registry(Option<(Npi, RegistryAnswer)>);

impl Registry {
    /// The answer about an NPI that is still pending.
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

enum Standing {
    Live(Box<UnexpiredInvitation>),
    Accepted(Box<InvitationDetails>),
}

fn standing(deps: &Deps, invitation: Invitation) -> Result<Standing, Problem> {
    match invitation {
        Invitation::Pending(pending) => pending
            .check_expiry(deps.context.now())
            .map(|live| Standing::Live(Box::new(live)))
            .map_err(|_| Problem::expired()),
        Invitation::Accepted(accepted) => Ok(Standing::Accepted(Box::new(accepted.details))),
        Invitation::Rejected(_) | Invitation::Revoked(_) => Err(Problem::token_invalid()),
    }
}

/// The link was used before: the same person gets the same answer.
async fn answer_repeat(
    deps: &Deps,
    details: &InvitationDetails,
    ip: Option<&str>,
    password: Option<Password>,
) -> Result<User, Problem> {
    let store = &deps.context.store;
    let user = store
        .load_user(details.clinic, details.id.user_id())
        .await?
        .ok_or_else(|| Problem::internal("an accepted invitation without its user"))?;
    require_same_person(deps, details, ip, password).await?;
    Ok(user)
}

async fn commit(
    deps: &Deps,
    change: &InvitationTransition<Acceptance>,
    credential: &Credential,
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
    let mut tx = store.transaction(&requester.invitation_record(&deps.context, &as_invitation))?;
    tx.replace_invitation(&as_invitation)?;
    tx.put_user(user)?;
    tx.put_membership(&user.email, user.clinic, user.id)?;
    account(&mut tx, user, credential)?;
    claimed(&mut tx, user, claims)?;
    if user.profile.permissions.manages_clinic() {
        tx.increment_managers(user.clinic)?;
        match user.invited_by {
            Inviter::User(inviter) => tx.require_inviter_manages(user.clinic, inviter)?,
            Inviter::ApiKey(key) => tx.require_active_api_key(user.clinic, key)?,
            Inviter::Operator => {}
        }
    }
    Ok(tx.commit().await?)
}

fn account(tx: &mut Transaction, user: &User, credential: &Credential) -> Result<(), Problem> {
    match (&credential.before, &credential.set) {
        (Some(account), None) => tx.require_account_unchanged(&user.email, account)?,
        (before, set) => {
            let account = Account {
                password: set.clone(),
                password_set_at: set.as_ref().map(|_| user.confirmed_at),
                epoch: before.as_ref().map_or(0, |account| account.epoch),
                verified_at: before
                    .as_ref()
                    .map_or(user.confirmed_at, |account| account.verified_at),
                version: before.as_ref().map_or(1, |account| account.version + 1),
            };
            tx.put_account(&user.email, &account)?;
        }
    }
    Ok(())
}

/// The claims on address and NPI pass from the invitation to the user.
fn claimed(tx: &mut Transaction, user: &User, claims: ClinicClaims) -> Result<(), Problem> {
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

fn inviter_not_authorized() -> Problem {
    Problem::conflict(
        "inviter_not_authorized",
        "Whoever invited you may no longer invite administrators. Ask the clinic for a new invitation.",
    )
}
