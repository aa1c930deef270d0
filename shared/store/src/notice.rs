//! Notices: emails other than invitations.

use std::time::Duration;

use domain::actor::Actor;
use domain::alert::{AlertEvent, SecurityAlert};
use domain::audit::AuditObject;
use domain::delivery::DeliveryStatus;
use domain::ids::{ClinicId, InvitationId, NoticeId, UserId};
use domain::person::email::Email;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, field};
use crate::item::RawItem;
use crate::transaction::Precondition;
use crate::write::ItemWrite;
use crate::{Part, Store, StoreError, Transaction, attr, key};

/// How long a notice is kept.
const KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// What a notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// The invited person asks for a new link because theirs expired.
    NewLinkRequested {
        /// The clinic that invited.
        clinic: ClinicId,
        /// The invitation.
        invitation: InvitationId,
    },
    /// The registry no longer confirms this user's NPI, so the user cannot create reports.
    NpiNotVerified {
        /// The clinic.
        clinic: ClinicId,
        /// The user.
        user: UserId,
    },
    /// The clinic gave this user dashboard access.
    DashboardGranted {
        /// The clinic.
        clinic: ClinicId,
        /// The user.
        user: UserId,
    },
    /// A signed-in person made someone able to create reports.
    ReportingGranted {
        /// The clinic.
        clinic: ClinicId,
        /// The user, or the invited person.
        person: UserId,
        /// The owner or admin who did it.
        granter: UserId,
    },
    /// A request for a new password came for this address, which may have no account.
    PasswordReset,
    /// A change that the recipient should know about.
    Alert(SecurityAlert),
}

impl NoticeKind {
    /// Every kind and its stored name.
    pub const NAMES: [(&str, &str); 6] = [
        ("NewLinkRequested", NEW_LINK_REQUESTED),
        ("NpiNotVerified", NPI_NOT_VERIFIED),
        ("DashboardGranted", DASHBOARD_GRANTED),
        ("ReportingGranted", REPORTING_GRANTED),
        ("PasswordReset", PASSWORD_RESET),
        ("Alert", ALERT),
    ];

    /// The clinic that it is about.
    pub fn clinic(&self) -> Option<ClinicId> {
        match *self {
            Self::NewLinkRequested { clinic, .. }
            | Self::NpiNotVerified { clinic, .. }
            | Self::DashboardGranted { clinic, .. }
            | Self::ReportingGranted { clinic, .. } => Some(clinic),
            Self::PasswordReset => None,
            Self::Alert(alert) => Some(alert.clinic),
        }
    }
}

/// An email other than an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// The recipient.
    pub to: Email,
    /// What the notice says.
    pub kind: NoticeKind,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct NoticeItem {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "ci", default, skip_serializing_if = "Option::is_none")]
    clinic: Option<String>,
    #[serde(rename = "to")]
    to: String,
    #[serde(rename = "ki")]
    kind: String,
    #[serde(rename = "iv", default, skip_serializing_if = "Option::is_none")]
    invitation: Option<String>,
    #[serde(rename = "us", default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(rename = "ev", default, skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(rename = "ob", default, skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(rename = "ac", default, skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(rename = "dl")]
    delivery: String,
    ttl: i64,
    #[serde(rename = "v")]
    version: u64,
}

const NEW_LINK_REQUESTED: &str = "new_link_requested";
const NPI_NOT_VERIFIED: &str = "npi_not_verified";
const DASHBOARD_GRANTED: &str = "dashboard_granted";
const REPORTING_GRANTED: &str = "reporting_granted";
const PASSWORD_RESET: &str = "password_reset";
const ALERT: &str = "alert";

impl NoticeItem {
    fn new(notice: &Notice, now: Timestamp) -> Self {
        let (kind, clinic, invitation, user) = match notice.kind {
            NoticeKind::NewLinkRequested { clinic, invitation } => {
                (NEW_LINK_REQUESTED, Some(clinic), Some(invitation), None)
            }
            NoticeKind::NpiNotVerified { clinic, user } => {
                (NPI_NOT_VERIFIED, Some(clinic), None, Some(user))
            }
            NoticeKind::DashboardGranted { clinic, user } => {
                (DASHBOARD_GRANTED, Some(clinic), None, Some(user))
            }
            NoticeKind::ReportingGranted { clinic, person, .. } => {
                (REPORTING_GRANTED, Some(clinic), None, Some(person))
            }
            NoticeKind::PasswordReset => (PASSWORD_RESET, None, None, None),
            NoticeKind::Alert(alert) => (ALERT, Some(alert.clinic), None, None),
        };
        let alert = match notice.kind {
            NoticeKind::Alert(alert) => Some(alert),
            _ => None,
        };
        let actor = match notice.kind {
            NoticeKind::ReportingGranted { granter, .. } => Some(Actor::User(granter)),
            _ => alert.map(|alert| alert.actor),
        };
        Self {
            id: notice.id.to_string(),
            clinic: clinic.map(|id| id.to_string()),
            to: notice.to.as_typed().to_owned(),
            kind: kind.to_owned(),
            invitation: invitation.map(|id| id.to_string()),
            user: user.map(|id| id.to_string()),
            event: alert.map(|alert| alert.event.as_str().to_owned()),
            object: alert.map(|alert| alert.object.to_string()),
            actor: actor.map(|actor| actor.to_string()),
            delivery: DeliveryStatus::Queued.as_str().to_owned(),
            ttl: now.plus(KEPT_FOR).seconds(),
            version: 1,
        }
    }

    fn clinic(&self) -> Result<ClinicId, BadField> {
        let clinic = self.clinic.as_deref().map(ClinicId::parse);
        clinic.and_then(Result::ok).ok_or(BadField("ci"))
    }

    fn invitation(&self) -> Result<InvitationId, BadField> {
        let invitation = self.invitation.as_deref().map(InvitationId::parse);
        invitation.and_then(Result::ok).ok_or(BadField("iv"))
    }

    fn user(&self) -> Result<UserId, BadField> {
        let user = self.user.as_deref().map(UserId::parse);
        user.and_then(Result::ok).ok_or(BadField("us"))
    }

    fn granter(&self) -> Result<UserId, BadField> {
        let granter = self.actor.as_deref().map(UserId::parse);
        granter.and_then(Result::ok).ok_or(BadField("ac"))
    }

    fn alert(&self) -> Result<SecurityAlert, BadField> {
        let event = self.event.as_deref().and_then(AlertEvent::parse);
        let object = self.object.as_deref().and_then(AuditObject::parse);
        let actor = self.actor.as_deref().and_then(Actor::parse);
        Ok(SecurityAlert {
            clinic: self.clinic()?,
            event: event.ok_or(BadField("ev"))?,
            object: object.ok_or(BadField("ob"))?,
            actor: actor.ok_or(BadField("ac"))?,
        })
    }
}

impl Transaction {
    /// Queues a notice.
    pub fn put_notice(&mut self, notice: &Notice, now: Timestamp) -> Result<(), StoreError> {
        let item = NoticeItem::new(notice, now);
        self.put(Part::Notice, key::notice(notice.id), &item, None, &Precondition::Absent)
    }
}

impl Store {
    /// Queues a notice without a state change.
    pub async fn queue_notice(&self, notice: &Notice, now: Timestamp) -> Result<(), StoreError> {
        let item = self.encode(key::notice(notice.id), &NoticeItem::new(notice, now))?;
        // A late repeat must not queue an email again that was sent by then.
        let write = ItemWrite::put(item).when(&format!("attribute_not_exists({})", attr::PK));
        self.write(write).await.map(|_| ())
    }

    /// Loads the notice with this id.
    pub async fn load_notice(&self, id: NoticeId) -> Result<Option<Notice>, StoreError> {
        let found = self.get(&key::notice(id)).await?;
        found.map(|raw| self.decode_notice(&raw)).transpose()
    }

    pub(crate) fn decode_notice(&self, raw: &RawItem) -> Result<Notice, StoreError> {
        self.decode_with(raw, |item: NoticeItem| {
            let kind = match item.kind.as_str() {
                NEW_LINK_REQUESTED => NoticeKind::NewLinkRequested {
                    clinic: item.clinic()?,
                    invitation: item.invitation()?,
                },
                NPI_NOT_VERIFIED => {
                    NoticeKind::NpiNotVerified { clinic: item.clinic()?, user: item.user()? }
                }
                DASHBOARD_GRANTED => {
                    NoticeKind::DashboardGranted { clinic: item.clinic()?, user: item.user()? }
                }
                REPORTING_GRANTED => NoticeKind::ReportingGranted {
                    clinic: item.clinic()?,
                    person: item.user()?,
                    granter: item.granter()?,
                },
                PASSWORD_RESET => NoticeKind::PasswordReset,
                ALERT => NoticeKind::Alert(item.alert()?),
                _ => return Err(BadField("ki")),
            };
            Ok(Notice {
                id: NoticeId::parse(&item.id).map_err(|_| BadField("id"))?,
                to: field("to", Email::parse(&item.to))?,
                kind,
            })
        })
    }
}
