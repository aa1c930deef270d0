//! The Lambda function `session`.

use auth::DashboardOrigin;
use auth::known_browser::BrowserCookies;
use auth::passwords::{self, BreachedPasswords, Passwords};
use runtime::{Aws, Settings};
use session::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
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
        dashboard: DashboardOrigin::of(&public_url)?,
        links,
        context,
    };
    runtime::serve_with_secrets(origin?, session::router(deps), &secrets).await
}
