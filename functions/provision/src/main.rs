//! The Lambda function `provision`. An operator invokes it.

use domain::credentials::key_set::KeySet;
use provision::{Deps, KeySecrets, SecretPlace, secret_settings};
use runtime::{Aws, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let context = aws.connect_context(&settings).await;
    let place = |set: KeySet| {
        let (plain, arn) = secret_settings(set);
        let place = settings.optional(plain).map(SecretPlace::Setting);
        (set, place.unwrap_or_else(|| SecretPlace::SecretsManager(settings.required(arn))))
    };
    let client = aws_sdk_secretsmanager::Client::new(aws.config());
    let secrets = KeySecrets::new(client, KeySet::ALL.map(place));
    settings.check()?;
    let deps = Deps { secrets, context };
    runtime::consume(async |command, _| Ok(provision::handle(&deps, &command).await?)).await
}
