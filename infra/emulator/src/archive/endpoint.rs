//! `PutObject` and `GetObject` of S3, and `Sign` and `GetPublicKey` of KMS.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::key::SealingKey;
use super::objects::SealedObjects;
use super::{BUCKET, KEY_ID};

/// S3 takes larger objects. A function does not send them.
const LARGEST: usize = 256 * 1024 * 1024;

pub(super) fn s3(objects: SealedObjects) -> Router {
    Router::new()
        .route("/s3/{bucket}/{*key}", get(get_object).put(put_object))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(objects)
}

pub(super) fn kms(key: SealingKey) -> Router {
    Router::new().route("/kms", post(serve_kms)).route("/kms/", post(serve_kms)).with_state(key)
}

async fn put_object(
    State(objects): State<SealedObjects>,
    Path((bucket, key)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if bucket != BUCKET {
        return s3_error(StatusCode::NOT_FOUND, "NoSuchBucket");
    }
    // The service overwrites nothing.
    if headers.get(header::IF_NONE_MATCH).is_none_or(|value| value != "*") {
        return s3_error(StatusCode::NOT_IMPLEMENTED, "NotImplemented");
    }
    match objects.create(&key, &body) {
        Ok(true) => ([(header::ETAG, "\"1\"")], "").into_response(),
        Ok(false) => s3_error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed"),
        Err(error) => failed(&error),
    }
}

async fn get_object(
    State(objects): State<SealedObjects>,
    Path((bucket, key)): Path<(String, String)>,
) -> Response {
    match objects.read(&key) {
        Ok(Some(body)) if bucket == BUCKET => body.into_response(),
        // The service may not list the bucket.
        Ok(_) => s3_error(StatusCode::FORBIDDEN, "AccessDenied"),
        Err(error) => failed(&error),
    }
}

fn failed(error: &std::io::Error) -> Response {
    tracing::warn!(%error, "sealed audit: an object cannot be read or written");
    s3_error(StatusCode::INTERNAL_SERVER_ERROR, "InternalError")
}

fn s3_error(status: StatusCode, code: &str) -> Response {
    let xml = format!("<Error><Code>{code}</Code><Message>refused</Message></Error>");
    (status, [(header::CONTENT_TYPE, "application/xml")], xml).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KmsRequest {
    key_id: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    message_type: String,
    #[serde(default)]
    signing_algorithm: String,
}

async fn serve_kms(State(key): State<SealingKey>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let Ok(request) = serde_json::from_slice::<KmsRequest>(&body) else {
        return kms_error("ValidationException");
    };
    if request.key_id != KEY_ID {
        return kms_error("NotFoundException");
    }
    let result = match target {
        Some("TrentService.GetPublicKey") => key.public().map(|der| {
            json!({
                "KeyId": KEY_ID, "PublicKey": STANDARD.encode(der), "KeySpec": "ECC_NIST_P256",
                "KeyUsage": "SIGN_VERIFY", "SigningAlgorithms": ["ECDSA_SHA_256"],
            })
        }),
        Some("TrentService.Sign") => {
            if (request.message_type.as_str(), request.signing_algorithm.as_str())
                != ("DIGEST", "ECDSA_SHA_256")
            {
                return kms_error("ValidationException");
            }
            let digest = STANDARD.decode(&request.message).unwrap_or_default();
            key.sign(&digest).map(|der| {
                json!({
                    "KeyId": KEY_ID, "Signature": STANDARD.encode(der),
                    "SigningAlgorithm": "ECDSA_SHA_256",
                })
            })
        }
        _ => return kms_error("UnsupportedOperationException"),
    };
    match result {
        Ok(json) => kms_answer(StatusCode::OK, &json),
        Err(_) => kms_error("ValidationException"),
    }
}

fn kms_error(kind: &str) -> Response {
    kms_answer(StatusCode::BAD_REQUEST, &json!({ "__type": kind, "message": "refused" }))
}

fn kms_answer(status: StatusCode, json: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.1")], json.to_string())
        .into_response()
}
