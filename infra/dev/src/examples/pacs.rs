//! An example PACS: a worklist that shows AutoScribe in a frame. Its server holds the API key; its
//! page never sees more than the link to open.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Json, State};
use axum::http::{Method, Response, StatusCode};
use axum::response::Html;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Examples;
use crate::pages::{HEADERS, script};

const PAGE: &str = include_str!("../../assets/examples/pacs.html");

type Answer = Result<Response<axum::body::Body>, StatusCode>;

pub(super) fn router() -> Router<Examples> {
    Router::new()
        .route("/pacs", get(async || (HEADERS, Html(PAGE))))
        .route(
            "/assets/examples/pacs.js",
            get(async || script(include_str!("../../assets/examples/pacs.js"))),
        )
        .route("/pacs/readers", get(readers))
        .route("/pacs/views", get(views))
        .route("/pacs/open", post(open))
        .route("/pacs/end", post(end))
}

/// Who may be assigned a study.
async fn readers(State(pacs): State<Examples>) -> Answer {
    let path = "/v1/autoScribe/users?assignable=true&limit=100";
    answered(pacs.ask(Method::GET, path, Bytes::new()).await)
}

/// Links that can be opened, and views that live.
async fn views(State(pacs): State<Examples>) -> Answer {
    let path = "/v1/access?active=true&limit=100";
    answered(pacs.ask(Method::GET, path, Bytes::new()).await)
}

/// What the page wants opened.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Open {
    user_id: String,
    study_instance_uid: String,
    dictate: bool,
}

/// A link for one person and one study.
async fn open(State(pacs): State<Examples>, Json(open): Json<Open>) -> Answer {
    let study = open.study_instance_uid;
    let (route, body) = if open.dictate {
        let body = json!({"assignedToUserId": open.user_id, "studyInstanceUid": study});
        ("/v1/autoScribe/studies/reroute-url", body)
    } else {
        let body = json!({"userId": open.user_id, "studyInstanceUid": study});
        ("/v1/autoScribe/studies/viewer-only-reroute-url", body)
    };
    post_on(&pacs, route, &body).await
}

/// Which view the page wants ended.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct End {
    access_id: String,
}

async fn end(State(pacs): State<Examples>, Json(end): Json<End>) -> Answer {
    post_on(&pacs, "/v1/access/revoke", &json!({"accessId": end.access_id})).await
}

async fn post_on(pacs: &Examples, path: &str, body: &Value) -> Answer {
    let body = Bytes::from(body.to_string());
    answered(pacs.ask(Method::POST, path, body).await)
}

fn answered(answer: Result<Response<Bytes>, StatusCode>) -> Answer {
    answer.map(|answer| answer.map(Into::into))
}
