//! The Lambda function `confirm`.

use std::sync::Arc;

use confirm::Deps;
use npi::Nppes;
use runtime::{Aws, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let registry = settings
        .optional("NPPES_BASE_URL")
        .unwrap_or_else(|| npi::REGISTRY.to_owned());
    let aws = Aws::from_environment().await;
    let deps = Deps {
        context: aws.context(&settings).await,
        registry: Arc::new(Nppes::new(&registry, npi::BUDGET)?),
        keyring: Arc::new(aws.keyring(&settings).await?),
    };
    settings.check()?;
    runtime::serve(confirm::router(deps)).await
}
