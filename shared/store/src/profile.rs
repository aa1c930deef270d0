//! A profile as a map in an item.

use domain::npi::{Attester, Npi, NpiStatus, RegistryName, RegistryText, VerificationBasis};
use domain::person::permissions::{Level, Permissions, RequestedPermissions};
use domain::person::profile::Profile;
use domain::person::vouched::VouchedNames;
use domain::person::{ClinicRole, FullName, NameSuffix, PersonName, PhoneNumber};
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, field, time};

/// All parts of a name, in a profile or an audit record.
#[derive(Serialize, Deserialize)]
pub(crate) struct NameItem {
    #[serde(rename = "fn")]
    first: String,
    #[serde(rename = "mn", default, skip_serializing_if = "Option::is_none")]
    middle: Option<String>,
    #[serde(rename = "ln")]
    last: String,
    #[serde(rename = "s1", default, skip_serializing_if = "Option::is_none")]
    suffix1: Option<String>,
    #[serde(rename = "s2", default, skip_serializing_if = "Option::is_none")]
    suffix2: Option<String>,
}

/// Short attribute names keep an invitation below 1 KB, the unit that DynamoDB charges by.
#[derive(Serialize, Deserialize)]
pub(crate) struct ProfileItem {
    #[serde(flatten)]
    name: NameItem,
    #[serde(rename = "ph", default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(rename = "ro")]
    role: String,
    #[serde(flatten)]
    permissions: PermissionsItem,
    /// The surname that was verified, if it is not the current one.
    #[serde(rename = "vn", default, skip_serializing_if = "Option::is_none")]
    verified_surname: Option<String>,
    /// The surname that someone else last set, if it is not the current one.
    #[serde(rename = "sn", default, skip_serializing_if = "Option::is_none")]
    surname_set_by_others: Option<String>,
    #[serde(rename = "rn", default, skip_serializing_if = "Option::is_none")]
    registry_name: Option<RegistryNameItem>,
}

/// What the registry calls a person.
#[derive(Serialize, Deserialize)]
struct RegistryNameItem {
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    taxonomy: Option<String>,
}

impl From<&RegistryName> for RegistryNameItem {
    fn from(name: &RegistryName) -> Self {
        let text = |part: &Option<RegistryText>| part.as_ref().map(|text| text.as_str().to_owned());
        Self {
            first: text(&name.first),
            last: text(&name.last),
            credential: text(&name.credential),
            taxonomy: text(&name.taxonomy),
        }
    }
}

impl From<RegistryNameItem> for RegistryName {
    fn from(item: RegistryNameItem) -> Self {
        let text = |part: Option<String>| part.and_then(|text| RegistryText::parse(&text));
        Self {
            first: text(item.first),
            last: text(item.last),
            credential: text(item.credential),
            taxonomy: text(item.taxonomy),
        }
    }
}

/// Permissions in a profile or an audit record.
#[derive(Serialize, Deserialize)]
pub(crate) struct PermissionsItem {
    #[serde(rename = "lv")]
    level: String,
    #[serde(rename = "da")]
    dashboard: bool,
    #[serde(rename = "ms")]
    manage_studies: bool,
    #[serde(rename = "cr")]
    create_reports: bool,
    #[serde(rename = "np", default, skip_serializing_if = "Option::is_none")]
    npi: Option<String>,
    #[serde(rename = "nv", default, skip_serializing_if = "Option::is_none")]
    verification: Option<String>,
    /// Who attested the NPI, and when.
    #[serde(rename = "nb", default, skip_serializing_if = "Option::is_none")]
    attested_by: Option<String>,
    #[serde(rename = "na", default, skip_serializing_if = "Option::is_none")]
    attested_at: Option<i64>,
}

impl From<&FullName> for NameItem {
    fn from(name: &FullName) -> Self {
        let text = |name: &PersonName| name.as_str().to_owned();
        let suffix = |suffix: &NameSuffix| suffix.as_str().to_owned();
        Self {
            first: text(&name.first),
            middle: name.middle.as_ref().map(text),
            last: text(&name.last),
            suffix1: name.suffix1.as_ref().map(suffix),
            suffix2: name.suffix2.as_ref().map(suffix),
        }
    }
}

impl From<&Profile> for ProfileItem {
    fn from(profile: &Profile) -> Self {
        let text = |name: &PersonName| name.as_str().to_owned();
        Self {
            name: (&profile.name).into(),
            phone: profile.phone.as_ref().map(|p| p.as_str().to_owned()),
            role: profile.role.as_str().to_owned(),
            permissions: (&profile.permissions).into(),
            verified_surname: profile.vouched.verified.as_ref().map(text),
            surname_set_by_others: profile.vouched.set_by_others.as_ref().map(text),
            registry_name: profile.vouched.registry.as_ref().map(Into::into),
        }
    }
}

impl From<&Permissions> for PermissionsItem {
    fn from(permissions: &Permissions) -> Self {
        let npi = permissions.npi();
        let attested = match npi {
            Some((_, NpiStatus::Verified(VerificationBasis::Attested { by, at }))) => {
                Some((by, at))
            }
            _ => None,
        };
        Self {
            level: permissions.level().as_str().to_owned(),
            dashboard: permissions.has_dashboard_access(),
            manage_studies: permissions.manage_studies,
            create_reports: permissions.can_create_reports(),
            npi: npi.map(|(npi, _)| npi.as_str().to_owned()),
            verification: npi.map(|(_, verification)| verification.as_str().to_owned()),
            attested_by: attested.map(|(by, _)| by.to_string()),
            attested_at: attested.map(|(_, at)| at.millis()),
        }
    }
}

impl From<NameItem> for FullName {
    fn from(item: NameItem) -> Self {
        Self {
            first: PersonName::from_stored(item.first),
            middle: item.middle.map(PersonName::from_stored),
            last: PersonName::from_stored(item.last),
            suffix1: item.suffix1.map(NameSuffix::from_stored),
            suffix2: item.suffix2.map(NameSuffix::from_stored),
        }
    }
}

impl TryFrom<ProfileItem> for Profile {
    type Error = BadField;

    fn try_from(item: ProfileItem) -> Result<Self, BadField> {
        Ok(Self {
            name: item.name.into(),
            phone: item.phone.map(|p| field("p.ph", PhoneNumber::parse(&p))).transpose()?,
            role: field("p.ro", ClinicRole::parse(&item.role))?,
            permissions: item.permissions.try_into()?,
            vouched: VouchedNames {
                verified: item.verified_surname.map(PersonName::from_stored),
                set_by_others: item.surname_set_by_others.map(PersonName::from_stored),
                registry: item.registry_name.map(Into::into),
            },
        })
    }
}

impl TryFrom<PermissionsItem> for Permissions {
    type Error = BadField;

    fn try_from(item: PermissionsItem) -> Result<Self, BadField> {
        let npi = match &item.npi {
            None => None,
            Some(npi) => Some((field("p.np", Npi::parse(npi))?, verification(&item)?)),
        };
        let wanted = RequestedPermissions {
            level: field("p.lv", Level::parse(&item.level))?,
            manage_studies: item.manage_studies,
            create_reports: item.create_reports,
            dashboard: item.dashboard,
            npi,
        };
        Self::grant(wanted).map_err(|_| BadField("p.cr"))
    }
}

fn verification(item: &PermissionsItem) -> Result<NpiStatus, BadField> {
    let state = item.verification.as_deref().and_then(NpiStatus::parse);
    let state = state.ok_or(BadField("p.nv"))?;
    match (state, &item.attested_by, item.attested_at) {
        (_, None, None) => Ok(state),
        (NpiStatus::Verified(_), Some(by), Some(at)) => {
            Ok(NpiStatus::Verified(VerificationBasis::Attested {
                by: Attester::parse(by).ok_or(BadField("p.nb"))?,
                at: time("p.na", at)?,
            }))
        }
        _ => Err(BadField("p.nb")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::UserId;
    use domain::person::permissions::{AccessLevel, Reporting};
    use domain::time::Timestamp;

    #[test]
    fn a_stored_name_is_read_although_todays_rules_refuse_it() {
        let refused = "St.Com";
        assert!(PersonName::parse(refused).is_err());
        let item = NameItem {
            first: refused.to_owned(),
            middle: Some(refused.to_owned()),
            last: refused.to_owned(),
            suffix1: Some("a\u{200b}".to_owned()),
            suffix2: None,
        };
        let name = FullName::from(item);
        assert_eq!((name.first.as_str(), name.last.as_str()), (refused, refused));
    }

    fn permissions(verification: NpiStatus) -> Permissions {
        Permissions {
            access_level: AccessLevel::Member { dashboard: false },
            manage_studies: false,
            reporting: Reporting::WithNpi {
                npi: Npi::parse("1234567893").unwrap(),
                verification,
                granted: true,
            },
        }
    }

    #[test]
    fn every_verification_survives_its_item_with_its_basis() {
        let attested =
            |by| NpiStatus::Verified(VerificationBasis::Attested { by, at: Timestamp::EPOCH });
        for state in [
            NpiStatus::Pending,
            NpiStatus::Verified(VerificationBasis::Registry),
            attested(Attester::User(UserId::from_bytes([1; 16]))),
            attested(Attester::Operator),
            NpiStatus::NameMismatch,
            NpiStatus::NotFound,
            NpiStatus::Deactivated,
        ] {
            let item = PermissionsItem::from(&permissions(state));
            assert_eq!(
                item.verification.as_deref(),
                Some(state.as_str()),
                "the stored name is the one in JSON"
            );
            assert_eq!(Permissions::try_from(item).unwrap(), permissions(state));
        }
    }

    #[test]
    fn an_attestation_needs_a_person_a_time_and_a_verified_npi() {
        let by = UserId::from_bytes([1; 16]).to_string();
        let verified = NpiStatus::Verified(VerificationBasis::Registry);
        for (state, attested_by, attested_at) in [
            (verified, Some(by.clone()), None),
            (verified, None, Some(0)),
            (verified, Some("not an id".to_owned()), Some(0)),
            (NpiStatus::Pending, Some(by), Some(0)),
        ] {
            let item = PermissionsItem { attested_by, attested_at, ..(&permissions(state)).into() };
            assert_eq!(Permissions::try_from(item).unwrap_err().0, "p.nb");
        }
    }
}
