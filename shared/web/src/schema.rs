//! The values of enumerated fields, for openapi.json.

use domain::audit::AccessRefusal;
use domain::credentials::api_key::{AccessScope, KeyStatus, Scope};
use domain::credentials::key_set::KeyChange;
use domain::delivery::DeliveryStatus;
use domain::event::EventType;
use domain::grant::GrantStatus;
use domain::invitation::InvitationStatus;
use domain::person::ClinicRole;
use domain::study::ViewMode;
use domain::webhook::{DeliveryState, DisabledReason, SendFailure, WebhookStatus};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $values:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let values: Vec<String> = $values.into_iter().map(str::to_owned).collect();
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values)).into()
            }
        }
        impl ToSchema for $name {}
    )*};
}

names! {
    /// `clinicRole`.
    ClinicRoleName = ClinicRole::ALL.iter().map(|r| r.as_str());
    /// `level` of a user.
    LevelName = ["owner", "admin", "member"];
    /// `level` that a request may assign.
    AssignableLevelName = ["admin", "member"];
    /// `npiVerification`.
    NpiVerification = ["not_required", "pending", "verified", "name_mismatch", "not_found", "deactivated"];
    /// What the NPI registry says of a number.
    NpiLookupStatus = ["active", "verified", "name_mismatch", "not_found", "deactivated", "pending"];
    /// `status` of an invitation.
    InvitationStatusName = InvitationStatus::ALL.map(InvitationStatus::as_str);
    /// `status` of a user.
    UserStatusName = ["active", "deactivated", "released"];
    /// `invitedSource`.
    InvitedSource = ["api", "dashboard"];
    /// One of an API key's scopes.
    ScopeName = Scope::ALL.map(Scope::as_str);
    /// `status` of an API key.
    ApiKeyStatusName = [KeyStatus::Active, KeyStatus::Expired, KeyStatus::Revoked].map(KeyStatus::as_str);
    /// `keys`, when a manager goes.
    KeyDecisionName = ["end", "keep"];
    /// `accessScope` of an API key.
    AccessScopeName = [AccessScope::All, AccessScope::Own].map(AccessScope::as_str);
    /// `status` of a temporary access.
    AccessStatusName = GrantStatus::ALL.map(GrantStatus::as_str);
    /// `mode` of a temporary access.
    AccessModeName = ViewMode::ALL.map(ViewMode::as_str);
    /// `delivery`.
    DeliveryName = DeliveryStatus::ALL.map(DeliveryStatus::as_str);
    /// `type` of an event.
    EventTypeName = EventType::ALL.map(EventType::as_str);
    /// `reason` of a link that did not open, or of a view that was not renewed.
    AccessRefusalName = AccessRefusal::ALL.map(AccessRefusal::as_str);
    /// `step` of a change of the signing keys.
    KeyChangeName = KeyChange::ALL.map(KeyChange::as_str);
    /// `status` of a webhook endpoint.
    WebhookStatusName = WebhookStatus::NAMES;
    /// `disabledReason` of a webhook endpoint. `failing`: the receiver failed for five days, or another URL did not
    /// answer the challenge for three days.
    DisabledReasonName = DisabledReason::ALL.map(DisabledReason::as_str);
    /// `status` of a delivery.
    DeliveryStateName = DeliveryState::NAMES;
    /// `failure` of a delivery.
    SendFailureName = SendFailure::ALL.map(SendFailure::as_str);
    /// `expired`.
    ExpiredFilter = ["all", "expired", "not-expired"];
    /// The form of an access review.
    ReviewFormatName = ["json", "csv"];
}
