//! An example viewer, and the service behind it that serves the images.

use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Form, Json, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::Examples;
use super::view_token::{ViewTokenClaims, introspect, verify};
use crate::pages::{HEADERS, render, script};

const OPENING: &str = include_str!("../../assets/examples/opening.html");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'self'";

pub(super) fn router() -> Router<Examples> {
    Router::new()
        .route("/viewer/{*rest}", get(show_opening))
        .route("/viewer", post(show_study))
        .route("/viewer-service/images", get(list_images))
        .route(
            "/dev/opening.js",
            get(async || script(include_str!("../../assets/examples/opening.js"))),
        )
        .route(
            "/dev/study.js",
            get(async || script(include_str!("../../assets/examples/study.js"))),
        )
}

/// The page behind a link. Any page may frame it, because it shows nothing. The exchange of the
/// link tells which pages may frame the study.
async fn show_opening() -> Response {
    with_frame_policy(Html(OPENING).into_response(), "frame-ancestors *")
}

/// The form that the first page posts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ViewTokenForm {
    view_token: String,
}

#[derive(Template)]
#[template(path = "examples/study.html")]
struct StudyPage<'a> {
    token: &'a str,
    exp: i64,
    uid: &'a str,
    reader: &'a str,
    dictates: bool,
}

/// Shows the study to the holder of the token, in frames of the pages that the token names.
async fn show_study(
    State(viewer): State<Examples>,
    Form(ViewTokenForm { view_token }): Form<ViewTokenForm>,
) -> Result<Response, StatusCode> {
    let claims = verify(&viewer, &view_token).await?;
    let claims = claims.ok_or(StatusCode::UNAUTHORIZED)?;
    let ancestors = match claims.embed_origins.as_slice() {
        [] => "frame-ancestors 'none'".to_owned(),
        origins => format!("frame-ancestors {}", origins.join(" ")),
    };
    let reader = load_reader_name(&viewer, &claims).await?;
    let page = render(&StudyPage {
        token: &view_token,
        exp: claims.exp,
        uid: study_uid(&claims),
        reader: reader.as_deref().unwrap_or("Not named"),
        dictates: may_dictate(&claims),
    });
    Ok(with_frame_policy(page, &ancestors))
}

/// Returns the name of the person of the view. A view may be for no one in particular, and the person
/// may be gone since.
async fn load_reader_name(
    viewer: &Examples,
    claims: &ViewTokenClaims,
) -> Result<Option<String>, StatusCode> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Reader {
        first_name: String,
        last_name: String,
    }
    if !claims.sub.starts_with("usr_") {
        return Ok(None);
    }
    let path = format!("/v1/autoScribe/users/{}", claims.sub);
    let answer = viewer.call(Method::GET, &path, Bytes::new()).await?;
    if !answer.status().is_success() {
        return Ok(None);
    }
    let Reader { first_name, last_name } =
        serde_json::from_slice(answer.body()).map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(Some(format!("{first_name} {last_name}")))
}

/// Serves the images while the view is open. Introspects the token on each request, so that a view
/// ends at once.
async fn list_images(
    State(viewer): State<Examples>,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let token = headers.get(header::AUTHORIZATION);
    let token = token.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let claims = match token {
        Some(token) => introspect(&viewer, token).await?,
        None => None,
    };
    let Some(claims) = claims else {
        // RFC 6750 section 3.1.
        let challenge = [(header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)];
        return Ok((StatusCode::UNAUTHORIZED, challenge).into_response());
    };
    Ok(Json(json!({
        "studyInstanceUid": study_uid(&claims),
        "images": 128,
        "mayDictate": may_dictate(&claims),
    }))
    .into_response())
}

fn study_uid(claims: &ViewTokenClaims) -> &str {
    let study = claims.study.as_ref();
    study.and_then(|study| study.study_instance_uid.as_deref()).unwrap_or_default()
}

fn may_dictate(claims: &ViewTokenClaims) -> bool {
    claims.scope.split(' ').any(|scope| scope == "report:write")
}

fn with_frame_policy(response: Response, ancestors: &str) -> Response {
    let mut response = (HEADERS, response).into_response();
    if let Ok(policy) = HeaderValue::from_str(&format!("{POLICY}; {ancestors}")) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
