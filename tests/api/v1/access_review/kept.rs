//! What is kept of the stream for reviews.

use serde_json::json;

use super::{each, person, review, start};
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
