//! The parts of an hour with many records.

use super::*;

/// The segments of three hours. The second one has 8 records in parts of 3.
fn chain_with_parts(key: &TestKey) -> Vec<(Place, Vec<u8>)> {
    let records: Vec<_> = (0..8).map(|n| record(hour_at(1), n)).collect();
    let mut parts = vec![segment(first(), None, vec![record(first(), 0)])];
    for (part, records) in (1..).zip(records.chunks(3)) {
        let place = Place { hour: hour_at(1), part };
        let one = segment(hour_at(1), None, records.to_vec());
        parts.push(Segment { place, is_last: part == 3, ..one });
    }
    parts.push(segment(hour_at(2), None, vec![]));
    seal_all(key, parts)
}

/// Chains and signs segments.
fn seal_all(key: &TestKey, segments: Vec<Segment>) -> Vec<(Place, Vec<u8>)> {
    let mut bodies: Vec<(Place, Vec<u8>)> = Vec::new();
    for segment in segments {
        let previous = bodies.last().map(|(_, body)| SegmentHash::of(body));
        bodies.push((segment.place, key.seal(&Segment { previous, ..segment })));
    }
    bodies
}

fn verify_parts(key: &TestKey, bodies: &[(Place, Vec<u8>)]) -> Vec<(Place, Problem)> {
    let keys = key.trusted();
    let mut chain = Chain::new(clinic(), &keys);
    let mut found = Vec::new();
    for at in 0..3 {
        let mut parts = bodies.iter().filter(|(place, _)| place.hour == hour_at(at)).peekable();
        if parts.peek().is_none() {
            found.extend(chain.skip(hour_at(at)));
        }
        for (place, body) in parts {
            found.extend(chain.verify(*place, body).1);
        }
    }
    found.extend(chain.finish(hour_at(2)));
    found.into_iter().map(|one| (one.place, one.problem)).collect()
}

#[test]
fn the_parts_of_an_hour_are_a_chain_with_an_end() {
    use Problem::{BrokenChain, MissingParts, PartAfterLast, WrongOrder, WrongPlace};
    let key = TestKey::new(1);
    let bodies = chain_with_parts(&key);
    assert_eq!(verify_parts(&key, &bodies), []);
    let part = |part| Place { hour: hour_at(1), part };
    let without = |dropped: &[usize]| {
        let kept = bodies.iter().enumerate().filter(|(at, _)| !dropped.contains(at));
        kept.map(|(_, one)| one.clone()).collect::<Vec<_>>()
    };
    let missing = |first, last| vec![(part(1), MissingParts(first, last))];
    assert_eq!(verify_parts(&key, &without(&[1])), missing(1, 1));
    assert_eq!(verify_parts(&key, &without(&[2])), missing(2, 2));
    assert_eq!(verify_parts(&key, &without(&[1, 2])), missing(1, 2));
    assert_eq!(verify_parts(&key, &without(&[2, 3])), missing(2, 2));
    let mut cut = missing(3, 3);
    assert_eq!(verify_parts(&key, &without(&[3])), cut);
    cut.push((Place::first_of(hour_at(2)), Problem::Missing));
    assert_eq!(verify_parts(&key, &without(&[3, 4])), cut);
    // Even the key itself cannot end an hour early, or add to it.
    let read = |at: usize| Segment::read(&bodies[at].1, &key.trusted()).unwrap();
    let with = |at: usize, change: &dyn Fn(&mut Segment)| {
        let (mut all, mut one) = (bodies.clone(), read(at));
        change(&mut one);
        all[at].1 = key.seal(&one);
        verify_parts(&key, &all)
    };
    let after = |at: usize| (bodies[at + 1].0, BrokenChain);
    assert_eq!(
        with(2, &|one| one.is_last = true),
        [(part(3), PartAfterLast)],
        "the end of the hour is reported, and not the hash as well"
    );
    let open = with(3, &|one| one.is_last = false);
    assert_eq!(open, [(part(1), MissingParts(4, 4))]);
    let swapped = with(2, &|one| one.place = part(3));
    assert_eq!(swapped, [(part(2), WrongPlace(clinic(), part(3))), after(2)]);
    let again = record(hour_at(1), 2);
    let repeated = with(2, &|one| one.records[0] = again.clone());
    assert_eq!(repeated, [(part(2), WrongOrder(record_id(&again).to_owned())), after(2)]);
    // A whole hour that was signed again, with its last part left out.
    let mut forged: Vec<_> = (0..bodies.len()).map(read).collect();
    forged.remove(3);
    assert_eq!(verify_parts(&key, &seal_all(&key, forged)), missing(3, 3));
}
