//! `POST /v1/autoScribe/users/batch`: up to 50 invites. Each succeeds or fails on its own.

use auth::caller::{Caller, Invite};
use auth::principal::Principal;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::field::{FieldFaults, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::task::JoinSet;
use utoipa::ToSchema;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, FieldValue, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::problem::ProblemBody;
use web::view::InvitedView;
use web::{Problem, RequestId};

use crate::Deps;
use crate::draft::InviteRequest;
use crate::invite::invite;

/// The most invites in one request.
const MAX: usize = 50;
/// How many invites run at the same time, so that a slow registry does not delay the whole batch.
const CONCURRENT: usize = 25;

/// Several people to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchRequest {
    /// 1 to 50 invites.
    #[schema(value_type = Vec<InviteRequest>, min_items = 1, max_items = 50)]
    users: Field<BatchItems>,
}

impl RequestFields for BatchRequest {
    type Values = Vec<Value>;

    fn read(self, faults: &mut FaultCollector) -> Result<Vec<Value>, NotedFault> {
        faults.required_or(self.users, COUNT).map(|items| items.0)
    }
}

const COUNT: Refusal = Refusal::new("users_count", "Send a list of 1 to 50 invites.");

/// The invites of a batch, each still to be read on its own.
struct BatchItems(Vec<Value>);

impl FieldValue for BatchItems {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        match value {
            Value::Array(items) if (1..=MAX).contains(&items.len()) => Ok(Self(items)),
            _ => Err(COUNT.at("").into()),
        }
    }
}

/// The outcome of each invite.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchView {
    /// In the order of the request.
    results: Vec<BatchResult>,
}

/// The outcome of one invite.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchResult {
    /// The position in the request, from 0.
    index: usize,
    /// The HTTP status that this invite would get as a request of its own.
    status: u16,
    /// The invited user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user: Option<InvitedView>,
    /// Why this invite failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<ProblemBody>,
}

/// Invite up to 50 people. Each invite succeeds or fails on its own.
#[utoipa::path(
    post, operation_id = "inviteUsers", path = "/v1/autoScribe/users/batch", tag = "users", request_body = BatchRequest, security(("apiKey" = []), ("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 207, body = BatchView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<Invite>,
    request_id: RequestId,
    JsonBody(users): JsonBody<BatchRequest>,
) -> Result<Response, Problem> {
    let mut results = Vec::with_capacity(users.len());
    let mut running = JoinSet::new();
    for (index, user) in users.into_iter().enumerate() {
        if running.len() == CONCURRENT {
            results.extend(running.join_next().await.transpose().map_err(Problem::internal)?);
        }
        running.spawn(telemetry::inherit(invite_one(
            deps.clone(),
            caller.principal.clone(),
            request_id.clone(),
            index,
            user,
        )));
    }
    while let Some(result) = running.join_next().await {
        results.push(result.map_err(Problem::internal)?);
    }
    results.sort_by_key(|result| result.index);
    Ok((StatusCode::MULTI_STATUS, Json(BatchView { results })).into_response())
}

async fn invite_one(
    deps: Deps,
    principal: Principal,
    request_id: RequestId,
    index: usize,
    user: Value,
) -> BatchResult {
    let outcome = match user {
        Value::Object(members) => invite(&deps, &principal, members).await,
        _ => Err(Problem::unprocessable("wrong_type", "Send an object for each of `users`.")),
    };
    match outcome {
        Ok(invitation) => {
            BatchResult { index, status: 201, user: Some((&invitation).into()), error: None }
        }
        Err(problem) => {
            let status = problem.status().as_u16();
            BatchResult { index, status, user: None, error: Some(problem.body(&request_id.0)) }
        }
    }
}
