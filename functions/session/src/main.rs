//! The Lambda function `session`.

use std::sync::Arc;

use auth::passwords::{self, BreachedPasswords, Passwords};
use auth::session::Sessions;
use runtime::{Aws, Settings};
use session::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let breached = settings.optional("BREACHED_PASSWORDS_URL");
    let breached = breached.unwrap_or_else(|| passwords::BREACHED_PASSWORDS.to_owned());
    let aws = Aws::from_environment();
    let context = aws.context(&settings);
    let keys = aws.load_keys(&settings, &context).await;
    let sessions = Sessions {
        signer: Arc::new(aws.load_signer(&settings, &keys).await?),
        keyring: Arc::new(aws.load_keyring(&settings).await?),
        issuer: keys.issuer().into(),
    };
    settings.check()?;
    let breached = BreachedPasswords::new(&breached, passwords::BUDGET)?;
    let passwords = Passwords::new(breached, context.entropy.clone());
    runtime::serve(session::router(Deps { context, keys, passwords, sessions })).await
}
