//! The sealed audit: one segment for each hour of each clinic, whatever happens.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::ClinicId;
use domain::time::Clock as _;
use emulator::DatabaseFault;
use segment::{Hour, Place, Problem};

use crate::support::{App, member};

const HOUR: Duration = Duration::from_hours(1);

/// The last hour that can be sealed now.
fn last_due(app: &App) -> Hour {
    Hour::of(app.clock.now().minus(Duration::from_mins(10))).previous()
}

/// An app whose clinic was created in the hour that is returned.
async fn start(with_faults: bool) -> (App, ClinicId, Hour) {
    let app = if with_faults {
        App::start_with_faults_without_mailer().await
    } else {
        App::start_without_mailer().await
    };
    let clinic = app.clinic();
    (app, clinic, Hour::of(clinic.created_at()))
}

#[tokio::test]
async fn each_hour_is_sealed_with_its_records_or_without_any() {
    let (app, clinic, first) = start(false).await;
    let operators_first = last_due(&app);
    app.seal_audit().await;
    assert_eq!(app.sealed(clinic, first), None, "the hour is not over");
    app.clock.advance(3 * HOUR);
    let busy = app.hour();
    for n in 0..2 {
        app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
    }
    app.clock.advance(2 * HOUR);
    app.seal_audit().await;
    let last = last_due(&app);
    let (counts, findings) = app.verify_sealed(clinic, (first, last)).await;
    assert_eq!(findings, []);
    let expected = if last > busy { vec![3, 0, 0, 2, 0] } else { vec![3, 0, 0, 2] };
    assert_eq!(counts, expected);
    assert_eq!(app.sealed(clinic, last.next()), None, "a record may still come");
    let (counts, findings) = app.verify_sealed(ClinicId::OPERATOR, (operators_first, last)).await;
    assert_eq!((counts.iter().sum::<usize>(), findings), (0, vec![]), "it starts at once");
}

#[tokio::test]
async fn a_run_catches_up_and_the_next_one_changes_nothing() {
    let (app, clinic, first) = start(false).await;
    app.clock.advance(60 * HOUR);
    app.seal_audit().await;
    let last = last_due(&app);
    let (counts, findings) = app.verify_sealed(clinic, (first, last)).await;
    assert_eq!((counts.len() >= 59, findings), (true, vec![]));
    let bodies = || -> Vec<_> { [first, last].map(|hour| app.sealed(clinic, hour)).to_vec() };
    let before = bodies();
    app.seal_audit().await;
    assert_eq!(bodies(), before);
}

#[tokio::test]
async fn a_run_that_ended_before_the_table_knew_is_continued() {
    let (app, clinic, first) = start(true).await;
    app.clock.advance(2 * HOUR);
    app.seal_audit().await;
    app.clock.advance(HOUR);
    app.fail_database("UpdateItem", DatabaseFault::Internal);
    assert!(app.try_seal_audit().await.is_err());
    let hour = last_due(&app);
    let put = app.sealed(clinic, hour);
    assert!(put.is_some());
    app.heal_database();
    app.clock.advance(HOUR);
    app.seal_audit().await;
    assert_eq!(app.sealed(clinic, hour), put);
    let (counts, findings) = app.verify_sealed(clinic, (first, last_due(&app))).await;
    assert_eq!((counts[0], findings), (3, vec![]));
}

#[tokio::test]
async fn an_hour_with_many_records_is_sealed_in_parts() {
    let (mut app, clinic, first) = start(false).await;
    app.seal_in_parts_of(3);
    app.clock.advance(2 * HOUR);
    app.seal_audit().await;
    app.clock.advance_to_full_hour();
    // Exactly two parts, two and a bit, and one.
    let busy = app.hour();
    for (hour, count) in [6, 8, 3].into_iter().enumerate() {
        for n in 0..count {
            let person = member(&format!("h{hour}p{n}@clinic.example"));
            app.as_pacs().invite(&person).await.expect(201);
        }
        app.clock.advance(HOUR);
    }
    app.clock.advance(HOUR + HOUR / 4);
    app.seal_audit().await;
    let parts = |hour: Hour| app.sealed_parts(clinic, hour).len();
    let hours = [busy, busy.next(), busy.next().next(), busy.next().next().next()];
    assert_eq!(hours.map(parts), [2, 3, 1, 1]);
    let (counts, findings) = app.verify_sealed(clinic, (first, hours[3])).await;
    assert_eq!((&counts[counts.len() - 4..], findings), (&[6, 8, 3, 0][..], vec![]));
}

#[tokio::test]
async fn parts_of_another_size_are_continued() {
    let (mut app, clinic, first) = start(true).await;
    app.clock.advance_to_full_hour();
    app.clock.advance(HOUR / 4);
    app.seal_audit().await;
    let busy = app.hour();
    for n in 0..9 {
        app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
    }
    app.clock.advance(HOUR);
    // The first part is in the bucket, and the table does not say so.
    app.seal_in_parts_of(4);
    app.fail_database("UpdateItem", DatabaseFault::Internal);
    assert!(app.try_seal_audit().await.is_err());
    app.heal_database();
    assert_eq!(app.sealed_parts(clinic, busy).len(), 1);
    app.seal_in_parts_of(2);
    app.seal_audit().await;
    assert_eq!(app.sealed_parts(clinic, busy).len(), 4);
    let (counts, findings) = app.verify_sealed(clinic, (first, busy)).await;
    assert_eq!((counts.last(), findings), (Some(&9), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_at_the_same_time_make_one_chain() {
    let (app, clinic, first) = start(false).await;
    app.clock.advance(12 * HOUR);
    let runs = tokio::join!(app.try_seal_audit(), app.try_seal_audit(), app.try_seal_audit());
    assert_eq!(runs, (Ok(()), Ok(()), Ok(())));
    let last = last_due(&app);
    for clinic in [clinic, ClinicId::OPERATOR] {
        let from = if clinic == ClinicId::OPERATOR { last } else { first };
        assert_eq!(app.verify_sealed(clinic, (from, last)).await.1, []);
    }
}

#[tokio::test]
async fn a_clinic_that_fails_does_not_stop_the_others() {
    let (app, clinic, first) = start(false).await;
    app.create_other_clinic().await;
    app.clock.advance(3 * HOUR);
    let key = Place::first_of(first).object_key(clinic);
    assert_eq!(app.put_sealed(&key, b"other").await, 200);
    assert_eq!(app.put_sealed(&key, b"again").await, 412);
    for _ in 0..2 {
        let error = app.try_seal_audit().await.unwrap_err();
        assert_eq!(
            error,
            "the audit of 1 clinics was not sealed: the bucket has another object at the place of the segment"
        );
    }
    assert_eq!(app.sealed(clinic, first).as_deref(), Some(&b"other"[..]));
    let clinics = app.store().list_clinics().await.unwrap();
    let other = clinics.into_iter().find(|one| *one != clinic).unwrap();
    let from = Hour::of(other.created_at());
    let (counts, findings) = app.verify_sealed(other, (from, last_due(&app))).await;
    assert_eq!((counts[0], findings), (3, vec![]));
}

#[tokio::test]
async fn a_record_of_any_form_is_sealed_as_it_is() {
    let (mut app, _, _) = start(false).await;
    app.seal_in_parts_of(2);
    let first = last_due(&app);
    // The greatest id of the hour, and the same with more behind it. The operator's audit starts with them.
    let last_id = format!("evt_{:032x}", (u128::try_from(first.end().millis()).unwrap() << 80) - 1);
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let partition = format!("{}#{}#{}", "AUDIT", ClinicId::OPERATOR, first.start().month());
    let record = |sk: &str| {
        HashMap::from([("PK".to_owned(), text(&partition)), ("SK".to_owned(), text(sk))])
    };
    let ids =
        [last_id.clone(), format!("{last_id} x"), format!("{last_id}!"), format!("{last_id}x")];
    for id in &ids {
        let mut record = record(id);
        let at = first.end().previous_instant().millis();
        record.insert("at".to_owned(), AttributeValue::N(at.to_string()));
        record.insert("zz".to_owned(), AttributeValue::B(Blob::new([7])));
        record.insert("zs".to_owned(), AttributeValue::Ns(vec!["1".to_owned()]));
        app.put_item(record).await;
    }
    app.clock.advance(HOUR);
    app.seal_audit().await;
    assert_eq!(app.sealed_parts(ClinicId::OPERATOR, first).len(), 2);
    let (counts, findings) = app.verify_sealed(ClinicId::OPERATOR, (first, first.next())).await;
    assert_eq!(counts, [4, 0]);
    let malformed: Vec<_> = findings.into_iter().map(|one| one.problem).collect();
    assert_eq!(malformed, ids.map(Problem::ForeignRecord)[1..]);
}

#[tokio::test]
async fn an_operator_whose_first_record_is_malformed_is_sealed() {
    let (app, _, _) = start(false).await;
    let month = app.clock.now().month_start();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let partition = format!("{}#{}#{}", "AUDIT", ClinicId::OPERATOR, month.month());
    let id = format!("evt_{:032x}x", 0);
    app.put_item(HashMap::from([
        ("PK".to_owned(), text(&partition)),
        ("SK".to_owned(), text(&id)),
    ]))
    .await;
    app.seal_audit().await;
    assert!(app.sealed(ClinicId::OPERATOR, Hour::of(month)).is_some());
    assert!(app.sealed(ClinicId::OPERATOR, last_due(&app)).is_some());
}

#[tokio::test]
async fn a_segment_of_an_unknown_key_is_foreign() {
    // {"alg":"ES256","kid":"unknown","typ":"audit-segment"}
    const OTHER: &[u8] =
        b"eyJhbGciOiJFUzI1NiIsImtpZCI6InVua25vd24iLCJ0eXAiOiJhdWRpdC1zZWdtZW50In0.e30.AA";
    let (app, clinic, first) = start(false).await;
    app.clock.advance(2 * HOUR);
    assert_eq!(app.put_sealed(&Place::first_of(first).object_key(clinic), OTHER).await, 200);
    let error = app.try_seal_audit().await.unwrap_err();
    assert!(error.ends_with("another object at the place of the segment"), "{error}");
}

#[tokio::test]
async fn a_clinic_that_leaves_the_index_is_still_sealed() {
    let (app, clinic, first) = start(false).await;
    app.seal_audit().await;
    app.remove_attribute(&format!("CLINIC#{clinic}"), "CLINIC", "GSI4PK").await;
    assert_eq!(app.store().list_clinics().await.unwrap(), []);
    app.clock.advance(2 * HOUR);
    app.seal_audit().await;
    assert_eq!(app.verify_sealed(clinic, (first, last_due(&app))).await.1, []);
}

#[tokio::test]
async fn a_clinic_with_a_corrupt_note_does_not_stop_the_others() {
    let (app, clinic, first) = start(false).await;
    app.create_other_clinic().await;
    app.clock.advance(2 * HOUR);
    app.seal_audit().await;
    let last = last_due(&app);
    app.set_attribute("SEALED", &app.clinic_id, "sh", "yesterday").await;
    app.clock.advance(HOUR);
    let error = app.try_seal_audit().await.unwrap_err();
    assert!(error.starts_with("the audit of 1 clinics was not sealed: "), "{error}");
    assert_eq!(app.sealed(clinic, last.next()), None);
    for other in app.store().list_clinics().await.unwrap() {
        assert_eq!(app.sealed(other, last.next()).is_some(), other != clinic);
    }
    // As the runbook says.
    app.set_attribute("SEALED", &app.clinic_id, "sh", &last.start().to_string()).await;
    app.seal_audit().await;
    assert_eq!(app.verify_sealed(clinic, (first, last_due(&app))).await.1, []);
}

#[tokio::test]
async fn a_changed_table_is_found() {
    let (app, clinic, first) = start(false).await;
    app.clock.advance(2 * HOUR);
    app.seal_audit().await;
    let records = app.store().read_audit_hour(clinic, (first.start(), first.end())).await.unwrap();
    let key = |n: usize| {
        let part = |name: &str| records[n][name]["S"].as_str().unwrap().to_owned();
        [("PK", part("PK")), ("SK", part("SK"))]
    };
    app.delete_item(&key(0)[0].1, &key(0)[1].1).await;
    app.set_attribute(&key(1)[0].1, &key(1)[1].1, "ac", "system").await;
    let (_, findings) = app.verify_sealed(clinic, (first, first)).await;
    let id = |n: usize| key(n)[1].1.clone();
    let problems: Vec<_> = findings.into_iter().map(|one| one.problem).collect();
    let expected =
        [Problem::CountDiffers(2, 3), Problem::NotInTable(id(0)), Problem::DiffersFromTable(id(1))];
    assert_eq!(problems, expected);
    // Neither of the two changes is an event or stops the feed.
    app.append_events().await;
    assert_eq!(app.list_events().await.len(), 2);
}
