//! What is kept of the stream for reviews.

use serde_json::json;

use super::{REVIEW, boss, each, pass_hours, person, review, start, today};
use crate::support::member;

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
