//! The Lambda function `invite`.

use std::sync::Arc;

use invite::{Deps, InvitationDaysCache};
use npi::Nppes;
use runtime::{Aws, Settings};

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
        invitation_days: InvitationDaysCache::default(),
    };
    settings.check()?;
    runtime::serve(invite::router(deps)).await
}
