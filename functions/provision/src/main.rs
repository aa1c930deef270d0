//! The Lambda function `provision`, invoked by whoever runs the service.

use std::sync::Arc;

use provision::Deps;
use runtime::{Aws, OsEntropy, Settings, SystemClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let store = Aws::from_environment().await.store(&settings).await;
    settings.check()?;
    let deps = Deps {
        store,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
    };
    runtime::consume(async |request| Ok(provision::provision(&deps, &request).await?)).await
}
