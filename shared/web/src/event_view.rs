//! The JSON of events.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::schema::{
    AccessModeName, AccessRefusalName, ClinicRoleName, DeliveryName, EventTypeName, KeyChangeName,
    LevelName, NpiVerification,
};

/// An event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// `whe_` and 32 hex characters. The same event has the same id each time.
    pub id: String,
    /// What happened. Ignore types that you do not know.
    #[serde(rename = "type")]
    #[schema(value_type = EventTypeName)]
    pub kind: String,
    /// When it happened, RFC 3339.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// What it is about. Ignore members that you do not know.
    #[schema(value_type = EventDataView)]
    pub data: Box<RawValue>,
}

/// What an event is about: ids and states. What does not belong to the type is left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "it describes the JSON that `domain::event` writes")]
pub struct EventDataView {
    /// Who did it, as in the audit: `usr_...`, `key:<apiKeyId>`, `inv_...` or `acc_...` (the holder of that
    /// link), `operator`, `system`.
    actor: String,
    /// The invitation.
    #[schema(nullable = false)]
    invitation_id: Option<String>,
    /// The person. The id is known from the invite on.
    #[schema(nullable = false)]
    user_id: Option<String>,
    /// The person's role after the change.
    #[schema(value_type = Option<ClinicRoleName>, nullable = false)]
    clinic_role: Option<String>,
    /// The person's level after the change.
    #[schema(value_type = Option<LevelName>, nullable = false)]
    level: Option<String>,
    /// Whether the person may manage studies after the change.
    #[schema(nullable = false)]
    can_manage_studies: Option<bool>,
    /// Whether the person may create reports after the change. Has effect only while `npiVerification` is
    /// `verified`.
    #[schema(nullable = false)]
    can_create_reports: Option<bool>,
    /// Whether the person may sign in at the dashboard after the change.
    #[schema(nullable = false)]
    has_dashboard_access: Option<bool>,
    /// The verification of the person's NPI after the change.
    #[schema(value_type = Option<NpiVerification>, nullable = false)]
    npi_verification: Option<String>,
    /// The verification before it changed.
    #[schema(value_type = Option<NpiVerification>, nullable = false)]
    previous_npi_verification: Option<String>,
    /// Who was the owner before.
    #[schema(nullable = false)]
    previous_owner_id: Option<String>,
    /// How far the newest email of the invitation has come.
    #[schema(value_type = Option<DeliveryName>, nullable = false)]
    delivery: Option<String>,
    /// How far it had come before.
    #[schema(value_type = Option<DeliveryName>, nullable = false)]
    previous_delivery: Option<String>,
    /// The API key.
    #[schema(nullable = false)]
    api_key_id: Option<String>,
    /// The temporary access.
    #[schema(nullable = false)]
    access_id: Option<String>,
    /// What the view allows.
    #[schema(value_type = Option<AccessModeName>, nullable = false)]
    mode: Option<String>,
    /// Whether the link was opened before the access ended.
    #[schema(nullable = false)]
    opened: Option<bool>,
    /// Why a link did not open, or a view was not renewed.
    #[schema(value_type = Option<AccessRefusalName>, nullable = false)]
    reason: Option<String>,
    /// What a change of the signing keys did.
    #[schema(value_type = Option<KeyChangeName>, nullable = false)]
    step: Option<String>,
}

#[cfg(test)]
mod tests {
    use domain::actor::Actor;
    use domain::audit::AccessRefusal;
    use domain::credentials::key_set::KeyChange;
    use domain::delivery::DeliveryStatus;
    use domain::event::{Event, EventData, EventType, PersonState};
    use domain::ids::{AccessId, ApiKeyId, EventId, InvitationId, UserId};
    use domain::person::ClinicRole;
    use domain::person::permissions::Level;
    use domain::study::ViewMode;
    use domain::time::Timestamp;
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_schema_describes_every_member_of_the_data() {
        let person = PersonState {
            role: Some(ClinicRole::Radiologist),
            level: Level::Admin,
            manage_studies: true,
            create_reports: true,
            dashboard: true,
            verification: "verified",
        };
        let data = EventData {
            invitation: Some(InvitationId::from_bytes([1; 16])),
            user: Some(UserId::from_bytes([1; 16])),
            person: Some(person),
            previous_owner: Some(UserId::from_bytes([2; 16])),
            previous_verification: Some("pending"),
            delivery: Some(DeliveryStatus::Bounced),
            previous_delivery: Some(DeliveryStatus::Sent),
            api_key: Some(ApiKeyId::from_bytes([3; 16])),
            access: Some(AccessId::from_bytes([4; 16])),
            mode: Some(ViewMode::Dictation),
            opened: Some(true),
            refusal: Some(AccessRefusal::Used),
            key_change: Some(KeyChange::InUse),
        };
        let (id, actor) = (EventId::from_bytes([5; 16]), Actor::System);
        let event = Event { id, kind: EventType::AccessEnded, at: Timestamp::EPOCH, actor, data };
        let text = event.data_json();
        serde_json::from_str::<EventDataView>(&text).unwrap();
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(found.as_object().unwrap().len(), 19, "{found}");
    }
}
