//! What a verification finds.

use std::fmt;

use domain::ids::ClinicId;

use crate::hour::Hour;
use crate::place::Place;

/// Something that is not as the service left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The clinic.
    pub clinic: ClinicId,
    /// The hour, and the part of it if the problem is in one.
    pub place: Place,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a segment. An id is that of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The segment is missing.
    Missing,
    /// The segment is missing, and so are all up to this hour.
    MissingUntil(Hour),
    /// These parts of the hour are missing.
    MissingParts(u32, u32),
    /// The part before says that it is the last one of the hour.
    PartAfterLast,
    /// The bytes are no segment.
    Malformed,
    /// Another key signed the segment.
    UnknownKey(String),
    /// The segment is not what the key signed.
    WrongSignature,
    /// The segment states another number of records.
    WrongCount,
    /// The segment is that of another clinic, hour or part.
    WrongPlace(ClinicId, Place),
    /// The segment does not follow the one before it.
    BrokenChain,
    /// The segment starts a chain, but there is one before it, or the clinic is older.
    SecondStart,
    /// A record is there twice, or after one with a greater id.
    WrongOrder(String),
    /// A record is of another clinic or hour.
    ForeignRecord(String),
    /// The time of a record is not that of its id.
    OtherTime(String),
    /// The bucket has more than one version of the segment.
    SecondVersion,
    /// The segment was deleted. Its versions are still there.
    DeleteMarker,
    /// The table has so many records of the hour, but there is no segment.
    NotSealed(usize),
    /// The table has another number of records: it has the first, and the segment has the second.
    CountDiffers(usize, usize),
    /// The table lacks the record.
    NotInTable(String),
    /// The segment lacks the record.
    NotInSegment(String),
    /// The record in the table is another one.
    DiffersFromTable(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clinic {}, hour {}: {}.", self.clinic, self.place, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "the segment is missing"),
            Self::MissingUntil(hour) => write!(f, "all segments up to that of {hour} are missing"),
            Self::MissingParts(first, last) if first == last => {
                write!(f, "part {first} is missing")
            }
            Self::MissingParts(first, last) => write!(f, "parts {first} to {last} are missing"),
            Self::PartAfterLast => {
                write!(f, "the segment before it says that it is the last part of the hour")
            }
            Self::Malformed => write!(f, "the object is not a segment"),
            Self::UnknownKey(kid) => {
                write!(f, "the segment names the key {kid}, which you don't trust")
            }
            Self::WrongSignature => write!(f, "the segment was changed after it was signed"),
            Self::WrongCount => write!(f, "the segment does not have as many records as it states"),
            Self::WrongPlace(clinic, place) => {
                write!(f, "the segment is that of clinic {clinic} and hour {place}")
            }
            Self::BrokenChain => write!(f, "the segment does not follow the one before it"),
            Self::SecondStart => {
                write!(f, "the segment starts a chain, but the clinic has an older one")
            }
            Self::WrongOrder(id) => write!(f, "the record {id} is repeated or out of order"),
            Self::ForeignRecord(id) => write!(f, "the record {id} is of another clinic or hour"),
            Self::OtherTime(id) => write!(f, "the time of the record {id} is not that of its id"),
            Self::SecondVersion => write!(f, "the bucket has more than one version of the segment"),
            Self::DeleteMarker => write!(f, "the segment has a delete marker"),
            Self::NotSealed(count) => {
                write!(f, "the table has {count} records, but there is no segment")
            }
            Self::CountDiffers(table, segment) => {
                write!(f, "the table has {table} records, and the segment {segment}")
            }
            Self::NotInTable(id) => write!(f, "the table lacks the record {id}"),
            Self::NotInSegment(id) => write!(f, "the segment lacks the record {id} of the table"),
            Self::DiffersFromTable(id) => write!(f, "the record {id} was changed in the table"),
        }
    }
}
