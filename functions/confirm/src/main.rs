//! The Lambda function `confirm`.

use std::sync::Arc;

use auth::passwords::{self, BreachedPasswords, Passwords};
use auth::session::Sessions;
use confirm::Deps;
use npi::Nppes;
use runtime::{Aws, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let registry = settings.optional("NPPES_BASE_URL").unwrap_or_else(|| npi::REGISTRY.to_owned());
    let breached = settings.optional("BREACHED_PASSWORDS_URL");
    let breached = breached.unwrap_or_else(|| passwords::BREACHED_PASSWORDS.to_owned());
    let aws = Aws::from_environment();
    let context = aws.context(&settings);
    let keys = aws.load_keys(&settings, &context).await;
    let keyring = Arc::new(aws.load_keyring(&settings).await?);
    let sessions = Sessions {
        signer: Arc::new(aws.load_signer(&settings, &keys).await?),
        keyring: keyring.clone(),
        issuer: keys.issuer().into(),
    };
    settings.check()?;
    let breached = BreachedPasswords::new(&breached, passwords::BUDGET)?;
    let deps = Deps {
        passwords: Passwords::new(breached, context.entropy.clone()),
        context,
        registry: Arc::new(Nppes::new(&registry, npi::BUDGET)?),
        keyring,
        sessions,
    };
    runtime::serve(confirm::router(deps)).await
}
