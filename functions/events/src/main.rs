//! The Lambda function `events`, called with the table's stream and on a schedule.

use std::sync::Arc;

use events::{Archive, Deps, Sealing, SegmentSigner};
use queue::WebhookQueue;
use runtime::{Aws, Settings, SystemClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let store = aws.connect_store(&settings).await;
    let queue_url = settings.required("WEBHOOK_QUEUE_URL");
    let (bucket, key) = (settings.required("AUDIT_BUCKET"), settings.required("AUDIT_KEY_ARN"));
    settings.check()?;
    let queue = WebhookQueue::new(&aws_sdk_sqs::Client::new(aws.config()), queue_url);
    let sealing = Arc::new(Sealing {
        archive: Archive::connect(aws.config(), bucket),
        signer: SegmentSigner::new(aws_sdk_kms::Client::new(aws.config()), key),
        most_records: Sealing::MOST_RECORDS,
    });
    let deps = Deps { store, clock: Arc::new(SystemClock), queue, sealing };
    runtime::consume(async |event, deadline| Ok(events::handle(&deps, event, deadline).await?))
        .await
}
