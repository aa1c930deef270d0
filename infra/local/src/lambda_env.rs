//! The environment of functions under `cargo lambda watch`, as its `--env-file` takes it.

use crate::aws::{CREDENTIAL, REGION};
use crate::running::Running;
use crate::service::{MAIL_FROM, accept_url, dashboard_url, reset_url, viewer_url};

/// One `NAME=value` a line.
pub(crate) fn text(running: &Running) -> String {
    let Running { url, dynamodb_url, table, secrets, .. } = running;
    let lines = [
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", CREDENTIAL.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", CREDENTIAL.to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_url.clone()),
        ("AWS_ENDPOINT_URL_SESV2", url.clone()),
        ("TABLE_NAME", table.clone()),
        ("TOKEN_ISSUER", url.clone()),
        ("ROOT_KEY", secrets.root_key.clone()),
        ("SIGNING_KEYS", secrets.signing_keys.clone()),
        ("ACCEPT_URL_BASE", accept_url(url)),
        ("RESET_URL_BASE", reset_url(url)),
        ("DASHBOARD_URL", dashboard_url(url)),
        ("VIEWER_URL_BASE", viewer_url(url)),
        ("MAIL_FROM", MAIL_FROM.to_owned()),
        ("NPPES_BASE_URL", format!("{url}/api/")),
    ];
    lines.map(|(name, value)| format!("{name}={value}")).join("\n")
}
