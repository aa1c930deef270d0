//! An example PACS: a worklist that shows AutoScribe in a frame. Its server has the API key. Its
//! page sees only the link to open.

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

type PacsAnswer = Result<Response<axum::body::Body>, StatusCode>;

pub(super) fn router() -> Router<Examples> {
    Router::new()
        .route("/pacs", get(async || (HEADERS, Html(PAGE))))
        .route("/dev/pacs.js", get(async || script(include_str!("../../assets/examples/pacs.js"))))
        .route("/pacs/readers", get(list_readers))
        .route("/pacs/views", get(list_views))
        .route("/pacs/open", post(open_study))
        .route("/pacs/end", post(end_view))
}

/// The people who can be assigned a study.
async fn list_readers(State(pacs): State<Examples>) -> PacsAnswer {
    let path = "/v1/autoScribe/users?assignable=true&limit=100";
    into_answer(pacs.call(Method::GET, path, Bytes::new()).await)
}

/// Links that still work, and open views.
async fn list_views(State(pacs): State<Examples>) -> PacsAnswer {
    let path = "/v1/access?active=true&limit=100";
    into_answer(pacs.call(Method::GET, path, Bytes::new()).await)
}

/// What to open.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OpenRequest {
    user_id: String,
    study_instance_uid: String,
    dictate: bool,
}

/// Creates a link for one person and one study.
async fn open_study(State(pacs): State<Examples>, Json(open): Json<OpenRequest>) -> PacsAnswer {
    let study = open.study_instance_uid;
    let (route, body) = if open.dictate {
        let body = json!({"assignedToUserId": open.user_id, "studyInstanceUid": study});
        ("/v1/autoScribe/studies/reroute-url", body)
    } else {
        let body = json!({"userId": open.user_id, "studyInstanceUid": study});
        ("/v1/autoScribe/studies/viewer-only-reroute-url", body)
    };
    post_json(&pacs, route, &body).await
}

/// The view to end.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EndRequest {
    access_id: String,
}

async fn end_view(State(pacs): State<Examples>, Json(end): Json<EndRequest>) -> PacsAnswer {
    post_json(&pacs, "/v1/access/revoke", &json!({"accessId": end.access_id})).await
}

async fn post_json(pacs: &Examples, path: &str, body: &Value) -> PacsAnswer {
    let body = Bytes::from(body.to_string());
    into_answer(pacs.call(Method::POST, path, body).await)
}

fn into_answer(answer: Result<Response<Bytes>, StatusCode>) -> PacsAnswer {
    answer.map(|answer| answer.map(Into::into))
}
