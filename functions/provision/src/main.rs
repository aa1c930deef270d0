//! The Lambda function `provision`. An operator invokes it.

use provision::Deps;
use runtime::{Aws, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let context = aws.connect_context(&settings).await;
    let signing = aws.load_signing_keys(&settings).await?.public();
    settings.check()?;
    let deps = Deps { signing, context };
    runtime::consume(async |command, _| Ok(provision::handle(&deps, &command).await?)).await
}
