//! Verifies the segments of a clinic, hour by hour and part by part.

use std::collections::BTreeMap;

use domain::ids::ClinicId;

use crate::finding::{Finding, Problem};
use crate::hour::Hour;
use crate::key::TrustedKeys;
use crate::place::Place;
use crate::record::{fits, parse_id, time_of};
use crate::segment::{Record, Segment, SegmentFault, SegmentHash, key_part, record_id};

/// The segments of a clinic that were verified so far.
pub struct Chain<'a> {
    clinic: ClinicId,
    keys: &'a TrustedKeys,
    before: Before,
    /// The newest one. `None` if the next hour must begin with its first part.
    newest: Option<Newest>,
    /// The id of its last record.
    last_id: String,
    /// Whether the chain may begin later than its first hour.
    may_start_late: bool,
}

/// The newest segment.
#[derive(Clone, Copy)]
struct Newest {
    place: Place,
    /// Whether its hour ends with it. `None` if it does not say so.
    is_last: Option<bool>,
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
    /// A chain of which no segment was verified. That of a clinic starts with the hour of its creation. That of the
    /// operator may start with any hour.
    pub fn new(clinic: ClinicId, keys: &'a TrustedKeys) -> Self {
        let may_start_late = clinic == ClinicId::OPERATOR;
        let (before, last_id) = (Before::Nothing(None), String::new());
        Self { clinic, keys, before, newest: None, last_id, may_start_late }
    }

    /// Notes that the chain started before the first hour to verify.
    pub fn must_continue(&mut self) {
        self.may_start_late = false;
    }

    /// Requires that the chain starts with the first hour.
    pub fn must_start(&mut self) {
        self.before = Before::Start;
    }

    /// Notes the segment before the first one to verify: the last part of its hour.
    pub fn start_after(&mut self, body: &[u8]) {
        self.before = Before::Segment(SegmentHash::of(body));
    }

    /// Notes that an hour has no segment. Call this or [`Self::verify`] for each hour in turn, and for its parts in
    /// turn.
    pub fn skip(&mut self, hour: Hour) -> Vec<Finding> {
        if let Before::Nothing(first) = self.before
            && self.may_start_late
        {
            self.before = Before::Nothing(first.or(Some(hour)));
            return Vec::new();
        }
        let mut found = self.find_missing_end();
        (self.before, self.newest) = (Before::Hole, None);
        found.push(self.finding(hour, Problem::Missing));
        found
    }

    /// Verifies a segment. Returns it if it is one of a trusted key.
    pub fn verify(&mut self, place: Place, body: &[u8]) -> (Option<Segment>, Vec<Finding>) {
        let mut found = self.find_gaps(place);
        if !found.is_empty() && !matches!(self.before, Before::Nothing(Some(_))) {
            self.before = Before::Hole;
        }
        let same_hour = self.newest.is_some_and(|newest| newest.place.hour == place.hour);
        self.newest = Some(Newest { place, is_last: None });
        let before = std::mem::replace(&mut self.before, Before::Segment(SegmentHash::of(body)));
        let segment = match Segment::read(body, self.keys) {
            Ok(segment) => segment,
            Err(fault) => {
                found.push(Finding { place, ..self.finding(place.hour, problem_of(fault)) });
                return (None, found);
            }
        };
        found.extend(self.verify_start(before, place, segment.previous));
        if (segment.clinic, segment.place) == (self.clinic, place) {
            self.newest = Some(Newest { place, is_last: Some(segment.is_last) });
        } else {
            let problem = Problem::WrongPlace(segment.clinic, segment.place);
            found.push(Finding { place, ..self.finding(place.hour, problem) });
        }
        let last = if same_hour { std::mem::take(&mut self.last_id) } else { String::new() };
        found.extend(self.verify_records(place, &segment.records, &last));
        self.last_id = segment.records.last().map_or(last, |record| record_id(record).to_owned());
        (Some(segment), found)
    }

    fn may_start_at(&self, hour: Hour) -> bool {
        let is_creation =
            self.clinic != ClinicId::OPERATOR && Hour::of(self.clinic.created_at()) == hour;
        self.may_start_late || is_creation
    }

    /// Ends the verification. A chain without any segment is missing from its first hour on.
    pub fn finish(self, last: Hour) -> Vec<Finding> {
        match self.before {
            Before::Nothing(Some(first)) => {
                vec![self.finding(first, Problem::MissingUntil(last))]
            }
            _ => self.find_missing_end(),
        }
    }

    /// Finds the parts that are missing before a segment, or that there should be none.
    fn find_gaps(&self, place: Place) -> Vec<Finding> {
        match self.newest {
            Some(Newest { place: newest, is_last }) if newest.hour == place.hour => {
                let next = newest.next_part().part;
                if is_last == Some(true) {
                    vec![Finding { place, ..self.finding(place.hour, Problem::PartAfterLast) }]
                } else {
                    self.find_missing_parts(place, next)
                }
            }
            _ => {
                let mut found = self.find_missing_end();
                found.extend(self.find_missing_parts(place, 1));
                found
            }
        }
    }

    /// Finds the parts that are missing before a segment, if this one should be the next.
    fn find_missing_parts(&self, place: Place, next: u32) -> Vec<Finding> {
        if place.part <= next {
            return Vec::new();
        }
        vec![self.finding(place.hour, Problem::MissingParts(next, place.part - 1))]
    }

    /// Finds that the newest hour lacks its end, because another part should follow.
    fn find_missing_end(&self) -> Vec<Finding> {
        match self.newest {
            Some(Newest { place, is_last: Some(false) }) => {
                let next = place.next_part().part;
                vec![self.finding(place.hour, Problem::MissingParts(next, next))]
            }
            _ => Vec::new(),
        }
    }

    /// Verifies that a segment names the one before it.
    fn verify_start(
        &self,
        before: Before,
        place: Place,
        previous: Option<SegmentHash>,
    ) -> Option<Finding> {
        let at = |problem| Some(Finding { place, ..self.finding(place.hour, problem) });
        match (before, previous) {
            (Before::Nothing(Some(first)), Some(_)) => {
                Some(self.finding(first, Problem::MissingUntil(place.hour.previous())))
            }
            (Before::Nothing(None) | Before::Start, Some(_)) => {
                Some(self.finding(place.hour.previous(), Problem::Missing))
            }
            (Before::Segment(_) | Before::Hole, None) => at(Problem::SecondStart),
            (Before::Nothing(_), None) if !self.may_start_at(place.hour) => {
                at(Problem::SecondStart)
            }
            (Before::Segment(expected), Some(previous)) if expected != previous => {
                at(Problem::BrokenChain)
            }
            _ => None,
        }
    }

    fn verify_records(&self, place: Place, records: &[Record], before: &str) -> Vec<Finding> {
        let finding = |problem| Finding { place, ..self.finding(place.hour, problem) };
        let mut found = Vec::new();
        let mut last = before;
        for record in records {
            let id = record_id(record);
            let partition = key_part(record, "PK");
            let clinic = partition.split('#').nth(1).and_then(|text| ClinicId::parse(text).ok());
            let parsed = parse_id(id);
            if let Some(id) = parsed.filter(|id| !fits(*id, time_of(record))) {
                found.push(finding(Problem::OtherTime(id.to_string())));
            }
            let within = parsed.is_some_and(|id| place.hour.holds(id));
            if !within || clinic != Some(self.clinic) {
                found.push(finding(Problem::ForeignRecord(id.to_owned())));
            }
            if id <= last {
                found.push(finding(Problem::WrongOrder(id.to_owned())));
            }
            last = id;
        }
        found
    }

    fn finding(&self, hour: Hour, problem: Problem) -> Finding {
        Finding { clinic: self.clinic, place: Place::first_of(hour), problem }
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

/// Compares the records of an hour's segments with those that the table has.
pub fn compare_with_table(
    clinic: ClinicId,
    hour: Hour,
    (sealed, table): (&[Record], &[Record]),
) -> Vec<Finding> {
    let mut problems = Vec::new();
    if table.len() != sealed.len() {
        problems.push(Problem::CountDiffers(table.len(), sealed.len()));
    }
    let (sealed, kept) = (by_id(sealed), by_id(table));
    for (id, record) in &sealed {
        match kept.get(id) {
            None => problems.push(Problem::NotInTable((*id).to_owned())),
            Some(other) if other != record => {
                problems.push(Problem::DiffersFromTable((*id).to_owned()));
            }
            Some(_) => {}
        }
    }
    let late = kept.keys().filter(|id| !sealed.contains_key(*id));
    problems.extend(late.map(|id| Problem::NotInSegment((*id).to_owned())));
    let place = Place::first_of(hour);
    problems.into_iter().map(|problem| Finding { clinic, place, problem }).collect()
}

fn by_id(records: &[Record]) -> BTreeMap<&str, &Record> {
    records.iter().map(|record| (record_id(record), record)).collect()
}

#[cfg(test)]
mod tests;
