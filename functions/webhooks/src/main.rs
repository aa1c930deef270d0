//! The Lambda function `webhooks`, called by its queue and on a schedule.

use domain::webhook::Receivers;
use queue::WebhookQueue;
use runtime::{Aws, Settings};
use webhooks::{Deps, ReceiverClient};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let context = aws.connect_context(&settings).await;
    let queue_url = settings.required("WEBHOOK_QUEUE_URL");
    // Only `make dev` sets this.
    let receivers = match settings.optional("WEBHOOK_RECEIVERS").as_deref() {
        Some("this-machine") => Receivers::ThisMachine,
        _ => Receivers::Public,
    };
    settings.check()?;
    let secrets = aws.secrets();
    let deps = Deps {
        context,
        keys: secrets.load_keyring(&settings).await?,
        queue: WebhookQueue::new(&aws_sdk_sqs::Client::new(aws.config()), queue_url),
        receivers: ReceiverClient::new(receivers),
    };
    runtime::consume_with_secrets(&secrets, async |event, deadline| {
        Ok(webhooks::handle(&deps, event, deadline).await?)
    })
    .await
}
