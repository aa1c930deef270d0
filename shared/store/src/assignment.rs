//! Assignments: who reads a study.

use domain::actor::Issuer;
use domain::ids::{ClinicId, UserId};
use domain::study::{Assignment, StudyRef};
use domain::user::User;
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, StudyItem, issuer, issuer_text, time};
use crate::item::RawItem;
use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, key};

#[derive(Serialize, Deserialize)]
struct AssignmentItem {
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(flatten)]
    study: StudyItem,
    #[serde(rename = "us")]
    reader: String,
    #[serde(rename = "by")]
    assigned_by: String,
    #[serde(rename = "ca")]
    assigned_at: i64,
    #[serde(rename = "v")]
    version: u64,
}

impl From<&Assignment> for AssignmentItem {
    fn from(assignment: &Assignment) -> Self {
        Self {
            clinic: assignment.clinic.to_string(),
            study: (&assignment.study).into(),
            reader: assignment.reader.to_string(),
            assigned_by: issuer_text(assignment.assigned_by),
            assigned_at: assignment.assigned_at.millis(),
            version: assignment.version,
        }
    }
}

impl TryFrom<AssignmentItem> for Assignment {
    type Error = BadField;

    fn try_from(item: AssignmentItem) -> Result<Self, BadField> {
        let assigned_by: Issuer = issuer(&item.assigned_by)?;
        Ok(Self {
            clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
            study: item.study.study()?,
            reader: UserId::parse(&item.reader).map_err(|_| BadField("us"))?,
            assigned_by,
            assigned_at: time("ca", item.assigned_at)?,
            version: item.version,
        })
    }
}

impl Store {
    /// Loads the assignment of a study, if it has a reader.
    pub async fn load_assignment(
        &self,
        clinic: ClinicId,
        study: &StudyRef,
    ) -> Result<Option<Assignment>, StoreError> {
        let found = self.get(&key::assignment(clinic, study)).await?;
        found.map(|item| self.decode_assignment(&item)).transpose()
    }

    /// Loads the future reader of a study and its current assignment in one read.
    pub async fn load_reader_and_assignment(
        &self,
        clinic: ClinicId,
        reader: UserId,
        study: &StudyRef,
    ) -> Result<(Option<User>, Option<Assignment>), StoreError> {
        let keys = [key::user(clinic, reader), key::assignment(clinic, study)];
        let mut found = self.get_all(&keys).await?.into_iter();
        let (user, assignment) = (found.next().flatten(), found.next().flatten());
        Ok((
            user.map(|item| self.decode_user(&item)).transpose()?,
            assignment.map(|i| self.decode_assignment(&i)).transpose()?,
        ))
    }

    fn decode_assignment(&self, raw: &RawItem) -> Result<Assignment, StoreError> {
        self.decode_with(raw, |item: AssignmentItem| item.try_into())
    }
}

impl Transaction {
    /// Writes an assignment if the stored version is the previous one.
    pub fn put_assignment(&mut self, assignment: &Assignment) -> Result<(), StoreError> {
        let before = assignment.version.saturating_sub(1);
        let expect = if before == 0 { Precondition::Absent } else { Precondition::Version(before) };
        self.put(
            Part::Assignment,
            key::assignment(assignment.clinic, &assignment.study),
            &AssignmentItem::from(assignment),
            None,
            &expect,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::StudyId;
    use domain::study::StudyInstanceUid;
    use domain::time::Timestamp;

    #[test]
    fn an_assignment_survives_its_item() {
        let uid = StudyInstanceUid::parse("1.2.840.1").unwrap();
        let id = StudyId::from_bytes([1; 16]);
        for study in [StudyRef::Id(id), StudyRef::Uid(uid), StudyRef::Both(id, uid)] {
            let assignment = Assignment {
                clinic: ClinicId::from_bytes([2; 16]),
                study,
                reader: UserId::from_bytes([3; 16]),
                assigned_by: Issuer::User(UserId::from_bytes([4; 16])),
                assigned_at: Timestamp::EPOCH,
                version: 3,
            };
            let item: serde_dynamo::Item =
                serde_dynamo::to_item(AssignmentItem::from(&assignment)).unwrap();
            let item: AssignmentItem = serde_dynamo::from_item(item).unwrap();
            assert_eq!(Assignment::try_from(item).unwrap(), assignment);
        }
    }
}
