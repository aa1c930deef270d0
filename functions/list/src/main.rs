//! The Lambda function `list`.

use auth::DashboardOrigin;
use list::Deps;
use runtime::{Aws, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let context = aws.connect_context(&settings).await;
    let public_url = settings.required("PUBLIC_URL");
    let origin = settings.origin_check();
    settings.check()?;
    let deps = Deps { dashboard: DashboardOrigin::of(&public_url)?, context };
    runtime::serve(origin?, list::router(deps)).await
}
