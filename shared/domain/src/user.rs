//! A user: a person who confirmed an invitation.

use crate::email::Email;
use crate::ids::{ClinicId, UserId};
use crate::invitation::InvitedBy;
use crate::profile::Profile;
use crate::time::Timestamp;

/// Whether the person may use AutoScribe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserStatus {
    /// Yes, within their permissions.
    Active,
    /// No; data and permissions are kept for a reactivation.
    Deactivated,
}

impl UserStatus {
    /// The status's name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
        }
    }

    /// Reads a status's name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Deactivated]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}

/// A confirmed person in one clinic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Assigned at invitation.
    pub id: UserId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The address that was confirmed.
    pub email: Email,
    /// Names, role and permissions.
    pub profile: Profile,
    /// Whether access is open.
    pub status: UserStatus,
    /// Who invited the person.
    pub invited_by: InvitedBy,
    /// When the person was invited.
    pub created_at: Timestamp,
    /// When the person confirmed.
    pub confirmed_at: Timestamp,
    /// When the person last signed in.
    pub last_login_at: Option<Timestamp>,
    /// Counts the writes, so that none is lost.
    pub version: u64,
}

impl User {
    /// Whether studies can be assigned: active, confirmed, and may create reports now.
    pub fn assignable(&self) -> bool {
        self.status == UserStatus::Active && self.profile.permissions.may_report_now()
    }
}
