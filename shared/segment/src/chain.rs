//! Verifies the segments of a clinic, hour by hour.

use std::collections::BTreeMap;

use domain::ids::{AuditId, ClinicId};
use serde_json::Value;

use crate::finding::{Finding, Problem};
use crate::hour::Hour;
use crate::key::TrustedKeys;
use crate::segment::{Record, Segment, SegmentFault, SegmentHash, record_id};

/// The segments of a clinic that were verified so far.
pub struct Chain<'a> {
    clinic: ClinicId,
    keys: &'a TrustedKeys,
    before: Before,
}

/// What came before the next segment.
#[derive(Clone, Copy)]
enum Before {
    /// Nothing. These hours had no segment, since the first one.
    Nothing(Option<Hour>),
    /// A segment with this hash.
    Segment(SegmentHash),
    /// Nothing, and the chain must start with the next segment.
    Start,
    /// A hole, which was reported.
    Hole,
}

impl<'a> Chain<'a> {
    /// A chain of which no segment was verified.
    pub fn new(clinic: ClinicId, keys: &'a TrustedKeys) -> Self {
        Self { clinic, keys, before: Before::Nothing(None) }
    }

    /// Requires that the chain starts with the first hour.
    pub fn must_start(&mut self) {
        self.before = Before::Start;
    }

    /// Notes the segment before the first one to verify.
    pub fn start_after(&mut self, body: &[u8]) {
        self.before = Before::Segment(SegmentHash::of(body));
    }

    /// Notes that an hour has no segment. Call this or [`Self::verify`] for each hour in turn.
    pub fn skip(&mut self, hour: Hour) -> Vec<Finding> {
        if let Before::Nothing(first) = self.before {
            // A chain may start later.
            self.before = Before::Nothing(first.or(Some(hour)));
            return Vec::new();
        }
        self.before = Before::Hole;
        vec![self.finding(hour, Problem::Missing)]
    }

    /// Verifies the segment of an hour. Returns it if it is one of a trusted key.
    pub fn verify(&mut self, hour: Hour, body: &[u8]) -> (Option<Segment>, Vec<Finding>) {
        let before = std::mem::replace(&mut self.before, Before::Segment(SegmentHash::of(body)));
        let segment = match Segment::read(body, self.keys) {
            Ok(segment) => segment,
            Err(fault) => return (None, vec![self.finding(hour, problem_of(fault))]),
        };
        let mut found = Vec::new();
        match (before, segment.previous) {
            (Before::Nothing(Some(first)), Some(_)) => {
                found.push(self.finding(first, Problem::MissingUntil(hour.previous())));
            }
            (Before::Nothing(None) | Before::Start, Some(_)) => {
                found.push(self.finding(hour.previous(), Problem::Missing));
            }
            (Before::Segment(_) | Before::Hole, None) => {
                found.push(self.finding(hour, Problem::SecondStart));
            }
            (Before::Segment(expected), Some(previous)) if expected != previous => {
                found.push(self.finding(hour, Problem::BrokenChain));
            }
            _ => {}
        }
        if (segment.clinic, segment.hour) != (self.clinic, hour) {
            let problem = Problem::WrongPlace(segment.clinic, segment.hour);
            found.push(self.finding(hour, problem));
        }
        found.extend(self.verify_records(hour, &segment.records));
        (Some(segment), found)
    }

    /// Ends the verification. A chain without any segment is missing from its first hour on.
    pub fn finish(self, last: Hour) -> Vec<Finding> {
        match self.before {
            Before::Nothing(Some(first)) => {
                vec![self.finding(first, Problem::MissingUntil(last))]
            }
            _ => Vec::new(),
        }
    }

    fn verify_records(&self, hour: Hour, records: &[Record]) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut last = "";
        for record in records {
            let id = record_id(record);
            let partition = record.get("PK").and_then(Value::as_str).unwrap_or_default();
            let clinic = partition.split('#').nth(1).and_then(|text| ClinicId::parse(text).ok());
            let within = AuditId::parse(id).is_ok_and(|id| hour.holds(id));
            if !within || clinic != Some(self.clinic) {
                found.push(self.finding(hour, Problem::ForeignRecord(id.to_owned())));
            }
            if id <= last {
                found.push(self.finding(hour, Problem::WrongOrder(id.to_owned())));
            }
            last = id;
        }
        found
    }

    fn finding(&self, hour: Hour, problem: Problem) -> Finding {
        Finding { clinic: self.clinic, hour, problem }
    }
}

fn problem_of(fault: SegmentFault) -> Problem {
    match fault {
        SegmentFault::Malformed => Problem::Malformed,
        SegmentFault::UnknownKey(kid) => Problem::UnknownKey(kid),
        SegmentFault::WrongSignature => Problem::WrongSignature,
        SegmentFault::WrongCount => Problem::WrongCount,
    }
}

/// Compares the records of a segment with those that the table has for its clinic and hour.
pub fn compare_with_table(segment: &Segment, table: &[Record]) -> Vec<Finding> {
    let by_id = |records: &[Record]| -> BTreeMap<String, Record> {
        records.iter().map(|record| (record_id(record).to_owned(), record.clone())).collect()
    };
    let (sealed, kept) = (by_id(&segment.records), by_id(table));
    let mut problems = Vec::new();
    if table.len() != segment.records.len() {
        problems.push(Problem::CountDiffers(table.len(), segment.records.len()));
    }
    for (id, record) in &sealed {
        match kept.get(id) {
            None => problems.push(Problem::NotInTable(id.clone())),
            Some(other) if other != record => problems.push(Problem::DiffersFromTable(id.clone())),
            Some(_) => {}
        }
    }
    let late = kept.keys().filter(|id| !sealed.contains_key(*id));
    problems.extend(late.map(|id| Problem::NotInSegment(id.clone())));
    let (clinic, hour) = (segment.clinic, segment.hour);
    problems.into_iter().map(|problem| Finding { clinic, hour, problem }).collect()
}

#[cfg(test)]
mod tests;
