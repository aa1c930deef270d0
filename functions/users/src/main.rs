//! The Lambda function `users`.

use std::sync::Arc;

use npi::Nppes;
use runtime::{Aws, Settings};
use users::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let registry = settings.optional("NPPES_BASE_URL").unwrap_or_else(|| npi::REGISTRY.to_owned());
    let aws = Aws::from_environment();
    let context = aws.context(&settings);
    let deps = Deps {
        keys: aws.load_keys(&settings, &context).await,
        context,
        registry: Arc::new(Nppes::new(&registry, npi::BUDGET)?),
    };
    settings.check()?;
    runtime::serve(users::router(deps)).await
}
