//! Verifies the segments of one clinic.

use std::collections::BTreeMap;

use domain::ids::ClinicId;
use futures_util::{StreamExt as _, TryStreamExt as _};
use segment::{Chain, Finding, Hour, Place, Problem, Record, TrustedKeys, compare_with_table};
use store::Store;

use crate::VerifyError;
use crate::bucket::{Bucket, Versions};
use crate::period::Period;

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
    table: Vec<Record>,
}

/// What the bucket has of a part of an hour.
struct PartRead {
    place: Place,
    versions: Versions,
    body: Option<Vec<u8>>,
}

impl ClinicCheck<'_> {
    pub(crate) async fn run(&self, period: &Period) -> Result<ClinicResult, VerifyError> {
        let mut result = ClinicResult::default();
        let mut objects = self.list(&mut result).await?;
        let end = period.to.end();
        let recorded = self.store.find_first_audit_record(self.clinic, end).await?.map(Hour::of);
        let sealed = objects.keys().next().map(|place| place.hour);
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
        } else if let Some((place, versions)) = last_of(&objects, from.previous())
            && let Some(body) = self.bucket.read(&place.object_key(self.clinic), versions).await?
        {
            chain.start_after(&body);
        }
        let hours = std::iter::successors(Some(from), |hour| Some(hour.next()));
        let hours = hours.take_while(|hour| *hour <= period.to);
        let work: Vec<_> = hours.map(|hour| (hour, take_parts(&mut objects, hour))).collect();
        let reads = work.into_iter().map(|(hour, parts)| self.read(hour, parts));
        let mut reads = futures_util::stream::iter(reads).buffered(AT_ONCE);
        while let Some(read) = reads.try_next().await? {
            self.verify(&mut chain, read, &mut result);
        }
        result.add(chain.finish(period.to));
        Ok(result)
    }

    /// Lists the objects of the clinic by place. Others of its folder are findings.
    async fn list(
        &self,
        result: &mut ClinicResult,
    ) -> Result<BTreeMap<Place, Versions>, VerifyError> {
        let folder = format!("segments/{}/", self.clinic);
        let mut places = BTreeMap::new();
        for (key, versions) in self.bucket.list(&folder).await? {
            if let Some(place) = Place::of_object_key(self.clinic, &key) {
                places.insert(place, versions);
            } else {
                let finding = format!("The service never writes {key} into the bucket.");
                result.findings.push(finding);
            }
        }
        Ok(places)
    }

    async fn read(
        &self,
        hour: Hour,
        objects: Vec<(Place, Versions)>,
    ) -> Result<HourRead, VerifyError> {
        let mut parts = Vec::new();
        for (place, versions) in objects {
            let body = self.bucket.read(&place.object_key(self.clinic), &versions).await?;
            parts.push(PartRead { place, versions, body });
        }
        let table = self.store.read_audit_hour(self.clinic, (hour.start(), hour.end())).await?;
        Ok(HourRead { hour, parts, table })
    }

    fn verify(&self, chain: &mut Chain<'_>, read: HourRead, result: &mut ClinicResult) {
        let HourRead { hour, parts, table } = read;
        let (mut sealed, mut is_readable, before) = (Vec::new(), true, result.segments);
        for PartRead { place, versions, body } in parts {
            let finding = |problem| Finding { clinic: self.clinic, place, problem };
            if versions.count > 1 {
                result.add([finding(Problem::SecondVersion)]);
            }
            if versions.markers > 0 {
                result.add([finding(Problem::DeleteMarker)]);
            }
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
            if !table.is_empty() {
                let (place, problem) = (Place::first_of(hour), Problem::NotSealed(table.len()));
                result.add([Finding { clinic: self.clinic, place, problem }]);
            }
        } else if is_readable {
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
    fn add(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings.into_iter().map(|finding| finding.to_string()));
    }
}
