//! The whole service on one machine. It serves the same routers as the Lambda binaries, on an
//! embedded DynamoDB. `infra/template.yaml` decides the routes, the stream and the schedules.
//! An inbox stands in for SES, a small registry for NPPES, and a short list for Have I Been Pwned.
//!
//! [`start`] is all that a test needs. The binary `dev` adds pages and a command line.

mod archive;
mod aws;
pub mod breached_passwords;
mod database_faults;
mod emulator;
mod error;
mod event_bus;
mod event_filter;
mod functions;
mod gateway;
mod inbox;
mod links;
pub mod npi_registry;
mod options;
mod queue;
mod schedule;
mod secrets;
mod service;
mod storage;
mod stream;
mod table;
mod tasks;
mod template;
#[cfg(test)]
mod test_clinic;
mod upstream;

pub use archive::SealedObjects;
pub use database_faults::{AnswerLoss, DatabaseFault, DatabaseFaults, Usage, WatchedWrite};
pub use emulator::Emulator;
pub use error::{StartError, chain};
pub use event_filter::FilterPatternError;
pub use gateway::RouteError;
pub use inbox::{CapturedEmail, Inbox, SesFault, ses_event};
pub use options::Options;
pub use secrets::{Keyrings, TokenSecrets, new_secret};
pub use service::{connect, start};
pub use storage::{DATA_FILES, Storage};
pub use stream::TrimError;
pub use table::TableError;
pub use template::TemplateError;
pub use upstream::{Upstream, UpstreamError};

/// The routes that the template declares, each as `METHOD /path`.
pub fn routes() -> Result<Vec<String>, StartError> {
    let template = template::Template::parse(template::TEMPLATE)?;
    Ok(template.routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect())
}
