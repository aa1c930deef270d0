//! The functions, by the name of their binary: here the libraries that those binaries serve.

use std::collections::BTreeSet;
use std::sync::Arc;

use auth::PublishedKeys;
use auth::session::Sessions;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use changes::Context;
use npi::Nppes;
use temporary_access::Links;

use crate::error::chain;
use crate::forward::Forward;
use crate::gateway::Functions;
use crate::template::Route;

/// API Gateway's own limit; the functions have a lower one.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// Every function that answers HTTP, in this process.
pub(crate) fn here(
    context: Context,
    keys: PublishedKeys,
    registry: Arc<Nppes>,
    sessions: Sessions,
    links: Links,
) -> Functions {
    let invite = invite::Deps {
        known: invite::KnownDays::default(),
        context: context.clone(),
        keys: keys.clone(),
        registry: registry.clone(),
    };
    let users =
        users::Deps { context: context.clone(), keys: keys.clone(), registry: registry.clone() };
    let confirm = confirm::Deps {
        context: context.clone(),
        registry,
        keyring: sessions.keyring.clone(),
        sessions: sessions.clone(),
    };
    let access = temporary_access::Deps {
        context: context.clone(),
        keys: keys.clone(),
        signer: sessions.signer.clone(),
        keyring: sessions.keyring.clone(),
        links,
    };
    let session = session::Deps { context: context.clone(), keys: keys.clone(), sessions };
    Functions::from([
        ("confirm".to_owned(), confirm::router(confirm)),
        ("invite".to_owned(), invite::router(invite)),
        ("list".to_owned(), list::router(list::Deps { context, keys })),
        ("session".to_owned(), session::router(session)),
        ("temporary-access".to_owned(), temporary_access::router(access)),
        ("users".to_owned(), users::router(users)),
    ])
}

/// The functions of the template's routes, under `cargo lambda watch`.
pub(crate) fn elsewhere(routes: &[Route], watch: &Forward) -> Functions {
    let names: BTreeSet<&String> = routes.iter().map(|route| &route.function).collect();
    let onward = |name: &String| {
        let watch = watch.clone();
        let proxy = Router::new().fallback(move |request| proxied(watch.clone(), request));
        (name.clone(), proxy)
    };
    names.into_iter().map(onward).collect()
}

async fn proxied(watch: Forward, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return unavailable(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    match watch.send(Request::from_parts(parts, body)).await {
        Ok(answer) => answer.map(Body::from),
        Err(error) => {
            tracing::warn!(error = chain(&error), "cargo lambda watch does not answer");
            unavailable(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
    }
}

/// In API Gateway's words.
fn unavailable(status: StatusCode, message: &str) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (status, json, format!(r#"{{"message":"{message}"}}"#)).into_response()
}
