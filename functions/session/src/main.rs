//! The Lambda function `session`.

use std::sync::Arc;

use http::session::Sessions;
use runtime::{Aws, Settings};
use session::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let context = aws.context(&settings).await;
    let sessions = Sessions {
        signer: Arc::new(aws.signer(&settings, &context.keys).await?),
        keyring: Arc::new(aws.keyring(&settings).await?),
    };
    settings.check()?;
    runtime::serve(session::router(Deps { context, sessions })).await
}
