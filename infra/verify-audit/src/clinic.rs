//! Verifies the segments of one clinic.

use std::collections::BTreeMap;

use domain::ids::ClinicId;
use domain::time::Clock as _;
use futures_util::{StreamExt as _, TryStreamExt as _};
use runtime::SystemClock;
use segment::{Chain, Finding, Hour, Place, Problem, Record, TrustedKeys, compare_with_table};
use store::Store;

use crate::VerifyError;
use crate::bucket::{Bucket, Versions};
use crate::period::Period;
use crate::places::never_written;

/// How many hours are read at the same time.
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
    parts: Vec<PartRead>,
    /// `None` if a record cannot be read.
    table: Option<Vec<Record>>,
    /// What cannot be read.
    findings: Vec<String>,
}

/// What the bucket has of a part of an hour.
struct PartRead {
    place: Place,
    versions: Versions,
    body: Option<Vec<u8>>,
}

impl ClinicCheck<'_> {
    /// Verifies the clinic. What cannot be read is a finding, and only an outage ends the verification.
    pub(crate) async fn run(
        &self,
        period: &Period,
        result: &mut ClinicResult,
    ) -> Result<(), VerifyError> {
        let done = self.verify_segments(period, result).await;
        result.report(self.clinic, done)?;
        self.verify_months(period, result).await
    }

    async fn verify_segments(
        &self,
        period: &Period,
        result: &mut ClinicResult,
    ) -> Result<(), VerifyError> {
        let mut objects = self.list(result).await?;
        let recorded = self.store.find_first_audit_record(self.clinic, period.to.end()).await;
        let recorded = result.report(self.clinic, recorded.map_err(VerifyError::from))?;
        let recorded = recorded.flatten().map(Hour::of);
        let sealed = objects.keys().next().map(|place| place.hour);
        // Of the operator there may be nothing yet.
        let created = (self.clinic != ClinicId::OPERATOR).then_some(period.to);
        let Some(first) = sealed.into_iter().chain(recorded).chain(created).min() else {
            return Ok(());
        };
        let (from, starts) = period.start_of(self.clinic, first);
        if from > period.to {
            return Ok(());
        }
        let mut chain = Chain::new(self.clinic, self.keys);
        if sealed.is_some_and(|sealed| sealed < from) {
            chain.must_continue();
        }
        if starts {
            chain.must_start();
        } else if let Some((place, versions)) = last_of(&objects, from.previous()) {
            let key = place.object_key(self.clinic);
            let body = self.bucket.read(&key, versions).await.map_err(VerifyError::from);
            if let Some(object) = result.report(self.clinic, body)?.flatten() {
                chain.start_after(&object.body);
            }
        }
        let hours = std::iter::successors(Some(from), |hour| Some(hour.next()));
        let hours = hours.take_while(|hour| *hour <= period.to);
        let work: Vec<_> = hours.map(|hour| (hour, take_parts(&mut objects, hour))).collect();
        let reads = work.into_iter().map(|(hour, parts)| self.read(hour, parts));
        let mut reads = futures_util::stream::iter(reads).buffered(AT_ONCE);
        while let Some(read) = reads.try_next().await? {
            self.verify(&mut chain, read, result);
        }
        result.add(chain.finish(period.to));
        Ok(())
    }

    /// Lists the objects of the clinic by place. Others of its folder are findings.
    async fn list(
        &self,
        result: &mut ClinicResult,
    ) -> Result<BTreeMap<Place, Versions>, VerifyError> {
        let folder = format!("segments/{}/", self.clinic);
        let mut places = BTreeMap::new();
        for (key, versions) in self.bucket.list(&folder).await? {
            let place = Place::of_object_key(self.clinic, &key);
            match place.filter(|place| self.may_have(place.hour)) {
                Some(place) => {
                    places.insert(place, versions);
                }
                None => result.findings.push(never_written(&key)),
            }
        }
        Ok(places)
    }

    /// Whether an hour can be sealed: it is over, and the clinic was there.
    fn may_have(&self, hour: Hour) -> bool {
        let is_clinic = self.clinic != ClinicId::OPERATOR;
        let is_older = is_clinic && hour < Hour::of(self.clinic.created_at());
        !is_older && hour < Hour::of(SystemClock.now())
    }

    async fn read(
        &self,
        hour: Hour,
        objects: Vec<(Place, Versions)>,
    ) -> Result<HourRead, VerifyError> {
        let (mut parts, mut unreadable) = (Vec::new(), ClinicResult::default());
        for (place, versions) in objects {
            let object = self.bucket.read(&place.object_key(self.clinic), &versions).await;
            let object = object.map_err(VerifyError::from);
            let body = unreadable.report(self.clinic, object)?.flatten().map(|object| {
                unreadable.findings.extend(object.lock_finding);
                object.body
            });
            parts.push(PartRead { place, versions, body });
        }
        let table = self.store.read_audit_hour(self.clinic, (hour.start(), hour.end())).await;
        let table = unreadable.report(self.clinic, table.map_err(VerifyError::from))?;
        Ok(HourRead { hour, parts, table, findings: unreadable.findings })
    }

    fn verify(&self, chain: &mut Chain<'_>, read: HourRead, result: &mut ClinicResult) {
        let HourRead { hour, parts, table, findings } = read;
        result.findings.extend(findings);
        let (mut sealed, mut is_readable, before) = (Vec::new(), true, result.segments);
        for PartRead { place, versions, body } in parts {
            let finding = |problem| Finding { clinic: self.clinic, place, problem };
            if versions.count > 1 {
                result.add([finding(Problem::SecondVersion)]);
            }
            if versions.markers > 0 {
                result.add([finding(Problem::DeleteMarker)]);
            }
            is_readable &= body.is_some();
            let Some(body) = body else { continue };
            result.segments += 1;
            let (segment, findings) = chain.verify(place, &body);
            result.add(findings);
            is_readable &= segment.is_some();
            sealed.extend(segment.into_iter().flat_map(|segment| segment.records));
        }
        result.records += sealed.len();
        if result.segments == before {
            result.add(chain.skip(hour));
            if let Some(table) = table.filter(|table| !table.is_empty()) {
                let (place, problem) = (Place::first_of(hour), Problem::NotSealed(table.len()));
                result.add([Finding { clinic: self.clinic, place, problem }]);
            }
        } else if let Some(table) = table.filter(|_| is_readable) {
            result.add(compare_with_table(self.clinic, hour, (&sealed, &table)));
        }
    }
}

/// The last part of an hour.
fn last_of(objects: &BTreeMap<Place, Versions>, hour: Hour) -> Option<(&Place, &Versions)> {
    objects.range(Place::first_of(hour)..Place::first_of(hour.next())).next_back()
}

/// Takes the parts of an hour.
fn take_parts(objects: &mut BTreeMap<Place, Versions>, hour: Hour) -> Vec<(Place, Versions)> {
    let later = objects.split_off(&Place::first_of(hour.next()));
    std::mem::replace(objects, later).into_iter().filter(|(place, _)| place.hour == hour).collect()
}

impl ClinicResult {
    /// Returns what was read. An error that says something about the audit is a finding instead.
    pub(crate) fn report<T>(
        &mut self,
        clinic: ClinicId,
        read: Result<T, VerifyError>,
    ) -> Result<Option<T>, VerifyError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(error) if error.is_finding() => {
                self.findings.push(format!("Clinic {clinic}: {error}."));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn add(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings.into_iter().map(|finding| finding.to_string()));
    }
}
