//! Audit records: who did what to which object, with the permissions and names before and after. Records are
//! only ever added.

mod names;
mod receiver;

use std::fmt;

use crate::actor::Actor;
use crate::credentials::key_set::{KeyChange, KeySet};
use crate::ids::{
    AccessId, ApiKeyId, AuditId, ClinicId, InvitationId, NoticeId, SessionId, UserId, WebhookId,
};
use crate::person::ClinicRole;
use crate::person::permissions::Permissions;
use crate::review::ReviewFacts;
use crate::study::StudyRef;
use crate::study::ViewMode;
use crate::time::Timestamp;
use crate::webhook::{DisabledReason, RequestedDelivery};

pub use names::NameChange;
pub use receiver::ReceiverChange;

/// The action of an audit record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
    /// A clinic was provisioned.
    ClinicProvisioned,
    /// An API key was created.
    ApiKeyCreated,
    /// A person was invited.
    InvitationCreated,
    /// The names, role or permissions of an invitation were changed.
    InvitationEdited,
    /// An invitation was emailed again with a new link.
    InvitationResent,
    /// An invitation was revoked.
    InvitationRevoked,
    /// The invited person accepted.
    InvitationAccepted,
    /// The invited person declined.
    InvitationRejected,
    /// The holder of an expired link asked for a new one.
    InvitationNewRequested,
    /// An owner or admin attested that an NPI belongs to a person.
    NpiAttested,
    /// A repeated registry lookup changed the verification of an NPI.
    NpiVerificationChanged,
    /// The names, role or permissions of a user were changed.
    UserEdited,
    /// A user was deactivated.
    UserDeactivated,
    /// A user was reactivated.
    UserReactivated,
    /// A deactivated user's address and NPI were freed.
    UserReleased,
    /// A user became an owner, and another one an admin.
    OwnershipTransferred,
    /// The settings of the clinic were changed.
    ClinicEdited,
    /// A person signed in.
    SessionStarted,
    /// A person signed out, or ended one of their sessions.
    SessionEnded,
    /// Wrong passwords for a person's address reached a limit.
    SessionLocked,
    /// A person set a new password through an emailed link. This ended all of their sessions.
    PasswordReset,
    /// A signed-in person changed the password. This ended all of their other sessions.
    PasswordChanged,
    /// An API key was revoked.
    ApiKeyRevoked,
    /// An API key got another secret.
    ApiKeyRotated,
    /// Temporary access was issued. For dictation, the study was also assigned.
    AccessIssued(ViewMode),
    /// The link to a temporary access was opened.
    AccessRedeemed,
    /// Temporary access was revoked.
    AccessRevoked,
    /// The link to a temporary access did not open, or its view was not renewed.
    AccessRefused(AccessRefusal),
    /// The operator queued an email again.
    EmailRequeued,
    /// The operator marked an item that cannot be read.
    ItemMarked,
    /// The operator started the event feed of a clinic again, so that no cursor of before is valid.
    FeedRestarted,
    /// The operator changed a set of keys. Recorded under [`ClinicId::OPERATOR`].
    KeysChanged(KeyChange),
    /// A webhook endpoint was created.
    WebhookCreated,
    /// The URL, description or event types of a webhook endpoint were changed.
    WebhookChanged,
    /// A webhook endpoint got another secret.
    WebhookRotated,
    /// The receiver of a webhook endpoint answered its challenge.
    WebhookVerified,
    /// Someone asked for deliveries to a webhook endpoint.
    WebhookRequested(RequestedDelivery),
    /// A webhook endpoint was disabled because its receiver failed.
    WebhookDisabled(DisabledReason),
    /// A webhook endpoint was ended.
    WebhookEnded,
}

/// Why a link did not open, or a view was not renewed. Only the audit shows the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessRefusal {
    /// The link was opened before.
    Used,
    /// The link or view expired.
    Expired,
    /// The access was revoked.
    Revoked,
    /// The token names this link but was not issued by this service.
    Tampered,
    /// The user is deactivated, may no longer create reports, or does not exist.
    User,
    /// The issuer may no longer issue access.
    Issuer,
    /// The proof for the key that the view is bound to is missing or invalid.
    Proof,
}

impl AccessRefusal {
    /// Every refusal.
    pub const ALL: [Self; 7] = [
        Self::Used,
        Self::Expired,
        Self::Revoked,
        Self::Tampered,
        Self::User,
        Self::Issuer,
        Self::Proof,
    ];

    /// The stored name of the refusal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Tampered => "tampered",
            Self::User => "user_not_allowed",
            Self::Issuer => "issuer_not_allowed",
            Self::Proof => "proof_invalid",
        }
    }
}

impl AuditAction {
    /// Every action. Several actions can share a name, and then one of them stands for all.
    pub const ALL: [Self; 39] = [
        Self::ClinicProvisioned,
        Self::ApiKeyCreated,
        Self::InvitationCreated,
        Self::InvitationEdited,
        Self::InvitationResent,
        Self::InvitationRevoked,
        Self::InvitationAccepted,
        Self::InvitationRejected,
        Self::InvitationNewRequested,
        Self::NpiAttested,
        Self::NpiVerificationChanged,
        Self::UserEdited,
        Self::UserDeactivated,
        Self::UserReactivated,
        Self::UserReleased,
        Self::OwnershipTransferred,
        Self::ClinicEdited,
        Self::SessionStarted,
        Self::SessionEnded,
        Self::SessionLocked,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::ApiKeyRevoked,
        Self::ApiKeyRotated,
        Self::AccessIssued(ViewMode::Dictation),
        Self::AccessRedeemed,
        Self::AccessRevoked,
        Self::AccessRefused(AccessRefusal::Used),
        Self::EmailRequeued,
        Self::ItemMarked,
        Self::FeedRestarted,
        Self::KeysChanged(KeyChange::Added),
        Self::WebhookCreated,
        Self::WebhookChanged,
        Self::WebhookRotated,
        Self::WebhookVerified,
        Self::WebhookRequested(RequestedDelivery::Test),
        Self::WebhookDisabled(DisabledReason::Gone),
        Self::WebhookEnded,
    ];

    /// The name of the action, as filters use it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClinicProvisioned => "clinic.provisioned",
            Self::ApiKeyCreated => "api_key.created",
            Self::InvitationCreated => "invitation.created",
            Self::InvitationEdited => "invitation.edited",
            Self::InvitationResent => "invitation.resent",
            Self::InvitationRevoked => "invitation.revoked",
            Self::InvitationAccepted => "invitation.accepted",
            Self::InvitationRejected => "invitation.rejected",
            Self::InvitationNewRequested => "invitation.new_requested",
            Self::NpiAttested => "npi.attested",
            Self::NpiVerificationChanged => "npi.verification_changed",
            Self::UserEdited => "user.edited",
            Self::UserDeactivated => "user.deactivated",
            Self::UserReactivated => "user.reactivated",
            Self::UserReleased => "user.released",
            Self::OwnershipTransferred => "clinic.ownership_transferred",
            Self::ClinicEdited => "clinic.edited",
            Self::SessionStarted => "session.started",
            Self::SessionEnded => "session.ended",
            Self::SessionLocked => "session.locked",
            Self::PasswordReset => "password.reset",
            Self::PasswordChanged => "password.changed",
            Self::ApiKeyRevoked => "api_key.revoked",
            Self::ApiKeyRotated => "api_key.rotated",
            Self::AccessIssued(_) => "access.issued",
            Self::AccessRedeemed => "access.redeemed",
            Self::AccessRevoked => "access.revoked",
            Self::AccessRefused(_) => "access.refused",
            Self::EmailRequeued => "email.requeued",
            Self::ItemMarked => "item.marked",
            Self::FeedRestarted => "feed.restarted",
            Self::KeysChanged(_) => "keys.changed",
            Self::WebhookCreated => "webhook.created",
            Self::WebhookChanged => "webhook.changed",
            Self::WebhookRotated => "webhook.rotated",
            Self::WebhookVerified => "webhook.verified",
            Self::WebhookRequested(_) => "webhook.delivery_requested",
            Self::WebhookDisabled(_) => "webhook.disabled",
            Self::WebhookEnded => "webhook.ended",
        }
    }

    /// Whether any action has this name.
    pub fn is_name(text: &str) -> bool {
        Self::ALL.iter().any(|action| action.as_str() == text)
    }

    /// Reads a name and its detail.
    pub fn parse(name: &str, detail: Option<&str>) -> Option<Self> {
        let issued = ViewMode::ALL.into_iter().map(Self::AccessIssued);
        let refused = AccessRefusal::ALL.into_iter().map(Self::AccessRefused);
        Self::ALL
            .into_iter()
            .chain(issued)
            .chain(refused)
            .chain(KeyChange::ALL.into_iter().map(Self::KeysChanged))
            .chain(RequestedDelivery::ALL.into_iter().map(Self::WebhookRequested))
            .chain(DisabledReason::ALL.into_iter().map(Self::WebhookDisabled))
            .find(|action| action.as_str() == name && action.detail() == detail)
    }

    /// The detail beside the name: the mode that was issued, or the reason for a refusal.
    pub const fn detail(self) -> Option<&'static str> {
        match self {
            Self::AccessIssued(mode) => Some(mode.as_str()),
            Self::AccessRefused(why) => Some(why.as_str()),
            Self::KeysChanged(change) => Some(change.as_str()),
            Self::WebhookRequested(kind) => Some(kind.as_str()),
            Self::WebhookDisabled(why) => Some(why.as_str()),
            _ => None,
        }
    }
}

/// The object of an audit record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditObject {
    /// A clinic.
    Clinic(ClinicId),
    /// An API key.
    ApiKey(ApiKeyId),
    /// An invitation. Its user has the same UUID.
    Invitation(InvitationId),
    /// A user.
    User(UserId),
    /// A dashboard session.
    Session(SessionId),
    /// An email other than an invitation.
    Notice(NoticeId),
    /// A set of keys.
    Keys(KeySet),
    /// A webhook endpoint.
    Webhook(WebhookId),
    /// A temporary access. Records outlive it, so each one also names the user and the study.
    Access {
        /// The access.
        id: AccessId,
        /// The user of the view.
        user: Option<UserId>,
        /// The study of the view.
        study: Option<StudyRef>,
        /// What the view allows.
        mode: Option<ViewMode>,
    },
}

impl fmt::Display for AuditObject {
    /// Writes `clinic:<id>`, `key:<id>`, `keys:<secret>`, or an id whose prefix says its kind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clinic(id) => write!(f, "clinic:{id}"),
            Self::ApiKey(id) => write!(f, "key:{id}"),
            Self::Invitation(id) => id.fmt(f),
            Self::User(id) => id.fmt(f),
            Self::Session(id) => id.fmt(f),
            Self::Notice(id) => id.fmt(f),
            Self::Keys(set) => write!(f, "keys:{}", set.as_str()),
            Self::Webhook(id) => id.fmt(f),
            Self::Access { id, .. } => id.fmt(f),
        }
    }
}

impl AuditObject {
    /// Whether a search for `asked` finds this object. A search for a user also finds their
    /// invitation and their temporary accesses.
    pub fn concerns(&self, asked: &Self) -> bool {
        match (self, asked) {
            (Self::Access { id, .. }, Self::Access { id: asked, .. }) => id == asked,
            (Self::Access { user, .. }, Self::User(asked)) => *user == Some(*asked),
            (Self::Invitation(id), Self::User(asked)) => id.user_id() == *asked,
            (this, asked) => this == asked,
        }
    }

    /// Reads the text that `Display` writes. For an access, this is only its id.
    pub fn parse(text: &str) -> Option<Self> {
        let access = |id| Self::Access { id, user: None, study: None, mode: None };
        let clinic = |text: &str| ClinicId::parse(text.strip_prefix("clinic:")?).ok();
        let key = |text: &str| ApiKeyId::parse(text.strip_prefix("key:")?).ok();
        (UserId::parse(text).map(Self::User).ok())
            .or_else(|| InvitationId::parse(text).map(Self::Invitation).ok())
            .or_else(|| SessionId::parse(text).map(Self::Session).ok())
            .or_else(|| AccessId::parse(text).map(access).ok())
            .or_else(|| NoticeId::parse(text).map(Self::Notice).ok())
            .or_else(|| WebhookId::parse(text).map(Self::Webhook).ok())
            .or_else(|| KeySet::parse(text.strip_prefix("keys:")?).map(Self::Keys))
            .or_else(|| clinic(text).map(Self::Clinic))
            .or_else(|| key(text).map(Self::ApiKey))
    }
}

/// One audit record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// The id of the record. Ids sort by time.
    pub id: AuditId,
    /// The clinic.
    pub clinic: ClinicId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: AuditAction,
    /// What it was done to.
    pub object: AuditObject,
    /// The permissions before.
    pub before: Option<Permissions>,
    /// The permissions after.
    pub after: Option<Permissions>,
    /// The names, if the action set or changed them.
    pub names: NameChange,
    /// The hosts of the webhook, if the action set or changed them.
    pub receiver: ReceiverChange,
    /// The person's role after the action.
    pub role: Option<ClinicRole>,
    /// How often the delivery of the invitation had changed before. The event of this record comes after them.
    pub deliveries: u32,
    /// The network address that the request came from.
    pub ip: Option<String>,
    /// What an access review needs.
    pub review: ReviewFacts,
}

#[cfg(test)]
mod tests;
