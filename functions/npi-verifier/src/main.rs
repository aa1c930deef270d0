//! The Lambda function `npi-verifier`, called on a schedule.

use std::sync::Arc;

use npi::Nppes;
use npi_verifier::{BUDGET, Deps, RunLimits};
use runtime::{Aws, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let registry = settings.optional("NPPES_BASE_URL").unwrap_or_else(|| npi::REGISTRY.to_owned());
    let deps = Deps {
        context: Aws::from_environment().connect_context(&settings).await,
        registry: Arc::new(Nppes::new(&registry, BUDGET)?),
        limits: RunLimits::default(),
    };
    settings.check()?;
    runtime::consume(async |event, _| Ok(npi_verifier::handle(&deps, event).await?)).await
}
