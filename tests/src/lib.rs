//! The service's openapi.json, merged from the documents of the functions.

pub mod runtime_api;

use utoipa::OpenApi as _;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

/// Merges the documents of all functions.
pub fn openapi() -> OpenApi {
    let info = InfoBuilder::new()
        .title("AutoScribe Access")
        .version("1")
        .description(Some(
            "Invites people to AutoScribe, verifies them and manages what they may do. \
             Errors are application/problem+json (RFC 9457). See docs/API.md.",
        ))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key, `ask_...`"))
        .build();
    let session = ApiKeyValue::with_description(
        "__Host-autoscribe-session",
        "The session cookie. A request that changes something also needs the dashboard's Origin, and the \
         header AutoScribe-Clinic.",
    );
    let view = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("A view token. If it is bound to a key, send it as `DPoP <token>`."))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme("apiKey", SecurityScheme::Http(bearer))
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)))
        .security_scheme("viewToken", SecurityScheme::Http(view))
        .build();
    let document = OpenApiBuilder::new().info(info).components(Some(components)).build();
    document
        .merge_from(invite::Api::openapi())
        .merge_from(confirm::Api::openapi())
        .merge_from(list::Api::openapi())
        .merge_from(users::Api::openapi())
        .merge_from(session::Api::openapi())
        .merge_from(temporary_access::Api::openapi())
}
