//! The audit is only ever added to.

use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject};
use store::{CommitOutcome, Part};

use crate::support::App;

#[tokio::test]
async fn an_audit_record_cannot_be_written_twice() {
    let app = App::start_without_mailer().await;
    let object = AuditObject::Clinic(app.clinic());
    let record = app.operator_record(AuditAction::ClinicProvisioned, object);
    let first = app.store().transaction(&record).unwrap().commit().await.unwrap();
    assert_eq!(first, CommitOutcome::Committed);
    let before = app.list_audit_records("clinic.provisioned").await;
    let mut forged = record.clone();
    forged.actor = Actor::System;
    let second = app.store().transaction(&forged).unwrap().commit().await.unwrap();
    assert_eq!(second, CommitOutcome::Conflict(vec![Part::Audit]));
    assert_eq!(app.list_audit_records("clinic.provisioned").await, before);
}
