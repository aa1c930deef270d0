//! The Lambda function `events`, called with the table's stream and on a schedule.

use std::sync::Arc;

use events::Deps;
use runtime::{Aws, Settings, SystemClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let store = Aws::from_environment().connect_store(&settings).await;
    settings.check()?;
    let deps = Deps { store, clock: Arc::new(SystemClock) };
    runtime::consume(async |event, deadline| Ok(events::handle(&deps, event, deadline).await?))
        .await
}
