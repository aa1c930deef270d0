//! The Lambda function `users`.

use std::sync::Arc;

use auth::DashboardOrigin;
use domain::clinic::InvitationsPerDay;
use domain::webhook::Receivers;
use npi::Nppes;
use queue::WebhookQueue;
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
    let queue_url = settings.required("WEBHOOK_QUEUE_URL");
    // Only `make dev` sets this.
    let receivers = match settings.optional("WEBHOOK_RECEIVERS").as_deref() {
        Some("this-machine") => Receivers::ThisMachine,
        _ => Receivers::Public,
    };
    settings.check()?;
    let secrets = aws.secrets();
    let deps = Deps {
        dashboard: DashboardOrigin::of(&public_url)?,
        context,
        registry: Arc::new(Nppes::new(&registry, npi::BUDGET)?),
        invitations_per_day: quota?,
        webhook_keys: secrets.load_keyring(&settings).await?,
        queue: WebhookQueue::new(&aws_sdk_sqs::Client::new(aws.config()), queue_url),
        receivers,
    };
    runtime::serve_with_secrets(origin?, users::router(deps), &secrets).await
}
