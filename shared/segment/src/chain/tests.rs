//! Every fault is found, and nothing else.

mod parts;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::AuditId;
use domain::time::Timestamp;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::key::PublicKey;
use crate::signature::to_der;

/// A P-256 scalar in PKCS #8 (RFC 5208), without its public key.
const PKCS8: [u8; 35] = [
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01,
    0x01, 0x04, 0x20,
];

struct TestKey {
    private: EncodingKey,
    public: PublicKey,
}

impl TestKey {
    fn new(scalar: u8) -> Self {
        let private = EncodingKey::from_ec_der(&[&PKCS8[..], &[scalar; 32]].concat());
        let jwk = Jwk::from_encoding_key(&private, Algorithm::ES256).unwrap();
        let public = PublicKey::from_jwk(&serde_json::to_vec(&jwk).unwrap()).unwrap();
        Self { private, public }
    }

    fn trusted(&self) -> TrustedKeys {
        let mut keys = TrustedKeys::default();
        keys.add(self.public.clone());
        keys
    }

    fn seal(&self, segment: &Segment) -> Vec<u8> {
        let unsigned = segment.to_unsigned(self.public.fingerprint());
        // The signer hashes the message itself.
        let probe = segment.to_unsigned(self.public.fingerprint()).sign(&to_der(&[1; 64])).unwrap();
        let text = String::from_utf8(probe).unwrap();
        let message = text.rsplit_once('.').unwrap().0;
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.private, Algorithm::ES256);
        let fixed = URL_SAFE_NO_PAD.decode(signature.unwrap()).unwrap();
        unsigned.sign(&to_der(&fixed.try_into().unwrap())).unwrap()
    }
}

/// A clinic that was created in the first hour.
fn clinic() -> ClinicId {
    let millis = u128::try_from(first().start().millis()).unwrap();
    ClinicId::from_bytes(((millis << 80) | (7 << 76)).to_be_bytes())
}

fn first() -> Hour {
    Hour::of(Timestamp::parse("2026-11-24T09:00:00Z").unwrap())
}

fn hour_at(n: usize) -> Hour {
    (0..n).fold(first(), |hour, _| hour.next())
}

fn record(hour: Hour, n: usize) -> Record {
    let millis = u128::try_from(hour.start().millis()).unwrap();
    let id = AuditId::from_bytes(((millis << 80) | (7 << 76) | n as u128).to_be_bytes());
    let item = json!({
        "PK": { "S": format!("{}#{}#2026-11", "AUDIT", clinic()) }, "SK": { "S": id.to_string() },
        "at": { "N": hour.start().millis().to_string() }, "ac": { "S": "operator" }, "an": { "S": "invitation.created" },
        "ob": { "S": "inv_1" }, "ip": { "S": "192.0.2.1" },
    });
    item.as_object().unwrap().clone()
}

/// The only segment of its hour.
fn segment(hour: Hour, previous: Option<SegmentHash>, records: Vec<Record>) -> Segment {
    Segment { clinic: clinic(), place: Place::first_of(hour), is_last: true, previous, records }
}

/// The segments of hours with so many records.
fn chain(key: &TestKey, counts: &[usize]) -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    for (at, count) in counts.iter().enumerate() {
        let hour = hour_at(at);
        let records = (0..*count).map(|n| record(hour, n)).collect();
        let previous = bodies.last().map(|body| SegmentHash::of(body));
        bodies.push(key.seal(&segment(hour, previous, records)));
    }
    bodies
}

/// Verifies what stands at each hour.
fn verify(key: &TestKey, bodies: &[Option<Vec<u8>>]) -> Vec<(Hour, Problem)> {
    let keys = key.trusted();
    let mut chain = Chain::new(clinic(), &keys);
    let mut found = Vec::new();
    for (at, body) in bodies.iter().enumerate() {
        found.extend(match body {
            Some(body) => chain.verify(Place::first_of(hour_at(at)), body).1,
            None => chain.skip(hour_at(at)),
        });
    }
    found.extend(chain.finish(hour_at(bodies.len() - 1)));
    found.into_iter().map(|one| (one.place.hour, one.problem)).collect()
}

fn whole(bodies: &[Vec<u8>]) -> Vec<Option<Vec<u8>>> {
    bodies.iter().cloned().map(Some).collect()
}

#[test]
fn a_whole_chain_has_no_findings() {
    let key = TestKey::new(1);
    let bodies = chain(&key, &[2, 0, 1, 0, 3]);
    assert_eq!(verify(&key, &whole(&bodies)), []);
    let keys = key.trusted();
    // A period may start within the chain.
    let mut strict = Chain::new(clinic(), &keys);
    strict.must_start();
    let place = Place::first_of(first().previous());
    let missing = Finding { clinic: clinic(), place, problem: Problem::Missing };
    assert_eq!(strict.skip(first().previous()), std::slice::from_ref(&missing));
    let mut strict = Chain::new(clinic(), &keys);
    strict.must_start();
    assert_eq!(strict.verify(Place::first_of(first()), &bodies[0]).1, []);
    let mut strict = Chain::new(clinic(), &keys);
    strict.must_start();
    assert_eq!(
        strict.verify(Place::first_of(hour_at(1)), &bodies[1]).1[0].problem,
        Problem::Missing
    );
    let mut part = Chain::new(clinic(), &keys);
    part.start_after(&bodies[2]);
    assert_eq!(part.verify(Place::first_of(hour_at(3)), &bodies[3]).1, []);
    let (segment, found) = part.verify(Place::first_of(hour_at(4)), &bodies[4]);
    assert_eq!((segment.unwrap().records.len(), found), (3, vec![]));
}

#[test]
fn each_fault_has_its_finding() {
    use Problem::{
        BrokenChain, ForeignRecord, Malformed, Missing, OtherTime, SecondStart, UnknownKey,
        WrongOrder, WrongPlace, WrongSignature,
    };
    let (key, other) = (TestKey::new(1), TestKey::new(2));
    let bodies = chain(&key, &[2, 3, 1, 1]);
    let hash = |at: usize| Some(SegmentHash::of(&bodies[at]));
    let second = |change: &dyn Fn(&mut Segment)| {
        let records = (0..3).map(|n| record(hour_at(1), n)).collect();
        let mut segment = segment(hour_at(1), hash(0), records);
        change(&mut segment);
        segment
    };
    let same = second(&|_| ());
    let id = |n: usize| record_id(&record(hour_at(1), n)).to_owned();
    let foreign = record_id(&record(hour_at(2), 0)).to_owned();
    let with = |at: usize, body: Option<Vec<u8>>| {
        let mut all = whole(&bodies);
        all[at] = body;
        all
    };
    let broken = (hour_at(2), BrokenChain);
    let forged = {
        let text = String::from_utf8(bodies[1].clone()).unwrap();
        let unsigned = second(&|one| one.records.truncate(2)).to_unsigned(key.public.fingerprint());
        let probe = String::from_utf8(unsigned.sign(&to_der(&[1; 64])).unwrap()).unwrap();
        let (message, _) = probe.rsplit_once('.').unwrap();
        format!("{message}.{}", text.rsplit_once('.').unwrap().1).into_bytes()
    };
    let missing = |hours: &[usize]| hours.iter().map(|at| (hour_at(*at), Missing)).collect();
    let missing_start = [None, None, Some(bodies[2].clone()), Some(bodies[3].clone())];
    for (what, all, expected) in [
        ("removed", with(1, None), vec![(hour_at(1), Missing)]),
        ("the last removed", with(3, None), vec![(hour_at(3), Missing)]),
        ("the start removed", missing_start.to_vec(), missing(&[0, 1])),
        ("all removed", vec![None; 4], missing(&[0, 1, 2, 3])),
        (
            "no segment",
            with(1, Some(b"{}".to_vec())),
            vec![(hour_at(1), Malformed), broken.clone()],
        ),
        ("forged", with(1, Some(forged)), vec![(hour_at(1), WrongSignature), broken.clone()]),
        (
            "another key",
            with(1, Some(other.seal(&same))),
            vec![(hour_at(1), UnknownKey(other.public.fingerprint().to_owned())), broken.clone()],
        ),
        ("signed again", with(1, Some(key.seal(&same))), vec![broken.clone()]),
        (
            "another start",
            with(1, Some(key.seal(&second(&|one| one.previous = None)))),
            vec![(hour_at(1), SecondStart), broken.clone()],
        ),
        (
            "another one before",
            with(1, Some(key.seal(&second(&|one| one.previous = hash(3))))),
            vec![(hour_at(1), BrokenChain), broken.clone()],
        ),
        (
            "another hour",
            with(1, Some(bodies[0].clone())),
            vec![
                (hour_at(1), SecondStart),
                (hour_at(1), WrongPlace(clinic(), Place::first_of(first()))),
                (hour_at(1), ForeignRecord(record_id(&record(first(), 0)).to_owned())),
                (hour_at(1), ForeignRecord(record_id(&record(first(), 1)).to_owned())),
                broken.clone(),
            ],
        ),
        (
            "records swapped",
            with(1, Some(key.seal(&second(&|one| one.records.swap(1, 2))))),
            vec![(hour_at(1), WrongOrder(id(1))), broken.clone()],
        ),
        (
            "a record repeated",
            with(1, Some(key.seal(&second(&|one| one.records[1] = record(hour_at(1), 0))))),
            vec![(hour_at(1), WrongOrder(id(0))), broken.clone()],
        ),
        (
            "a record of another hour",
            with(1, Some(key.seal(&second(&|one| one.records[2] = record(hour_at(2), 0))))),
            vec![(hour_at(1), ForeignRecord(foreign)), broken.clone()],
        ),
        (
            "a record of another time",
            with(1, Some(key.seal(&second(&|one| one.records[2]["at"] = json!({ "N": "0" }))))),
            vec![(hour_at(1), OtherTime(id(2))), broken.clone()],
        ),
    ] {
        assert_eq!(verify(&key, &all), expected, "{what}");
    }
}

#[test]
fn a_chain_starts_once_and_a_clinics_with_its_creation() {
    use Problem::{Missing, MissingUntil, SecondStart};
    let (key, operator) = (TestKey::new(1), ClinicId::OPERATOR);
    let start = |clinic, at| {
        let segment = Segment { clinic, ..segment(hour_at(at), None, vec![]) };
        (segment.place, key.seal(&segment))
    };
    let verify = |clinic, continues: bool, skipped: usize, segment: Option<(Place, Vec<u8>)>| {
        let keys = key.trusted();
        let mut chain = Chain::new(clinic, &keys);
        if continues {
            chain.must_continue();
        }
        let mut found: Vec<_> = (1..=skipped).flat_map(|at| chain.skip(hour_at(at))).collect();
        if let Some((place, body)) = &segment {
            found.extend(chain.verify(*place, body).1);
        }
        found.extend(chain.finish(hour_at(skipped)));
        found.into_iter().map(|one| (one.place.hour, one.problem)).collect::<Vec<_>>()
    };
    assert_eq!(verify(clinic(), false, 0, Some(start(clinic(), 0))), []);
    let late = vec![(hour_at(1), SecondStart)];
    assert_eq!(verify(clinic(), false, 0, Some(start(clinic(), 1))), late);
    let hole = vec![(hour_at(1), Missing), (hour_at(2), SecondStart)];
    assert_eq!(verify(clinic(), false, 1, Some(start(clinic(), 2))), hole);
    // The operator's chain may start at any hour, but only once.
    assert_eq!(verify(operator, false, 0, Some(start(operator, 1))), []);
    assert_eq!(verify(operator, false, 1, Some(start(operator, 2))), []);
    assert_eq!(verify(operator, false, 2, None), [(hour_at(1), MissingUntil(hour_at(2)))]);
    assert_eq!(verify(operator, true, 0, Some(start(operator, 1))), late);
    assert_eq!(verify(operator, true, 1, Some(start(operator, 2))), hole);
}

#[test]
fn a_segment_states_its_number_of_records() {
    let key = TestKey::new(1);
    let (header, payload) = {
        let unsigned = segment(first(), None, vec![]);
        let body = unsigned.to_unsigned(key.public.fingerprint()).sign(&to_der(&[1; 64])).unwrap();
        let text = String::from_utf8(body).unwrap();
        let mut parts = text.split('.').map(str::to_owned);
        (parts.next().unwrap(), URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap())
    };
    let payload = String::from_utf8(payload).unwrap();
    for (from, to, expected) in [
        ("\"count\":0", "\"count\":1", Problem::WrongCount),
        ("\"part\":1", "\"part\":\"1\"", Problem::Malformed),
        ("\"version\":1", "\"version\":2", Problem::Malformed),
        ("\"records\":[]", "\"records\":[],\"more\":1", Problem::Malformed),
    ] {
        let other = URL_SAFE_NO_PAD.encode(payload.replace(from, to));
        let message = format!("{header}.{other}");
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &key.private, Algorithm::ES256);
        let body = format!("{message}.{}", signature.unwrap());
        assert_eq!(verify(&key, &[Some(body.into_bytes())]), [(first(), expected)], "{to}");
    }
}

#[test]
fn the_table_is_compared_record_by_record() {
    let records: Vec<_> = (0..3).map(|n| record(first(), n)).collect();
    assert_eq!(compare_with_table(clinic(), first(), (&records, &records)), []);
    let mut table = records.clone();
    table[0].insert("ac".to_owned(), json!({ "S": "system" }));
    table.remove(1);
    table.extend([record(first(), 7), record(first(), 8)]);
    let found: Vec<_> = compare_with_table(clinic(), first(), (&records, &table))
        .into_iter()
        .map(|f| f.problem)
        .collect();
    let id = |n: usize| record_id(&record(first(), n)).to_owned();
    let expected = [
        Problem::CountDiffers(4, 3),
        Problem::DiffersFromTable(id(0)),
        Problem::NotInTable(id(1)),
        Problem::NotInSegment(id(7)),
        Problem::NotInSegment(id(8)),
    ];
    assert_eq!(found, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_changed_byte_is_found(counts in proptest::collection::vec(0_usize..3, 1..4), at in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), to in any::<u8>()) {
        let key = TestKey::new(1);
        let mut bodies = chain(&key, &counts);
        let body = &mut bodies[at.index(counts.len())];
        let place = place.index(body.len());
        prop_assume!(body[place] != to);
        body[place] = to;
        prop_assert_ne!(verify(&key, &whole(&bodies)), []);
    }

    #[test]
    fn any_added_or_cut_byte_is_found(counts in proptest::collection::vec(0_usize..3, 1..4), at in any::<prop::sample::Index>(), to in any::<u8>(), cut in any::<bool>()) {
        let key = TestKey::new(1);
        let mut bodies = chain(&key, &counts);
        let body = &mut bodies[at.index(counts.len())];
        if cut { body.pop(); } else { body.push(to); }
        prop_assert_ne!(verify(&key, &whole(&bodies)), []);
    }

    #[test]
    fn any_dropped_repeated_or_moved_segment_is_found(counts in proptest::collection::vec(0_usize..3, 2..5), one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), how in 0_u8..3) {
        let key = TestKey::new(1);
        let bodies = chain(&key, &counts);
        let (one, other) = (one.index(counts.len()), other.index(counts.len()));
        prop_assume!(one != other);
        let mut all = whole(&bodies);
        match how {
            0 => all[one] = None,
            1 => all[one] = all[other].clone(),
            _ => all.swap(one, other),
        }
        prop_assert_ne!(verify(&key, &all), []);
    }

    #[test]
    fn any_dropped_repeated_or_moved_record_is_found(count in 2_usize..5, one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), how in 0_u8..3) {
        let key = TestKey::new(1);
        let bodies = chain(&key, &[1, count, 1]);
        let (one, other) = (one.index(count), other.index(count));
        prop_assume!(one != other);
        let mut records: Vec<_> = (0..count).map(|n| record(hour_at(1), n)).collect();
        match how {
            0 => { records.remove(one); }
            1 => records[one] = records[other].clone(),
            _ => records.swap(one, other),
        }
        let previous = Some(SegmentHash::of(&bodies[0]));
        // Even the key itself cannot replace a segment in its chain.
        let mut all = whole(&bodies);
        all[1] = Some(key.seal(&segment(hour_at(1), previous, records)));
        prop_assert_ne!(verify(&key, &all), []);
    }

    #[test]
    fn reading_a_segment_never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Segment::read(&body, &TestKey::new(1).trusted()).is_err());
    }
}
