//! What the three requests for a link have in common.

use domain::field::Refused;
use domain::grant::{LinkSeconds, ViewSeconds};
use domain::ids::{NotAnId, StudyId, UserId};
use domain::study::{StudyInstanceUid, StudyRef};
use web::fields::Fields;

/// How long link and view are to live.
#[derive(Clone, Copy)]
pub(crate) struct Lifetimes {
    pub(crate) link: LinkSeconds,
    pub(crate) view: ViewSeconds,
}

impl Lifetimes {
    /// `linkSeconds` and `viewSeconds`.
    pub(crate) fn read(fields: &mut Fields, link: LinkSeconds) -> Self {
        Self {
            link: fields.optional_whole("linkSeconds", LinkSeconds::new).unwrap_or(link),
            view: fields.optional_whole("viewSeconds", ViewSeconds::new).unwrap_or_default(),
        }
    }
}

/// `studyId`, `studyInstanceUid`, or both; never neither. `None` means that a fault was noted.
pub(crate) fn study(fields: &mut Fields) -> Option<StudyRef> {
    let given = ["studyId", "studyInstanceUid"].map(|name| fields.holds_value(name));
    let refused = |NotAnId(shape)| Refused::new("id_invalid", shape);
    let id = fields.optional("studyId", |text| StudyId::parse(text).map_err(refused));
    let uid = fields.optional("studyInstanceUid", StudyInstanceUid::parse);
    if given != [id.is_some(), uid.is_some()] {
        return None;
    }
    match StudyRef::new(id, uid) {
        Ok(study) => Some(study),
        Err(neither) => fields.fault("studyId", neither),
    }
}

/// Reads a user's id.
pub(crate) fn user(text: &str) -> Result<UserId, Refused> {
    UserId::parse(text).map_err(|NotAnId(shape)| Refused::new("id_invalid", shape))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(body: &serde_json::Value) -> Vec<(String, &'static str)> {
        let mut fields = Fields::new(body.as_object().unwrap().clone());
        let _ = study(&mut fields);
        let _ = Lifetimes::read(&mut fields, LinkSeconds::default());
        let faults = fields.finish(()).err().unwrap_or_default();
        faults.0.into_iter().map(|f| (f.field, f.code)).collect()
    }

    #[test]
    fn one_study_key_is_enough_and_none_is_told_once() {
        let id = format!("stu_{}", "0a".repeat(16));
        for good in [
            json!({ "studyId": id }),
            json!({ "studyInstanceUid": "1.2" }),
            json!({ "studyId": id, "studyInstanceUid": "1.2", "linkSeconds": 15, "viewSeconds": 43200 }),
        ] {
            assert_eq!(faults(&good), []);
        }
        let required = vec![("studyId".to_owned(), "study_required")];
        assert_eq!(faults(&json!({})), required);
        assert_eq!(faults(&json!({ "studyId": null })), required);
        let wrong = json!({ "studyId": "x", "studyInstanceUid": "1.02", "linkSeconds": 14, "viewSeconds": 1.5 });
        let codes: Vec<_> = faults(&wrong).into_iter().map(|(_, code)| code).collect();
        let expected =
            ["id_invalid", "study_instance_uid_invalid", "link_seconds_range", "wrong_type"];
        assert_eq!(codes, expected);
    }
}
