//! `POST /v1/autoScribe/users` of somebody new, and of somebody who was invited before.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, member, units, with};

#[tokio::test]
async fn an_invite_of_somebody_new_reads_only_its_caller_and_costs_7_write_units() {
    let app = App::unpumped_with_faults().await;
    let invite = async |address: &str| {
        app.count_units();
        let answer = app.as_pacs().invite(&member(address)).await;
        (answer.status, app.spent())
    };
    // The first looks the clinic up, and notes that the key is used.
    invite("first@clinic.example").await;
    let cost = units(&[("GetItem", "1"), ("TransactWriteItems", "7")]);
    assert_eq!(
        invite("grace@clinic.example").await,
        (201.try_into().unwrap(), cost)
    );
    let again = with(member("grace@clinic.example"), json!({"firstName": "Else"}));
    app.as_pacs()
        .invite(&again)
        .await
        .problem(409, "already_invited");
}

#[tokio::test]
async fn whoever_was_invited_before_is_invited_again_with_the_clinics_days() {
    let app = App::start().await;
    app.as_pacs()
        .invite(&member("first@clinic.example"))
        .await
        .expect(201);
    let invite = async || {
        let user = app
            .as_pacs()
            .invite(&member("grace@clinic.example"))
            .await
            .expect(201);
        user["invitationId"].as_str().unwrap().to_owned()
    };
    let first = invite().await;
    let revoke = json!({ "invitationId": first });
    let path = "/v1/autoScribe/users/invitations/revoke";
    app.as_pacs().post(path, &revoke).await.expect(200);
    let second = invite().await;
    assert_ne!(first, second);
    let days = |invitation: &Value| {
        let time = |name: &str| {
            domain::time::Timestamp::parse(invitation[name].as_str().unwrap()).unwrap()
        };
        time("expiry").since(time("createdAt"))
    };
    let seven = Duration::from_hours(7 * 24);
    assert_eq!(days(&app.invitation(&first).await), seven);
    assert_eq!(days(&app.invitation(&second).await), seven);
}
