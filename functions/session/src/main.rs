//! The Lambda function `session`.

use std::sync::Arc;

use auth::session::Sessions;
use runtime::{Aws, Settings};
use session::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let context = aws.context(&settings);
    let keys = aws.keys(&settings, &context).await;
    let sessions = Sessions {
        signer: Arc::new(aws.signer(&settings, &keys).await?),
        keyring: Arc::new(aws.keyring(&settings).await?),
        issuer: keys.issuer().into(),
    };
    settings.check()?;
    runtime::serve(session::router(Deps { context, keys, sessions })).await
}
