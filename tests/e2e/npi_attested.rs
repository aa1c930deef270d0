//! An NPI that an owner or admin attested, checked again each month.

use std::time::Duration;

use domain::actor::Actor;
use domain::audit::{AuditObject, AuditRecord, NameChange, ReceiverChange};
use domain::ids::{AuditId, UserId};
use domain::npi::Attester;
use domain::review::ReviewFacts;
use domain::time::Clock as _;
use runtime::OsEntropy;
use serde_json::{Value, json};
use store::CommitOutcome;

use crate::support::{App, radiologist, with};

const MONTH: Duration = Duration::from_hours(30 * 24);
const OTHER_SURNAME: &str = "2000000051";

/// Confirms a person that the registry lists under another surname, and attests their NPI as the owner.
async fn confirm_and_attest(app: &App) -> String {
    let owner = app.confirm_owner().await;
    let eve = with(radiologist("eve@clinic.example"), json!({"npiNumber": OTHER_SURNAME}));
    let eve = app.invite_and_confirm(&eve, None).await;
    assert_eq!(eve["npiVerification"], "name_mismatch");
    assert_eq!(app.load_npi_claim(OTHER_SURNAME).await.due, None);
    let id = |user: &Value| UserId::parse(user["userId"].as_str().unwrap()).unwrap();
    attest(app, id(&eve), id(&owner)).await;
    eve["userId"].as_str().unwrap().to_owned()
}

async fn attest(app: &App, user: UserId, by: UserId) {
    let now = app.clock.now();
    let user = app.store().load_user(app.clinic(), user).await.unwrap().unwrap();
    let change = user.attest(Attester::User(by), now).unwrap();
    let after = change.next.profile.permissions;
    let (npi, verification) = after.npi().unwrap();
    let record = AuditRecord {
        id: AuditId::new(now, &OsEntropy),
        clinic: app.clinic(),
        at: now,
        actor: Actor::User(by),
        action: change.action,
        object: AuditObject::User(change.next.id),
        before: Some(change.before.permissions),
        after: Some(after),
        names: NameChange::default(),
        receiver: ReceiverChange::default(),
        role: None,
        deliveries: 0,
        ip: None,
        review: ReviewFacts { change: change.next.changes, ..ReviewFacts::default() },
    };
    let claim = app.load_npi_claim(npi.as_str()).await;
    let claim = claim.hold_for_user(change.next.id.invitation_id());
    let mut tx = app.store().transaction(&record).unwrap();
    tx.replace_user(&change).unwrap();
    let claim = claim.schedule_lookup(verification, now);
    tx.put_npi_claim(app.clinic(), npi, &claim).unwrap();
    assert_eq!(tx.commit().await.unwrap(), CommitOutcome::Committed);
}

async fn read_state(app: &App, id: &str) -> (Value, Value) {
    let path = format!("/v1/autoScribe/users/{id}");
    let user = app.as_pacs().get(&path).await.expect(200);
    (user["npiVerification"].clone(), user["assignable"].clone())
}

#[tokio::test]
async fn an_attestation_lasts_until_the_npi_is_deactivated() {
    let app = App::start().await;
    let eve = confirm_and_attest(&app).await;
    let reports = (json!("verified"), json!(true));
    assert_eq!(read_state(&app, &eve).await, reports);
    app.clock.advance(MONTH);
    assert_eq!(app.run_verifier().await.unchanged, 1);
    assert_eq!(read_state(&app, &eve).await, reports);
    app.registry.answer_as(OTHER_SURNAME, "2000000077");
    app.clock.advance(MONTH);
    assert_eq!(app.run_verifier().await.changed, 1);
    let ended = (json!("deactivated"), json!(false));
    assert_eq!(read_state(&app, &eve).await, ended);
    let attested = app.list_audit_records("npi.attested").await;
    let after = attested[0]["af"].as_m().unwrap();
    assert!(after.contains_key("nb") && after.contains_key("na"));
}

#[tokio::test]
async fn a_new_surname_clears_the_attestation() {
    let app = App::start().await;
    let eve = confirm_and_attest(&app).await;
    let path = format!("/v1/autoScribe/users/{eve}");
    let renamed = json!({"lastName": "Okafor"});
    app.as_pacs().patch(&path, &renamed).await.expect(200);
    let mismatched = (json!("name_mismatch"), json!(false));
    assert_eq!(read_state(&app, &eve).await, mismatched);
    assert_eq!(app.load_npi_claim(OTHER_SURNAME).await.due, None);
}
