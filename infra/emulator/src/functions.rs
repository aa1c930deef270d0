//! The functions by the names of their binaries, as libraries in this process or under
//! `cargo lambda watch`.

use std::collections::BTreeSet;
use std::sync::Arc;

use auth::jwt::SigningKeys;
use auth::passwords::Passwords;
use auth::{DashboardOrigin, PublishedKeys};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use changes::Context;
use domain::clinic::InvitationsPerDay;
use domain::webhook::Receivers;
use npi::Nppes;
use queue::WebhookQueue;
use temporary_access::{Links, ViewerOrigins};

use crate::error::chain;
use crate::gateway::Functions;
use crate::secrets::Keyrings;
use crate::template::Route;
use crate::upstream::Upstream;

/// API Gateway's limit. The functions have a lower one.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// What the functions that answer HTTP need.
#[derive(Clone)]
pub(crate) struct FunctionDeps {
    pub(crate) context: Context,
    pub(crate) dashboard: DashboardOrigin,
    pub(crate) keys: PublishedKeys,
    pub(crate) signing: Arc<SigningKeys>,
    pub(crate) keyrings: Keyrings,
    pub(crate) registry: Arc<Nppes>,
    pub(crate) passwords: Passwords,
    pub(crate) links: Links,
    pub(crate) queue: WebhookQueue,
}

/// All functions that answer HTTP, in this process.
pub(crate) fn in_process(deps: FunctionDeps) -> Functions {
    let FunctionDeps {
        context,
        dashboard,
        keys,
        signing,
        keyrings,
        registry,
        passwords,
        links,
        queue,
    } = deps;
    let invite = invite::Deps {
        clinics: invite::RememberedClinics::default(),
        context: context.clone(),
        dashboard: dashboard.clone(),
        registry: registry.clone(),
    };
    let users = users::Deps {
        context: context.clone(),
        dashboard: dashboard.clone(),
        registry: registry.clone(),
        invitations_per_day: InvitationsPerDay::default(),
        webhook_keys: keyrings.webhooks,
        queue,
        receivers: Receivers::ThisMachine,
    };
    let confirm = confirm::Deps {
        context: context.clone(),
        registry,
        passwords: passwords.clone(),
        links: keyrings.invitation_links,
        dashboard: dashboard.clone(),
    };
    let access = temporary_access::Deps {
        context: context.clone(),
        dashboard: dashboard.clone(),
        keys,
        signing,
        tokens: keyrings.access_links,
        links,
        viewers: ViewerOrigins::of_this_machine(),
    };
    let session = session::Deps {
        context: context.clone(),
        dashboard: dashboard.clone(),
        passwords,
        links: keyrings.password_links,
    };
    Functions::from([
        ("confirm".to_owned(), confirm::router(confirm)),
        ("invite".to_owned(), invite::router(invite)),
        ("list".to_owned(), list::router(list::Deps { context, dashboard })),
        ("session".to_owned(), session::router(session)),
        ("temporary-access".to_owned(), temporary_access::router(access)),
        ("users".to_owned(), users::router(users)),
    ])
}

/// The functions of the template's routes, under `cargo lambda watch`.
pub(crate) fn under_cargo_lambda(routes: &[Route], watch: &Upstream) -> Functions {
    let names: BTreeSet<&String> = routes.iter().map(|route| &route.function).collect();
    let route = |name: &String| {
        let watch = watch.clone();
        let proxy = Router::new().fallback(move |request| forward(watch.clone(), request));
        (name.clone(), proxy)
    };
    names.into_iter().map(route).collect()
}

async fn forward(watch: Upstream, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return gateway_error(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    match watch.send(Request::from_parts(parts, body)).await {
        Ok(answer) => answer.map(Body::from),
        Err(error) => {
            tracing::warn!(error = chain(&error), "cargo lambda watch did not answer");
            gateway_error(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
    }
}

/// An error in the format of API Gateway.
fn gateway_error(status: StatusCode, message: &str) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (status, json, format!(r#"{{"message":"{message}"}}"#)).into_response()
}
