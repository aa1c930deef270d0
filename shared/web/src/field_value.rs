//! How the values of fields are read from JSON.

use domain::clinic::{ClinicName, InvitationDays, TimeZone};
use domain::credentials::api_key::{AccessScope, KeyDescription, OverlapHours, Scope};
use domain::credentials::password::Password;
use domain::delivery::DeliveryStatus;
use domain::embed::EmbedOrigin;
use domain::event::EventType;
use domain::field::{FieldFaults, Refusal};
use domain::grant::{Layout, LinkSeconds, RetrievalId, ViewSeconds, ViewportLabel};
use domain::ids::{AccessId, ClinicId, DeliveryId, InvitationId, StudyId, UserId};
use domain::invitation::RejectReason;
use domain::npi::Npi;
use domain::person::email::Email;
use domain::person::permissions::{AssignableLevel, Level};
use domain::person::{ClinicRole, NameSuffix, PersonName, PhoneNumber};
use domain::session::IdleMinutes;
use domain::study::StudyInstanceUid;
use domain::time::Timestamp;
use domain::user::UserStatus;
use domain::webhook::ReceiverUrl;
use serde_json::Value;

use crate::field::{FieldValue, RequestFields, read_object};

const NOT_TEXT: Refusal = Refusal::new("wrong_type", "Send a string.");
const NOT_BOOL: Refusal = Refusal::new("wrong_type", "Send true or false.");
const NOT_WHOLE: Refusal = Refusal::new("wrong_type", "Send a whole number.");
const NOT_LIST: Refusal = Refusal::new("wrong_type", "Send a list.");
const NOT_OBJECT: Refusal = Refusal::new("wrong_type", "Send an object.");

/// Reads a value that is sent as a string. Spaces around it are ignored, because people paste them.
pub fn read_text<T, E: Into<Refusal>>(
    value: &Value,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, FieldFaults> {
    read_exact_text(value, |text| parse(text.trim()))
}

/// Reads a value that is sent as a string, in which spaces count.
fn read_exact_text<T, E: Into<Refusal>>(
    value: &Value,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, FieldFaults> {
    let parsed = value.as_str().ok_or(NOT_TEXT).and_then(|text| parse(text).map_err(E::into));
    parsed.map_err(at_value)
}

/// Reads a whole number of 0 or more, which JSON may spell as `60`, `60.0` or `6e1`. One that is too large for
/// `u32` becomes its largest.
pub(crate) fn whole_number(value: &Value) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number is whole and not negative, and the cast stops at the largest"
    )]
    value.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0).map(|number| number as u32)
}

/// Reads a value that is sent as a whole number.
fn read_whole<T>(
    value: &Value,
    parse: impl FnOnce(u32) -> Result<T, Refusal>,
) -> Result<T, FieldFaults> {
    whole_number(value).ok_or(NOT_WHOLE).and_then(parse).map_err(at_value)
}

fn at_value(refused: Refusal) -> FieldFaults {
    refused.at("").into()
}

macro_rules! texts {
    ($($value:ty: $parse:expr;)*) => {$(
        impl FieldValue for $value {
            fn from_json(value: Value) -> Result<Self, FieldFaults> {
                read_text(&value, $parse)
            }
        }
    )*};
}

macro_rules! exact_texts {
    ($($value:ty: $parse:expr;)*) => {$(
        impl FieldValue for $value {
            fn from_json(value: Value) -> Result<Self, FieldFaults> {
                read_exact_text(&value, $parse)
            }
        }
    )*};
}

macro_rules! wholes {
    ($($value:ty: $parse:expr;)*) => {$(
        impl FieldValue for $value {
            fn from_json(value: Value) -> Result<Self, FieldFaults> {
                read_whole(&value, $parse)
            }
        }
    )*};
}

texts! {
    AccessId: Self::parse;
    AccessScope: Self::parse;
    AssignableLevel: Self::parse;
    ClinicId: Self::parse;
    ClinicRole: Self::parse;
    DeliveryStatus: |text| Self::parse(text).ok_or(Refusal::new(
        "delivery_unknown",
        "Send queued, sent, delivered, delayed, bounced, complained or failed.",
    ));
    DeliveryId: Self::parse;
    EventType: |text| Self::parse(text).ok_or(Refusal::new(
        "event_type_unknown",
        "Send a type of event, such as invitation.accepted.",
    ));
    KeyDescription: Self::parse;
    Email: Self::parse;
    EmbedOrigin: Self::parse;
    InvitationId: Self::parse;
    Layout: Self::parse;
    Level: Self::parse;
    NameSuffix: Self::parse;
    Npi: Self::parse;
    PersonName: Self::parse;
    ClinicName: Self::parse;
    PhoneNumber: Self::parse;
    ReceiverUrl: Self::parse;
    RejectReason: Self::parse;
    Scope: Self::parse;
    StudyId: Self::parse;
    // DICOM files pad a UID with a NUL.
    StudyInstanceUid: |text| Self::parse(text.trim_end_matches('\0'));
    TimeZone: Self::parse;
    Timestamp: |text| Self::parse(text).map_err(|_| Refusal::new(
        "time_invalid",
        "Send an RFC 3339 time such as 2026-12-01T09:30:00Z.",
    ));
    UserId: Self::parse;
    UserStatus: |text| Self::parse(text)
        .ok_or(Refusal::new("status_unknown", "Send active, deactivated or released."));
}

exact_texts! {
    Password: Self::parse;
    RetrievalId: Self::parse;
    ViewportLabel: Self::parse;
}

wholes! {
    IdleMinutes: |number| Self::new(u8::try_from(number).unwrap_or(u8::MAX));
    InvitationDays: |number| Self::new(u8::try_from(number).unwrap_or(u8::MAX));
    LinkSeconds: Self::new;
    OverlapHours: Self::new;
    ViewSeconds: Self::new;
}

/// A token or another text that someone copies, without the spaces around it.
impl FieldValue for String {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        match value {
            Value::String(text) => Ok(text.trim().to_owned()),
            _ => Err(at_value(NOT_TEXT)),
        }
    }
}

impl FieldValue for bool {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        value.as_bool().ok_or_else(|| at_value(NOT_BOOL))
    }
}

/// An element of a list. It may be null.
impl<T: FieldValue> FieldValue for Option<T> {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        if value.is_null() { Ok(None) } else { T::from_json(value).map(Some) }
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        let Value::Array(values) = value else {
            return Err(at_value(NOT_LIST));
        };
        let (mut items, mut faults) = (Self::with_capacity(values.len()), FieldFaults::default());
        for (at, value) in values.into_iter().enumerate() {
            match T::from_json(value) {
                Ok(item) => items.push(item),
                Err(found) => faults.0.extend(found.within(&format!("[{at}]")).0),
            }
        }
        faults.or(items)
    }
}

/// An object inside a request, declared like a request.
#[derive(Debug)]
pub struct Nested<R: RequestFields>(pub R::Values);

impl<R: RequestFields> FieldValue for Nested<R> {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        match value {
            Value::Object(members) => {
                read_object::<R>(members).map(Self).map_err(|faults| faults.within("."))
            }
            _ => Err(at_value(NOT_OBJECT)),
        }
    }
}
