//! What an access review reads. `events` keeps it from the audit records of the stream, and it can be kept again
//! from the audit at any time.
//!
//! Records of people and keys stand under their object, those of views under the day and the person. The days of
//! sign-ins and views are sets of numbers. So neither repeats nor the order of records matter.

mod keep;
mod keys;
mod mark;
mod people;

pub use keys::KeySources;
pub use mark::{ReviewMark, UnkeptRecords};
pub use people::PersonSources;

use domain::audit::AuditRecord;
use domain::ids::{AuditId, ClinicId};

use crate::audit::AuditItem;
use crate::codec::BadField;
use crate::item::RawItem;
use crate::key::Key;
use crate::{Store, StoreError, attr};

impl Store {
    /// Reads a record that is kept for a review.
    fn decode_kept(&self, clinic: ClinicId, raw: &RawItem) -> Result<AuditRecord, StoreError> {
        let key = Key::of(raw);
        let id = key.sk.rsplit_once('#').and_then(|(_, id)| AuditId::parse(id).ok());
        self.decode_with(raw, |item: AuditItem| {
            item.into_record(clinic, id.ok_or(BadField(attr::SK))?)
        })
    }
}
