//! Notices: mails that are not invitations.

use std::time::Duration;

use domain::delivery::Delivery;
use domain::email::Email;
use domain::ids::{ClinicId, InvitationId, NoticeId, UserId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::RawItem;
use crate::key::Key;
use crate::profile::{BadField, field};
use crate::tx::If;
use crate::{Role, Store, StoreError, Transaction, key};

/// How long a notice is kept.
const KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// What a notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// The holder of this expired invitation asks for a new link.
    NewLinkRequested(InvitationId),
    /// The registry no longer confirms this user's NPI, so no reports can be created.
    NpiNotVerified(UserId),
}

/// A mail that is not an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// The clinic it is about.
    pub clinic: ClinicId,
    /// Whom it goes to.
    pub to: Email,
    /// What it says.
    pub kind: NoticeKind,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct NoticeItem {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "to")]
    to: String,
    #[serde(rename = "ki")]
    kind: String,
    #[serde(rename = "iv", default, skip_serializing_if = "Option::is_none")]
    invitation: Option<String>,
    #[serde(rename = "us", default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(rename = "dl")]
    delivery: String,
    ttl: i64,
    #[serde(rename = "v")]
    version: u64,
}

const NEW_LINK_REQUESTED: &str = "new_link_requested";
const NPI_NOT_VERIFIED: &str = "npi_not_verified";

impl Transaction {
    /// Queues a notice.
    pub fn new_notice(&mut self, notice: &Notice, now: Timestamp) -> Result<(), StoreError> {
        let (kind, invitation, user) = match notice.kind {
            NoticeKind::NewLinkRequested(id) => (NEW_LINK_REQUESTED, Some(id), None),
            NoticeKind::NpiNotVerified(id) => (NPI_NOT_VERIFIED, None, Some(id)),
        };
        let item = NoticeItem {
            id: notice.id.to_string(),
            clinic: notice.clinic.to_string(),
            to: notice.to.typed().to_owned(),
            kind: kind.to_owned(),
            invitation: invitation.map(|id| id.to_string()),
            user: user.map(|id| id.to_string()),
            delivery: Delivery::Queued.as_str().to_owned(),
            ttl: now.plus(KEPT_FOR).seconds(),
            version: 1,
        };
        self.put(Role::Notice, key::notice(notice.id), &item, None, &If::New)
    }
}

impl Store {
    pub(crate) fn notice_from(&self, raw: &RawItem) -> Result<Notice, StoreError> {
        let item: NoticeItem = self.decode(raw)?;
        let read = || {
            let invitation = || {
                let id = item.invitation.as_deref().map(InvitationId::parse);
                id.and_then(Result::ok).ok_or(BadField("iv"))
            };
            let user = || {
                let id = item.user.as_deref().map(UserId::parse);
                id.and_then(Result::ok).ok_or(BadField("us"))
            };
            let kind = match item.kind.as_str() {
                NEW_LINK_REQUESTED => NoticeKind::NewLinkRequested(invitation()?),
                NPI_NOT_VERIFIED => NoticeKind::NpiNotVerified(user()?),
                _ => return Err(BadField("ki")),
            };
            Ok(Notice {
                id: NoticeId::parse(&item.id).map_err(|_| BadField("id"))?,
                clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
                to: field("to", Email::parse(&item.to))?,
                kind,
            })
        };
        read().map_err(|bad: BadField| self.corrupt(&Key::of(raw), bad.0))
    }
}
