//! An example viewer, and the service behind it that has the images.

use askama::Template;
use axum::Router;
use axum::extract::{Form, Json, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::Examples;
use super::token::{Claims, ask, verify};
use crate::pages::{HEADERS, page, script};

const OPENING: &str = include_str!("../../assets/examples/opening.html");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'self'";

pub(super) fn router() -> Router<Examples> {
    Router::new()
        .route("/viewer/{*rest}", get(opening))
        .route("/viewer", post(study))
        .route("/viewer-service/images", get(images))
        .route(
            "/assets/examples/opening.js",
            get(async || script(include_str!("../../assets/examples/opening.js"))),
        )
        .route(
            "/assets/examples/study.js",
            get(async || script(include_str!("../../assets/examples/study.js"))),
        )
}

/// Where a link leads. Any page may frame it: it shows nothing, and who may frame the study is
/// known only when the link was exchanged.
async fn opening() -> Response {
    framed(Html(OPENING).into_response(), "frame-ancestors *")
}

/// The link's exchange, as the page posts it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    view_token: String,
}

#[derive(Template)]
#[template(path = "examples/study.html")]
struct Study<'a> {
    token: &'a str,
    exp: i64,
    uid: &'a str,
    reader: &'a str,
    dictates: bool,
}

/// The study, for whom the token is good, in frames of those pages that it names.
async fn study(
    State(viewer): State<Examples>,
    Form(Opened { view_token }): Form<Opened>,
) -> Result<Response, StatusCode> {
    let claims = verify(&viewer, &view_token).await?;
    let claims = claims.ok_or(StatusCode::UNAUTHORIZED)?;
    let ancestors = match claims.embed_origins.as_slice() {
        [] => "frame-ancestors 'none'".to_owned(),
        origins => format!("frame-ancestors {}", origins.join(" ")),
    };
    let shown = page(&Study {
        token: &view_token,
        exp: claims.exp,
        uid: study_of(&claims),
        reader: &claims.sub,
        dictates: may_dictate(&claims),
    });
    Ok(framed(shown, &ancestors))
}

/// The images, for as long as the view lives: asked each time, so that its end counts at once.
async fn images(
    State(viewer): State<Examples>,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let token = headers.get(header::AUTHORIZATION);
    let token = token.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let live = match token {
        Some(token) => ask(&viewer, token).await?,
        None => None,
    };
    let Some(claims) = live else {
        // RFC 6750 section 3.1.
        let why = [(header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)];
        return Ok((StatusCode::UNAUTHORIZED, why).into_response());
    };
    Ok(Json(json!({
        "studyInstanceUid": study_of(&claims),
        "images": 128,
        "mayDictate": may_dictate(&claims),
    }))
    .into_response())
}

fn study_of(claims: &Claims) -> &str {
    let study = claims.study.as_ref();
    study.and_then(|study| study.study_instance_uid.as_deref()).unwrap_or_default()
}

fn may_dictate(claims: &Claims) -> bool {
    claims.scope.split(' ').any(|scope| scope == "report:write")
}

fn framed(response: Response, ancestors: &str) -> Response {
    let mut response = (HEADERS, response).into_response();
    if let Ok(policy) = HeaderValue::from_str(&format!("{POLICY}; {ancestors}")) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
