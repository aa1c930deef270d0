//! The JSON of an invitation.

use domain::actor::{Actor, Inviter};
use domain::invitation::Invitation;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema::{DeliveryName, InvitationStatusName, InvitedSource};
use crate::view::PersonView;

/// An invitation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    /// `inv_` and 32 hex characters.
    pub invitation_id: String,
    /// The user's id. Acceptance does not change it.
    pub user_id: String,
    /// The clinic's UUID.
    pub clinic_id: String,
    /// The person.
    #[serde(flatten)]
    pub person: PersonView,
    /// The status of the invitation. `expiry` says whether it has expired.
    #[schema(value_type = InvitationStatusName)]
    pub status: &'static str,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub expiry: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Where the invitation came from.
    #[schema(value_type = InvitedSource)]
    pub invited_source: &'static str,
    /// Null when invited by API.
    pub inviter_id: Option<String>,
    /// First and last name of the inviter. Only in answers to GET at the dashboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub inviter_name: Option<String>,
    /// Null when invited at the dashboard.
    pub invited_by_api_key_id: Option<String>,
    /// What the API key that invited is for. Only in answers to GET at the dashboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub api_key_description: Option<String>,
    /// Who last set the permissions: `usr_...`, `key:<apiKeyId>` or `operator`.
    pub granted_by: String,
    /// First and last name of the person who last set the permissions, or the description of the API key. Only in
    /// answers to GET at the dashboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub granted_by_name: Option<String>,
    /// Whether the newest email arrived.
    #[schema(value_type = DeliveryName)]
    pub delivery: &'static str,
    /// The reason from the email service, if something went wrong.
    pub delivery_detail: Option<String>,
    /// Why the person declined, in their words. Only if they said why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reject_reason: Option<String>,
    /// How many emails were sent or queued, including resends.
    pub send_count: u32,
}

impl From<&Invitation> for InvitationView {
    fn from(invitation: &Invitation) -> Self {
        let details = invitation.details();
        let (inviter_id, invited_by_api_key_id) = match details.invited_by {
            Inviter::User(id) => (Some(id.to_string()), None),
            Inviter::ApiKey(id) => (None, Some(id.to_string())),
            Inviter::Operator => (None, None),
        };
        let reject_reason = match invitation {
            Invitation::Rejected(ended) => ended.reason.as_ref().map(|why| why.as_str().to_owned()),
            _ => None,
        };
        Self {
            invitation_id: details.id.to_string(),
            user_id: details.id.user_id().to_string(),
            clinic_id: details.clinic.to_string(),
            person: PersonView::new(&details.email, &details.profile),
            status: invitation.status().as_str(),
            expiry: details.expiry.to_string(),
            created_at: details.created_at.to_string(),
            updated_at: details.updated_at.to_string(),
            invited_source: details.invited_by.source(),
            inviter_id,
            inviter_name: None,
            invited_by_api_key_id,
            api_key_description: None,
            granted_by: Actor::from(details.granted_by).to_string(),
            granted_by_name: None,
            delivery: details.email_delivery.status.as_str(),
            delivery_detail: details.email_delivery.detail.clone(),
            reject_reason,
            send_count: details.generation,
        }
    }
}
