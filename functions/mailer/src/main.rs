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
    let public_url = settings.required("PUBLIC_URL");
    let store = aws.connect_store(&settings).await;
    settings.check()?;
    let secrets = aws.secrets();
    let (invitation_links, password_links) =
        tokio::try_join!(secrets.load_keyring(&settings), secrets.load_keyring(&settings))?;
    let client = aws_sdk_sesv2::Client::new(aws.config());
    let deps = Deps {
        store,
        invitation_links,
        password_links,
        clock: Arc::new(SystemClock),
        public_url,
        ses: Ses::new(&client, from?, settings.optional("MAIL_CONFIGURATION_SET")),
    };
    runtime::consume_with_secrets(&secrets, async |event, deadline| {
        Ok(mailer::handle(&deps, event, deadline).await)
    })
    .await
}
