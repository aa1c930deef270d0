//! The one path parameter of a route.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domain::ids::{AccessId, ApiKeyId, InvitationId, UserId};

use crate::access_log;
use crate::problem::Problem;

/// The id in a path. One that cannot be decoded names nothing.
#[derive(Clone, Debug)]
pub struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(text)) => {
                // Anything may stand in a path, and the log holds ids only.
                if is_id(&text) {
                    access_log::record_object(&text);
                }
                Ok(Self(text))
            }
            Err(_) => Err(Problem::no_route()),
        }
    }
}

/// Whether the text is the id of an object.
fn is_id(text: &str) -> bool {
    UserId::parse(text).is_ok()
        || InvitationId::parse(text).is_ok()
        || AccessId::parse(text).is_ok()
        || ApiKeyId::parse(text).is_ok()
}
