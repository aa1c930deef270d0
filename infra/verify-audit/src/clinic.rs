//! Verifies the segments of one clinic.

use std::collections::BTreeMap;

use domain::ids::ClinicId;
use futures_util::{StreamExt as _, TryStreamExt as _};
use segment::{Chain, Finding, Hour, Problem, Record, TrustedKeys, compare_with_table};
use store::Store;

use crate::VerifyError;
use crate::bucket::{Bucket, Versions};
use crate::period::Period;

/// How many segments are read at the same time.
const AT_ONCE: usize = 16;

/// Verifies the segments of one clinic.
pub(crate) struct ClinicCheck<'a> {
    pub(crate) bucket: &'a Bucket,
    pub(crate) store: &'a Store,
    pub(crate) keys: &'a TrustedKeys,
    pub(crate) clinic: ClinicId,
}

/// What was found.
#[derive(Default)]
pub(crate) struct ClinicResult {
    pub(crate) segments: usize,
    pub(crate) records: usize,
    /// One sentence each.
    pub(crate) findings: Vec<String>,
}

/// What bucket and table have of an hour.
struct HourRead {
    hour: Hour,
    versions: Versions,
    body: Option<Vec<u8>>,
    table: Vec<Record>,
}

impl ClinicCheck<'_> {
    pub(crate) async fn run(&self, period: &Period) -> Result<ClinicResult, VerifyError> {
        let mut result = ClinicResult::default();
        let mut objects = self.list(&mut result).await?;
        let end = period.to.end();
        let recorded = self.store.find_first_audit_record(self.clinic, end).await?.map(Hour::of);
        let sealed = objects.keys().next().copied();
        // Of the operator there may be nothing yet.
        let created = (self.clinic != ClinicId::OPERATOR).then_some(period.to);
        let Some(first) = sealed.into_iter().chain(recorded).chain(created).min() else {
            return Ok(result);
        };
        let (from, starts) = period.start_of(self.clinic, first);
        if from > period.to {
            return Ok(result);
        }
        let mut chain = Chain::new(self.clinic, self.keys);
        if starts {
            chain.must_start();
        } else if let Some(versions) = objects.get(&from.previous()) {
            let key = from.previous().object_key(self.clinic);
            if let Some(body) = self.bucket.read(&key, versions).await? {
                chain.start_after(&body);
            }
        }
        let hours = std::iter::successors(Some(from), |hour| Some(hour.next()));
        let hours = hours.take_while(|hour| *hour <= period.to);
        let work: Vec<_> =
            hours.map(|hour| (hour, objects.remove(&hour).unwrap_or_default())).collect();
        let reads = work.into_iter().map(|(hour, versions)| self.read(hour, versions));
        let mut reads = futures_util::stream::iter(reads).buffered(AT_ONCE);
        while let Some(read) = reads.try_next().await? {
            self.verify(&mut chain, read, &mut result);
        }
        result.add(chain.finish(period.to));
        Ok(result)
    }

    /// Lists the objects of the clinic by hour. Others of its folder are findings.
    async fn list(
        &self,
        result: &mut ClinicResult,
    ) -> Result<BTreeMap<Hour, Versions>, VerifyError> {
        let folder = format!("segments/{}/", self.clinic);
        let mut hours = BTreeMap::new();
        for (key, versions) in self.bucket.list(&folder).await? {
            if let Some(hour) = Hour::of_object_key(self.clinic, &key) {
                hours.insert(hour, versions);
            } else {
                let finding = format!("The service never writes {key} into the bucket.");
                result.findings.push(finding);
            }
        }
        Ok(hours)
    }

    async fn read(&self, hour: Hour, versions: Versions) -> Result<HourRead, VerifyError> {
        let key = hour.object_key(self.clinic);
        let body = self.bucket.read(&key, &versions).await?;
        let table = self.store.read_audit_hour(self.clinic, (hour.start(), hour.end())).await?;
        Ok(HourRead { hour, versions, body, table })
    }

    fn verify(&self, chain: &mut Chain<'_>, read: HourRead, result: &mut ClinicResult) {
        let HourRead { hour, versions, body, table } = read;
        let finding = |problem| Finding { clinic: self.clinic, hour, problem };
        if versions.count > 1 {
            result.add([finding(Problem::SecondVersion)]);
        }
        if versions.markers > 0 {
            result.add([finding(Problem::DeleteMarker)]);
        }
        let Some(body) = body else {
            result.add(chain.skip(hour));
            if !table.is_empty() {
                result.add([finding(Problem::NotSealed(table.len()))]);
            }
            return;
        };
        result.segments += 1;
        let (segment, findings) = chain.verify(hour, &body);
        result.add(findings);
        if let Some(segment) = segment {
            result.records += segment.records.len();
            result.add(compare_with_table(&segment, &table));
        }
    }
}

impl ClinicResult {
    fn add(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings.into_iter().map(|finding| finding.to_string()));
    }
}
