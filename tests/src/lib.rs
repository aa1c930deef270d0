//! The service's openapi.json, put together from what each function adds.

use utoipa::OpenApi as _;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

/// The whole document.
pub fn openapi() -> OpenApi {
    let info = InfoBuilder::new()
        .title("AutoScribe Access")
        .version("1")
        .description(Some(
            "Invites people to AutoScribe, verifies them and manages what they may do. \
             Errors are application/problem+json (RFC 9457); see docs/API.md.",
        ))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key, `ask_...`"))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme("apiKey", SecurityScheme::Http(bearer))
        .build();
    let document = OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .build();
    document
        .merge_from(invite::Api::openapi())
        .merge_from(confirm::Api::openapi())
        .merge_from(list::Api::openapi())
        .merge_from(users::Api::openapi())
}
