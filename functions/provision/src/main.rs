//! The Lambda function `provision`, invoked by whoever runs the service.

use std::sync::Arc;

use provision::Deps;
use runtime::{Aws, OsEntropy, Settings, SystemClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let store = aws.store(&settings).await;
    let signing = aws.signing_keys(&settings).await?.public();
    settings.check()?;
    let deps = Deps { signing, store, clock: Arc::new(SystemClock), entropy: Arc::new(OsEntropy) };
    runtime::consume(async |command| Ok(provision::handle(&deps, &command).await?)).await
}
