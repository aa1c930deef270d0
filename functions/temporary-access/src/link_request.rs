//! The fields that the three requests for a link share.

use domain::grant::{LinkSeconds, ViewSeconds};
use domain::ids::StudyId;
use domain::study::{StudyInstanceUid, StudyRef};
use web::field::{FaultCollector, Field, NotedFault};

/// How long a link can be opened, and how long its view lasts.
#[derive(Clone, Copy)]
pub(crate) struct Lifetimes {
    pub(crate) link: LinkSeconds,
    pub(crate) view: ViewSeconds,
}

impl Lifetimes {
    /// Reads `linkSeconds`, `default` if it is absent, and `viewSeconds`.
    pub(crate) fn read(
        link: Field<LinkSeconds>,
        default: LinkSeconds,
        view: Field<ViewSeconds>,
        faults: &mut FaultCollector,
    ) -> Self {
        Self {
            link: faults.optional(link).unwrap_or(default),
            view: faults.optional(view).unwrap_or_default(),
        }
    }
}

/// Reads `studyId`, `studyInstanceUid`, or both. One is required.
pub(crate) fn read_study(
    id: Field<StudyId>,
    uid: Field<StudyInstanceUid>,
    faults: &mut FaultCollector,
) -> Result<StudyRef, NotedFault> {
    let invalid = id.is_fault() || uid.is_fault();
    match StudyRef::new(faults.optional(id), faults.optional(uid)) {
        Ok(study) => Ok(study),
        // Don't report `study_required` when an invalid one was already reported.
        Err(neither) if invalid => Err(faults.note_if_first("studyId", neither)),
        Err(neither) => Err(faults.note("studyId", neither)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;
    use web::field::{RequestFields, read_object};

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Sample {
        study_id: Field<StudyId>,
        study_instance_uid: Field<StudyInstanceUid>,
        link_seconds: Field<LinkSeconds>,
        view_seconds: Field<ViewSeconds>,
    }

    impl RequestFields for Sample {
        type Values = StudyRef;

        fn read(self, faults: &mut FaultCollector) -> Result<StudyRef, NotedFault> {
            let study = read_study(self.study_id, self.study_instance_uid, faults);
            let link = LinkSeconds::default();
            Lifetimes::read(self.link_seconds, link, self.view_seconds, faults);
            study
        }
    }

    fn faults(body: &serde_json::Value) -> Vec<(String, &'static str)> {
        let members = body.as_object().unwrap().clone();
        let faults = read_object::<Sample>(members).err().unwrap_or_default();
        faults.0.into_iter().map(|f| (f.field, f.code)).collect()
    }

    #[test]
    fn one_study_key_is_enough_and_a_missing_one_is_reported_once() {
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
