//! The Lambda function `list`.

use auth::DashboardOrigin;
use list::Deps;
use runtime::{Aws, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let context = aws.connect_context(&settings).await;
    let dashboard = settings.required("DASHBOARD_URL");
    settings.check()?;
    let deps = Deps { dashboard: DashboardOrigin::of(&dashboard)?, context };
    runtime::serve(list::router(deps)).await
}
