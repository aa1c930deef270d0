//! The format of a segment.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::ClinicId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::hour::Hour;
use crate::key::TrustedKeys;
use crate::place::Place;
use crate::signature::{SignatureInvalid, from_der};

/// The version of the format.
const VERSION: u32 = 1;
const TYPE: &str = "audit-segment";
const ALGORITHM: &str = "ES256";

/// An audit record in the JSON of DynamoDB, with every attribute that it has in the table.
pub type Record = Map<String, Value>;

/// The id of a record, or empty text if it has none.
pub fn record_id(record: &Record) -> &str {
    key_part(record, "SK")
}

/// A text of the key of a record, or empty text if it has none.
pub(crate) fn key_part<'a>(record: &'a Record, name: &str) -> &'a str {
    record.get(name).and_then(|value| value["S"].as_str()).unwrap_or_default()
}

/// The SHA-256 of a whole segment, in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SegmentHash([u8; 32]);

impl SegmentHash {
    /// Hashes the bytes of a segment.
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// Reads the 64 digits of a hash.
    pub fn parse(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
        }
        let hash = Self(hash);
        (hash.to_string() == text).then_some(hash)
    }
}

impl fmt::Display for SegmentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SegmentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Audit records of one clinic and one hour: all, or those of one part. A record that is written is of type `R`.
#[derive(Clone, PartialEq)]
pub struct Segment<R = Record> {
    /// The clinic.
    pub clinic: ClinicId,
    /// The hour and the part.
    pub place: Place,
    /// Whether no other part of the hour follows.
    pub is_last: bool,
    /// The hash of the clinic's segment before. `None` for the clinic's first segment.
    pub previous: Option<SegmentHash>,
    /// The records, in the order of their ids.
    pub records: Vec<R>,
}

/// Names the segment. Records hold personal data.
impl<R> fmt::Debug for Segment<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Segment({} {}, {} records)", self.clinic, self.place, self.records.len())
    }
}

/// A segment that lacks its signature.
pub struct UnsignedSegment(String);

/// Why the bytes are no segment of a trusted key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentFault {
    /// They have another form.
    Malformed,
    /// No trusted key has this fingerprint.
    UnknownKey(String),
    /// The key did not sign these bytes.
    WrongSignature,
    /// The number of records is not the one that the segment states.
    WrongCount,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

/// `R` is a list of records.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Payload<R> {
    version: u32,
    clinic_id: String,
    hour: String,
    part: u32,
    last: bool,
    previous: Option<String>,
    count: usize,
    records: R,
}

impl<R: Serialize> Segment<R> {
    /// Writes the segment for the key with this fingerprint to sign.
    pub fn to_unsigned(&self, kid: &str) -> UnsignedSegment {
        let header =
            Header { alg: ALGORITHM.to_owned(), kid: kid.to_owned(), typ: TYPE.to_owned() };
        let payload = Payload {
            version: VERSION,
            clinic_id: self.clinic.to_string(),
            hour: self.place.hour.to_string(),
            part: self.place.part,
            last: self.is_last,
            previous: self.previous.map(|hash| hash.to_string()),
            count: self.records.len(),
            records: &self.records,
        };
        UnsignedSegment(format!("{}.{}", encode(&header), encode(&payload)))
    }
}

impl Segment {
    /// Reads a segment that one of the keys signed.
    pub fn read(body: &[u8], keys: &TrustedKeys) -> Result<Self, SegmentFault> {
        let text = str::from_utf8(body).map_err(|_| SegmentFault::Malformed)?;
        let (signed, signature) = text.rsplit_once('.').ok_or(SegmentFault::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(SegmentFault::Malformed)?;
        let header: Header = decode(header)?;
        if header.alg != ALGORITHM || header.typ != TYPE {
            return Err(SegmentFault::Malformed);
        }
        let Some(key) = keys.get(&header.kid) else {
            return Err(SegmentFault::UnknownKey(header.kid));
        };
        if !key.verifies(signed, signature) {
            return Err(SegmentFault::WrongSignature);
        }
        Self::from_payload(decode(payload)?)
    }

    fn from_payload(payload: Payload<Vec<Record>>) -> Result<Self, SegmentFault> {
        let read = || {
            let previous = match payload.previous.as_deref() {
                Some(text) => Some(SegmentHash::parse(text)?),
                None => None,
            };
            let clinic = ClinicId::parse(&payload.clinic_id).ok()?;
            let place = Place { hour: Hour::parse(&payload.hour)?, part: payload.part };
            Some((clinic, place, previous))
        };
        let (clinic, place, previous) =
            read().filter(|_| payload.version == VERSION).ok_or(SegmentFault::Malformed)?;
        if payload.count != payload.records.len() {
            return Err(SegmentFault::WrongCount);
        }
        let (is_last, records) = (payload.last, payload.records);
        Ok(Self { clinic, place, is_last, previous, records })
    }
}

impl UnsignedSegment {
    /// The SHA-256 of what the key signs.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// Adds the signature, in the form of KMS. Returns the bytes of the segment.
    pub fn sign(self, der: &[u8]) -> Result<Vec<u8>, SignatureInvalid> {
        let signature = URL_SAFE_NO_PAD.encode(from_der(der)?);
        Ok(format!("{}.{signature}", self.0).into_bytes())
    }
}

fn encode(part: &impl Serialize) -> String {
    // Only keys that are not text, and none of these is, cannot be JSON.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, SegmentFault> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| SegmentFault::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| SegmentFault::Malformed)
}
