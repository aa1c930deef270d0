//! The Lambda function `users`.

use std::sync::Arc;

use auth::DashboardOrigin;
use domain::clinic::InvitationsPerDay;
use npi::Nppes;
use runtime::{Aws, Settings};
use users::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let registry = settings.optional("NPPES_BASE_URL").unwrap_or_else(|| npi::REGISTRY.to_owned());
    let aws = Aws::from_environment();
    let context = aws.connect_context(&settings).await;
    let public_url = settings.required("PUBLIC_URL");
    let origin = settings.origin_check();
    let quota = settings.optional("INVITATIONS_PER_DAY");
    let quota = quota.map_or(Ok(InvitationsPerDay::default()), |text| text.parse());
    settings.check()?;
    let deps = Deps {
        dashboard: DashboardOrigin::of(&public_url)?,
        context,
        registry: Arc::new(Nppes::new(&registry, npi::BUDGET)?),
        invitations_per_day: quota?,
    };
    runtime::serve(origin?, users::router(deps)).await
}
