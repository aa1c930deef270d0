//! The ids in paths: how they are read and documented.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domain::ids::{ApiKeyId, InvitationId, SessionId, UserId, WebhookId};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::problem::Problem;

macro_rules! path_ids {
    ($($(#[$doc:meta])* $name:ident($id:ty) = $parameter:literal, $shape:literal, $unknown:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pub $id);

        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
                let segment = Path::<String>::from_request_parts(parts, state).await;
                let Path(text) = segment.map_err(|_| Problem::no_route())?;
                <$id>::parse(&text).map(Self).map_err(|_| $unknown())
            }
        }

        impl IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![id_parameter($parameter, $shape)]
            }
        }
    )*

        /// Reads an id that a path can hold, in its own spelling. `None` for any other text.
        pub(crate) fn find_id(text: &str) -> Option<String> {
            let ids = [$(<$id>::parse(text).ok().map(|id| id.to_string())),*];
            ids.into_iter().flatten().next()
        }
    };
}

path_ids! {
    /// `userId`. For malformed text the answer is 404 `user_not_found`.
    UserPath(UserId) = "userId", "`usr_` and 32 hex characters", Problem::user_not_found;
    /// `invitationId`. For malformed text the answer is 404 `invitation_not_found`.
    InvitationPath(InvitationId) =
        "invitationId", "`inv_` and 32 hex characters", Problem::invitation_not_found;
    /// `sessionId`. For malformed text the answer is 404 `session_not_found`.
    SessionPath(SessionId) = "sessionId", "`ses_` and 32 hex characters", Problem::session_not_found;
    /// `apiKeyId`. For malformed text the answer is 404 `api_key_not_found`.
    ApiKeyPath(ApiKeyId) = "apiKeyId", "A UUID with hyphens", Problem::api_key_not_found;
    /// `webhookEndpointId`. For malformed text the answer is 404 `webhook_not_found`.
    WebhookPath(WebhookId) =
        "webhookEndpointId", "`whk_` and 32 hex characters", Problem::webhook_not_found;
}

fn id_parameter(name: &str, shape: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(shape))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}
