//! What is kept of the stream for reviews.

use serde_json::json;

use super::{REVIEW, boss, each, pass_hours, person, review, start, today};
use crate::support::{App, member, units};

#[tokio::test]
async fn a_record_that_was_changed_in_the_table_changes_no_review() {
    let app = start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let before = review(&app, "").await;
    let granter = each(person(&before, &user["userId"]), "grantedBy");
    assert_eq!(granter, [&json!(format!("key:{}", app.api_key_id))]);
    for item in app.list_audit_records("invitation.accepted").await {
        let key = |name: &str| item[name].as_s().unwrap().clone();
        app.set_attribute(&key("PK"), &key("SK"), "gb", "operator").await;
    }
    let after = review(&app, "").await;
    assert_eq!(each(person(&after, &user["userId"]), "grantedBy"), granter);
}

#[tokio::test]
async fn a_corrupt_clinic_does_not_stop_the_stream() {
    let app = start().await;
    app.append_events().await;
    pass_hours(&app, 1);
    let name = app.find_item("CLINIC").await["na"].as_s().unwrap().clone();
    let clinic = format!("CLINIC#{}", app.clinic_id);
    app.remove_attribute(&clinic, "CLINIC", "na").await;
    let day = domain::time::Day::parse(&today(&app)).unwrap();
    app.add_sign_ins(day.start(), 1).await;
    app.append_events().await;
    let month = format!("usr_{}#{:02}", "07".repeat(16), day.month());
    let used = app.find_item(&month).await;
    assert_eq!(used["si"].as_ns().unwrap(), &[day.day_of_month().to_string()]);
    app.set_attribute(&clinic, "CLINIC", "na", &name).await;
    boss(&app).await.get(REVIEW).await.expect(200);
}

#[tokio::test]
async fn a_kept_view_costs_its_record_its_day_and_the_mark() {
    let app = App::start_with_faults_without_mailer().await;
    let reader = app.confirm_reader().await;
    app.append_events().await;
    app.open_view(&reader).await;
    let mut records = app.changes_for_events();
    records.drain(..records.len() - 1);
    app.reset_units();
    app.call_events(&records).await;
    let of = |operation: &'static str| (operation, app.units_of(operation));
    let spent = ["PutItem", "UpdateItem", "Query"].map(of);
    assert_eq!(spent.to_vec(), units(&[("PutItem", "1"), ("UpdateItem", "2"), ("Query", "1")]));
}
