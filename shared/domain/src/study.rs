//! Studies: how they are named, and who reads them. This service holds no images.

use std::fmt;

use crate::actor::Issuer;
use crate::field::Refusal;
use crate::ids::{ClinicId, StudyId, UserId};
use crate::time::Timestamp;

/// The most characters in a DICOM UID (PS3.5 section 9.1).
const MAX_UID: usize = 64;

/// A DICOM Study Instance UID: at most 64 digits and dots (PS3.5 section 9.1). No component is empty,
/// and only the component `0` starts with a zero. The padding of VR UI is refused, because only files
/// use it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StudyInstanceUid {
    text: [u8; MAX_UID],
    length: usize,
}

impl StudyInstanceUid {
    /// Reads a UID.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const INVALID: Refusal = Refusal::new(
            "study_instance_uid_invalid",
            "Send a DICOM UID of at most 64 characters: numbers without leading zeros, separated by dots.",
        );
        let component = |c: &str| {
            let digits = !c.is_empty() && c.bytes().all(|b| b.is_ascii_digit());
            digits && (c == "0" || !c.starts_with('0'))
        };
        if text.len() > MAX_UID || !text.split('.').all(component) {
            return Err(INVALID);
        }
        let mut padded = [0; MAX_UID];
        padded[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { text: padded, length: text.len() })
    }

    /// The UID's text.
    pub fn as_str(&self) -> &str {
        // Always ASCII, because only `parse` makes one.
        std::str::from_utf8(&self.text[..self.length]).unwrap_or_default()
    }
}

impl fmt::Debug for StudyInstanceUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StudyInstanceUid(redacted)")
    }
}

/// A reference to a study: the platform's id, the DICOM UID, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudyRef {
    /// Only `studyId`.
    Id(StudyId),
    /// Only `studyInstanceUid`.
    Uid(StudyInstanceUid),
    /// Both names.
    Both(StudyId, StudyInstanceUid),
}

impl StudyRef {
    /// Refers to the study with these names.
    pub fn new(id: Option<StudyId>, uid: Option<StudyInstanceUid>) -> Result<Self, Refusal> {
        const NEITHER: Refusal =
            Refusal::new("study_required", "Send studyId, studyInstanceUid or both.");
        match (id, uid) {
            (Some(id), Some(uid)) => Ok(Self::Both(id, uid)),
            (Some(id), None) => Ok(Self::Id(id)),
            (None, Some(uid)) => Ok(Self::Uid(uid)),
            (None, None) => Err(NEITHER),
        }
    }

    /// `studyId`.
    pub fn id(&self) -> Option<StudyId> {
        match self {
            Self::Id(id) | Self::Both(id, _) => Some(*id),
            Self::Uid(_) => None,
        }
    }

    /// `studyInstanceUid`.
    pub fn uid(&self) -> Option<&StudyInstanceUid> {
        match self {
            Self::Uid(uid) | Self::Both(_, uid) => Some(uid),
            Self::Id(_) => None,
        }
    }

    /// The name of the study in links and in the key of its assignment. The platform's id comes first,
    /// because modalities sometimes give the same UID to two studies.
    pub fn key(&self) -> String {
        match self {
            Self::Id(id) | Self::Both(id, _) => id.to_string(),
            Self::Uid(uid) => uid.as_str().to_owned(),
        }
    }
}

/// What a view allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewMode {
    /// Read the study and dictate its report.
    Dictation,
    /// Read the study.
    ViewerOnly,
}

impl ViewMode {
    /// Both modes.
    pub const ALL: [Self; 2] = [Self::Dictation, Self::ViewerOnly];

    /// The `scope` of a view token (RFC 9068).
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Dictation => "study:read report:write",
            Self::ViewerOnly => "study:read",
        }
    }

    /// The stored name of the mode.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dictation => "dictation",
            Self::ViewerOnly => "viewer_only",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// The assignment of a study to its reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The clinic.
    pub clinic: ClinicId,
    /// The study.
    pub study: StudyRef,
    /// The user who reads it.
    pub reader: UserId,
    /// Who assigned it.
    pub assigned_by: Issuer,
    /// When it was assigned.
    pub assigned_at: Timestamp,
    /// Counts the writes, starting at 1.
    pub version: u64,
}

impl Assignment {
    /// Assigns the study to `reader`. Returns `None` if `reader` already has it `before`.
    #[must_use = "an assignment does nothing until the store writes it"]
    pub fn assign(
        reader: UserId,
        (clinic, study): (ClinicId, StudyRef),
        before: Option<&Self>,
        assigned_by: Issuer,
        now: Timestamp,
    ) -> Option<Self> {
        let changes = before.is_none_or(|held| held.reader != reader);
        changes.then(|| Self {
            clinic,
            study,
            reader,
            assigned_by,
            assigned_at: now,
            version: before.map_or(0, |held| held.version) + 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ApiKeyId;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_accepted_uid_reads_as_itself_and_nothing_panics(text in any::<String>()) {
            if let Ok(uid) = StudyInstanceUid::parse(&text) {
                prop_assert_eq!(uid.as_str(), text);
            }
        }

        #[test]
        fn numbers_separated_by_dots_are_a_uid(parts in proptest::collection::vec(any::<u32>(), 1..6)) {
            let text = parts.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
            prop_assume!(text.len() <= MAX_UID);
            let uid = StudyInstanceUid::parse(&text).unwrap();
            prop_assert_eq!(uid.as_str(), &text);
            for wrong in [format!("{text}."), format!(".{text}"), format!("{text}.01"), format!("{text}\0"), format!("{text}.1a")] {
                prop_assert!(StudyInstanceUid::parse(&wrong).is_err());
            }
        }
    }

    #[test]
    fn a_uid_has_at_most_64_characters_no_empty_component_and_no_leading_zero() {
        let longest = format!("1.2.{}", "9".repeat(60));
        for right in ["1.2.840.10008.5.1.4.1.1.2", "2.25.0", "0.0", &longest] {
            assert!(StudyInstanceUid::parse(right).is_ok(), "{right}");
        }
        let longer = format!("{longest}9");
        for wrong in ["", ".", "1..2", "1.02", "00", "1.2.840 ", "1.-2", "1.٢", &longer] {
            let refused = StudyInstanceUid::parse(wrong).unwrap_err();
            assert_eq!(refused.code, "study_instance_uid_invalid", "{wrong}");
        }
    }

    #[test]
    fn a_study_has_at_least_one_name_and_its_id_comes_first() {
        let id = StudyId::from_bytes([1; 16]);
        let uid = StudyInstanceUid::parse("1.2.3").unwrap();
        assert_eq!(StudyRef::new(None, None).unwrap_err().code, "study_required");
        let both = StudyRef::new(Some(id), Some(uid)).unwrap();
        assert_eq!((both.id(), both.uid()), (Some(id), Some(&uid)));
        assert_eq!(both.key(), StudyRef::Id(id).key());
        assert_eq!(StudyRef::Uid(uid).key(), "1.2.3");
        assert!(!format!("{both:?}").contains("1.2.3"));
    }

    #[test]
    fn assigning_to_the_same_reader_changes_nothing() {
        let what = (ClinicId::from_bytes([1; 16]), StudyRef::Id(StudyId::from_bytes([2; 16])));
        let by = Issuer::ApiKey(ApiKeyId::from_bytes([3; 16]));
        let (ada, eve) = (UserId::from_bytes([4; 16]), UserId::from_bytes([5; 16]));
        let first = Assignment::assign(ada, what, None, by, Timestamp::EPOCH).unwrap();
        assert_eq!(first.version, 1);
        assert_eq!(Assignment::assign(ada, what, Some(&first), by, Timestamp::EPOCH), None);
        let next = Assignment::assign(eve, what, Some(&first), by, Timestamp::EPOCH).unwrap();
        assert_eq!((next.reader, next.version), (eve, 2));
    }
}
