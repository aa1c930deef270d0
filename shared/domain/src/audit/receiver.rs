//! How an action changed where events are sent.

use crate::webhook::ReceiverUrl;

/// The host of a webhook's URL before and after an action. Both are `None` if the action did not change it. The rest
/// of a URL may hold a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiverChange {
    /// The host before. `None` for a new webhook.
    pub before: Option<String>,
    /// The host after.
    pub after: Option<String>,
}

impl ReceiverChange {
    /// The host of a new webhook.
    pub fn new_webhook(url: &ReceiverUrl) -> Self {
        Self { before: None, after: Some(url.host().to_owned()) }
    }

    /// The hosts of a webhook that an action may have changed.
    pub fn between(before: &ReceiverUrl, after: &ReceiverUrl) -> Self {
        if before.host() == after.host() {
            return Self::default();
        }
        Self { before: Some(before.host().to_owned()), ..Self::new_webhook(after) }
    }
}
