//! The HTTP layer of every function: bodies, queries, pages, views and problems. Does not use the store.

pub mod access_log;
pub mod api_key_view;
pub mod body;
pub mod change_request;
pub mod deadline;
mod edge;
pub mod event_view;
pub mod field;
pub mod field_value;
pub mod gateway;
pub mod invitation_view;
pub mod json;
pub mod name_view;
pub mod openapi;
pub mod origin;
pub mod page;
pub mod path;
pub mod problem;
pub mod query;
pub mod range;
mod request;
pub mod schema;
mod trace;
pub mod view;
pub mod webhook_view;

pub use edge::serve;
pub use problem::Problem;
pub use request::{ClientIp, InvocationId, RefusedRequest, RequestId};
pub use trace::XrayTrace;
