//! The Lambda function `temporary-access`.

use auth::DashboardOrigin;
use runtime::{Aws, Settings};
use temporary_access::{Deps, LinkStyle, Links, ViewerOrigins};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let style = settings.optional("ACCESS_LINK_STYLE");
    let style = style.map_or(Ok(LinkStyle::Fragment), |text| LinkStyle::parse(&text));
    // Convert to text, because `main` prints errors with Debug, which would not name the setting.
    let style = style.map_err(|unknown| unknown.to_string())?;
    let links = Links::new(&settings.required("VIEWER_URL_BASE"), style);
    let viewers = settings.required("VIEWER_ORIGINS");
    let public_url = settings.required("PUBLIC_URL");
    let origin = settings.origin_check();
    let aws = Aws::from_environment();
    let context = aws.context(&settings);
    let keys = aws.load_keys(&settings, &context).await;
    settings.check()?;
    let secrets = aws.secrets();
    let deps = Deps {
        signing: secrets.load_signing_keys(&settings).await?,
        tokens: secrets.load_keyring(&settings).await?,
        dashboard: DashboardOrigin::of(&public_url)?,
        context,
        keys,
        links,
        viewers: ViewerOrigins::parse(&viewers)?,
    };
    runtime::serve_with_secrets(origin?, temporary_access::router(deps), &secrets).await
}
