//! The one DynamoDB table: keys, items, transactions and pages.
//!
//! Every state change is one [`Transaction`]: the new state, the claims that keep addresses and
//! NPIs unique, and the audit record, under the conditions that the decision rested on.

mod access;
mod account;
mod api_key;
mod assignment;
mod attr;
mod audit;
mod claim;
mod clinic;
mod due;
mod error;
mod idempotency;
mod invitation;
mod item;
mod key;
mod notice;
mod outbox;
mod page;
mod profile;
mod proof;
mod session;
mod signing;
mod throttle;
mod tx;
mod user;

use aws_sdk_dynamodb::Client;

pub use access::{ViewKeys, ViewParties};
pub use account::{Account, Membership};
pub use api_key::FoundKey;
pub use audit::AuditRange;
pub use claim::Claims;
pub use error::StoreError;
pub use idempotency::{Answer, Begun};
pub use invitation::InvitationRange;
pub use item::{RawItem, Reads};
pub use notice::{Notice, NoticeKind};
pub use outbox::{Mail, MailId, Taken};
pub use page::{Page, PageRequest};
pub use proof::Shown;
pub use session::Rotated;
pub use throttle::Guess;
pub use tx::{Committed, Role, Transaction};

/// The table, reached through one client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
}

impl Store {
    /// The table of this name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Opens the connection ahead of the first request: one read whose answer does not matter.
    pub async fn warm_up(&self) {
        if let Err(error) = self.get(&key::public_keys()).await {
            tracing::info!(%error, "warm-up read failed; the first request connects instead");
        }
    }
}
