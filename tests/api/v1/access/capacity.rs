//! What the routes cost in DynamoDB's units, counted on the wire.

use serde_json::json;

use crate::support::{App, REDEEM, units};

#[tokio::test]
async fn a_link_costs_7_write_units_and_a_renewal_1_5_read_units() {
    let app = App::unpumped_with_faults().await;
    let reader = app.reader().await;
    app.count_units();
    let link = app.access_link(&reader).await;
    // API key 1; user and assignment 2, of which the assignment is not there; room 0.5.
    let issued =
        [("BatchGetItem", "2"), ("GetItem", "1"), ("Query", "0.5"), ("TransactWriteItems", "7")];
    assert_eq!(app.spent(), units(&issued));
    app.count_units();
    let body = json!({ "token": link.token });
    let view = app.as_invitee().post(REDEEM, &body).await.str("viewToken");
    let opened = [("BatchGetItem", "3"), ("GetItem", "1"), ("TransactWriteItems", "4")];
    assert_eq!(app.spent(), units(&opened));
    // An instance reads the published keys as it starts, and every five minutes.
    app.renew(&view).await.expect(200);
    app.count_units();
    app.renew(&view).await.expect(200);
    assert_eq!(app.spent(), units(&[("BatchGetItem", "1.5")]));
    app.count_units();
    app.introspected(&view).await;
    assert_eq!(app.spent(), units(&[("BatchGetItem", "3"), ("GetItem", "1")]));
}
