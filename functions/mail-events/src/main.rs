//! The Lambda function `mail-events`, called with the events of SES.

use mail_events::Deps;
use runtime::{Aws, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let deps = Deps { store: Aws::from_environment().connect_store(&settings).await };
    settings.check()?;
    runtime::consume(async |event, _| Ok(mail_events::handle(&deps, event).await?)).await
}
