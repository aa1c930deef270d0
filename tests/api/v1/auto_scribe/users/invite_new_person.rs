//! `POST /v1/autoScribe/users` for a new person, and for one who was invited before.

use std::time::Duration;

use domain::time::Timestamp;
use serde_json::json;

use crate::support::{App, member, units, with};

#[tokio::test]
async fn an_invite_of_a_new_person_reads_only_the_caller_and_costs_7_write_units() {
    let app = App::start_with_faults_without_mailer().await;
    let invite = async |address: &str| {
        app.reset_units();
        let answer = app.as_pacs().invite(&member(address)).await;
        (answer.status, app.units_spent())
    };
    // The first invite of an instance also reads the clinic and records the use of the key.
    invite("first@clinic.example").await;
    let cost = units(&[("GetItem", "1"), ("TransactWriteItems", "8")]);
    assert_eq!(invite("grace@clinic.example").await, (201.try_into().unwrap(), cost));
    let again = with(member("grace@clinic.example"), json!({"firstName": "Else"}));
    app.as_pacs().invite(&again).await.expect_problem(409, "already_invited");
}

#[tokio::test]
async fn every_invitation_stays_open_for_the_days_that_the_clinic_set() {
    let app = App::start().await;
    let pacs = app.create_other_clinic().await;
    let invite = async |address: &str| {
        let user = pacs.invite(&member(address)).await.expect(201);
        let id = user["invitationId"].as_str().unwrap().to_owned();
        let path = format!("/v1/autoScribe/users/invitations/{id}");
        let invitation = pacs.get(&path).await.expect(200);
        let time = |name: &str| Timestamp::parse(invitation[name].as_str().unwrap()).unwrap();
        let open_for = time("expiry").since(time("createdAt"));
        assert_eq!(open_for, Duration::from_hours(3 * 24));
        id
    };
    // The first invite reads the clinic. The second one uses the cached days.
    invite("first@clinic.example").await;
    let once = invite("grace@clinic.example").await;
    let revoke = json!({ "invitationId": once });
    let path = "/v1/autoScribe/users/invitations/revoke";
    pacs.post(path, &revoke).await.expect(200);
    assert_ne!(invite("grace@clinic.example").await, once);
}
