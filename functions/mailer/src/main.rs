//! The Lambda function `mailer`.

use std::sync::Arc;

use mail::{Sender, Ses};
use mailer::Deps;
use runtime::{Aws, Settings, SystemClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let from = Sender::parse(&settings.required("MAIL_FROM"));
    let deps = Deps {
        store: aws.connect_store(&settings).await,
        keyring: Arc::new(aws.load_keyring(&settings).await?),
        clock: Arc::new(SystemClock),
        accept_url: settings.required("ACCEPT_URL_BASE"),
        reset_url: settings.required("RESET_URL_BASE"),
        dashboard_url: settings.required("DASHBOARD_URL"),
        ses: {
            settings.check()?;
            let client = aws_sdk_sesv2::Client::new(aws.config());
            Ses::new(client, from?, settings.optional("MAIL_CONFIGURATION_SET"))
        },
    };
    runtime::consume(async |event| Ok(mailer::handle(&deps, event).await)).await
}
