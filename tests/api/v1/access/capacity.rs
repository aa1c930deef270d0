//! DynamoDB capacity units of the routes, as the database reports them.

use serde_json::json;

use crate::support::{App, REDEEM, units};

#[tokio::test]
async fn a_link_costs_8_write_units_and_a_renewal_1_5_read_units() {
    let app = App::start_with_faults_without_mailer().await;
    let reader = app.confirm_reader().await;
    app.reset_units();
    let link = app.issue_link(&reader).await;
    // The API key is 1. User and missing assignment are 2. The limit on open accesses is 0.5.
    let issued =
        [("BatchGetItem", "2"), ("GetItem", "1"), ("Query", "0.5"), ("TransactWriteItems", "8")];
    assert_eq!(app.units_spent(), units(&issued));
    app.reset_units();
    let body = json!({ "token": link.token });
    let view = app.as_invitee().post(REDEEM, &body).await.str("viewToken");
    let opened = [("BatchGetItem", "3"), ("GetItem", "1"), ("TransactWriteItems", "6")];
    assert_eq!(app.units_spent(), units(&opened));
    // The first renewal of an instance also reads the published keys.
    app.renew(&view).await.expect(200);
    app.reset_units();
    app.renew(&view).await.expect(200);
    assert_eq!(app.units_spent(), units(&[("BatchGetItem", "1.5")]));
    app.reset_units();
    app.introspect(&view).await;
    assert_eq!(app.units_spent(), units(&[("BatchGetItem", "3"), ("GetItem", "1")]));
}
