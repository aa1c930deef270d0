//! The Lambda function `list`.

use runtime::{Aws, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    let settings = Settings::from_environment();
    let context = Aws::from_environment().context(&settings).await;
    settings.check()?;
    runtime::serve(list::router(context)).await
}
