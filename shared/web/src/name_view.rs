//! The JSON of names: a person's own, and what the NPI registry calls them.

use domain::npi::{RegistryName, RegistryText};
use domain::person::{FullName, NameSuffix, PersonName};
use serde::Serialize;
use utoipa::ToSchema;

/// All parts of a person's name. A part that the person does not have is left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NameView {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Suffix such as `Jr.` or `MD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix1: Option<String>,
    /// Second suffix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix2: Option<String>,
}

impl From<&FullName> for NameView {
    fn from(name: &FullName) -> Self {
        let text = |part: &PersonName| part.as_str().to_owned();
        let suffix = |suffix: &NameSuffix| suffix.as_str().to_owned();
        Self {
            first_name: text(&name.first),
            last_name: text(&name.last),
            middle_name: name.middle.as_ref().map(text),
            suffix1: name.suffix1.as_ref().map(suffix),
            suffix2: name.suffix2.as_ref().map(suffix),
        }
    }
}

/// A person's name in the NPI registry. A part that the registry does not have is left out.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegistryNameView {
    /// First name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_name: Option<String>,
    /// Credential such as `MD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub credential: Option<String>,
    /// Primary taxonomy such as `Radiology, Diagnostic Radiology`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub taxonomy: Option<String>,
}

impl From<&RegistryName> for RegistryNameView {
    fn from(name: &RegistryName) -> Self {
        let text = |part: &Option<RegistryText>| part.as_ref().map(|text| text.as_str().to_owned());
        Self {
            first_name: text(&name.first),
            last_name: text(&name.last),
            credential: text(&name.credential),
            taxonomy: text(&name.taxonomy),
        }
    }
}
