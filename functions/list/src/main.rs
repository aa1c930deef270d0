//! The Lambda function `list`.

use list::Deps;
use runtime::{Aws, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let aws = Aws::from_environment();
    let context = aws.context(&settings);
    let deps = Deps { keys: aws.load_keys(&settings, &context).await, context };
    settings.check()?;
    runtime::serve(list::router(deps)).await
}
