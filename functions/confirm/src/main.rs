//! The Lambda function `confirm`.

use std::sync::Arc;

use auth::DashboardOrigin;
use auth::known_browser::BrowserCookies;
use auth::passwords::{self, BreachedPasswords, Passwords};
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
    let context = aws.connect_context(&settings).await;
    let public_url = settings.required("PUBLIC_URL");
    let origin = settings.origin_check();
    settings.check()?;
    let secrets = aws.secrets();
    let (links, browsers) =
        tokio::try_join!(secrets.load_keyring(&settings), secrets.load_keyring(&settings))?;
    let breached = BreachedPasswords::new(&breached, passwords::BUDGET)?;
    let browsers = BrowserCookies::new(browsers, context.entropy.clone());
    let deps = Deps {
        passwords: Passwords::new(breached, browsers, context.entropy.clone()),
        context,
        registry: Arc::new(Nppes::new(&registry, npi::BUDGET)?),
        links,
        dashboard: DashboardOrigin::of(&public_url)?,
    };
    runtime::serve_with_secrets(origin?, confirm::router(deps), &secrets).await
}
