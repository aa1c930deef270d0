//! The whole service on one machine: the very routers that the Lambda binaries serve, on an
//! embedded DynamoDB, routed and fed as `infra/template.yaml` declares, with an inbox in the place
//! of SES and a small registry in the place of NPPES.
//!
//! [`start`] is all that a test needs; the binary `local` is what `make dev` runs.

mod aws;
pub mod cli;
mod data;
pub mod demo;
mod error;
mod examples;
mod faults;
mod forward;
mod functions;
mod gateway;
mod greeting;
mod inbox;
mod lambda_env;
mod options;
mod pages;
mod pattern;
pub mod registry;
mod running;
mod schedule;
#[cfg(test)]
mod scratch;
mod service;
mod stream;
mod table;
mod tasks;
mod template;

pub use data::DataError;
pub use error::StartError;
pub use faults::{Fault, Faults, Usage};
pub use gateway::RouteError;
pub use inbox::{Captured, Inbox, SesFault};
pub use options::{Options, Storage};
pub use pattern::PatternError;
pub use running::Running;
pub use service::start;
pub use table::TableError;
pub use template::TemplateError;

/// The routes that the template declares, each as `METHOD /path`.
pub fn routes() -> Result<Vec<String>, StartError> {
    let template = template::Template::parse(template::TEMPLATE)?;
    Ok(template.routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect())
}
