//! Verifies that every record in a clinic's partitions of the table belongs there.
//!
//! Segments have the records that the service can have written: those of the hour of their ids, in the partition of
//! that month. So a record elsewhere is in no segment, and is looked for here.

use domain::time::Clock as _;
use runtime::SystemClock;
use segment::{Hour, find_misplaced};
use store::audit_months;

use crate::VerifyError;
use crate::clinic::{ClinicCheck, ClinicResult};
use crate::period::Period;

impl ClinicCheck<'_> {
    /// Reads each month of the period once, with all of its records, page by page.
    pub(crate) async fn verify_months(
        &self,
        period: &Period,
        result: &mut ClinicResult,
    ) -> Result<(), VerifyError> {
        for month in audit_months(period.start(), period.to.start()) {
            let done = self.verify_month(&month.month(), result).await;
            result.report(self.clinic, done)?;
        }
        Ok(())
    }

    async fn verify_month(
        &self,
        month: &str,
        result: &mut ClinicResult,
    ) -> Result<(), VerifyError> {
        let mut after = None;
        loop {
            let page =
                self.store.list_stored_records((self.clinic, month), after.as_deref()).await?;
            // Records are made while this runs, and by other clocks.
            let last = Hour::of(SystemClock.now()).next();
            for record in page.items {
                let found = (record.id.as_str(), record.at);
                if let Some(problem) = find_misplaced((self.clinic, month), found, last) {
                    let (clinic, id) = (self.clinic, &record.id);
                    let finding =
                        format!("Clinic {clinic}, month {month}: the record {id} {problem}.");
                    result.findings.push(finding);
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}
