//! Who is in a review.

use serde_json::{Value, json};

use super::{REVIEW, USERS, boss, find_person, pass_hours, person, review, start, today};
use crate::support::{PASSWORD, dashboard_member, member};

#[tokio::test]
async fn a_person_comes_with_names_status_address_and_last_use() {
    let app = start().await;
    let wanted = dashboard_member("grace@clinic.example");
    let user = app.invite_and_confirm(&wanted, Some(PASSWORD)).await;
    let first = today(&app);
    app.clock.advance_to_full_day();
    let second = today(&app);
    let reader = app.confirm_reader().await;
    app.open_view(&reader).await;
    app.clock.advance_to_full_day();
    pass_hours(&app, 1);
    app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
    let path = format!("{USERS}/{}", user["userId"].as_str().unwrap());
    let renamed = json!({ "lastName": "Okafor", "suffix1": "MD" });
    app.as_pacs().patch(&path, &renamed).await.expect(200);
    let third = today(&app);
    app.clock.advance_to_full_day();

    let found = review(&app, &format!("?at={second}")).await;
    let grace = person(&found, &user["userId"]);
    assert_eq!(
        [&grace["firstName"], &grace["lastName"], &grace["email"], &grace["status"]],
        ["Grace", "Lind", "grace@clinic.example", "active"]
    );
    assert_eq!(grace.get("suffix1"), None);
    assert_eq!(grace["lastSignInOn"], first.as_str(), "accepting signed them in");
    assert_eq!(grace["lastViewOn"], Value::Null);
    let ada = person(&found, &json!(reader));
    assert_eq!((&ada["lastSignInOn"], &ada["lastViewOn"]), (&Value::Null, &json!(second)));

    let found = review(&app, &format!("?at={third}")).await;
    let grace = person(&found, &user["userId"]);
    assert_eq!((&grace["lastName"], &grace["suffix1"]), (&json!("Okafor"), &json!("MD")));
    assert_eq!(grace["lastSignInOn"], third.as_str());
    assert_eq!(find_person(&review(&app, &format!("?at={first}")).await, &json!(reader)), None);
}

#[tokio::test]
async fn invited_people_are_absent_until_they_accept() {
    let app = start().await;
    let invited = app.as_pacs().invite(&member("grace@clinic.example")).await;
    let user = json!(invited.str("userId"));
    assert_eq!(find_person(&review(&app, "").await, &user), None);
    let token = app.token(&invited.str("invitationId"), 1);
    app.as_invitee().accept(&json!({ "token": token })).await.expect(200);
    assert!(find_person(&review(&app, "").await, &user).is_some());
}

#[tokio::test]
async fn nothing_of_another_clinic_is_in_a_review() {
    let app = start().await;
    let reader = app.confirm_reader().await;
    app.open_view(&reader).await;
    let (pacs, foreign) = app.create_other_clinic_with_admin().await;
    app.append_events().await;
    let theirs = foreign.get(REVIEW).await;
    theirs.expect(200);
    for own in [&app.api_key_id, &app.clinic_id, &reader[4..].to_owned()] {
        assert!(!theirs.text.contains(own.as_str()), "{}", theirs.text);
    }
    let cursor = boss(&app).await.get(&format!("{REVIEW}?limit=1")).await.str("cursor");
    let foreign_cursor = foreign.get(&format!("{REVIEW}?cursor={cursor}")).await;
    foreign_cursor.expect_problem(400, "cursor_invalid");
    let there = pacs.get(USERS).await.expect(200)["users"][0]["userId"].clone();
    assert_eq!(find_person(&review(&app, "").await, &there), None);
}

#[tokio::test]
async fn only_a_signed_in_owner_or_admin_reads_a_review() {
    let app = start().await;
    let manager = dashboard_member("grace@clinic.example");
    let member = app.confirm_and_sign_in(&manager).await;
    app.append_events().await;
    member.client.get(REVIEW).await.expect_problem(403, "forbidden");
    let refused = app.as_pacs().get(REVIEW).await.expect_problem(403, "forbidden");
    assert!(refused["detail"].as_str().unwrap().contains("dashboard"), "{refused}");
    app.as_invitee().get(REVIEW).await.expect_problem(401, "unauthenticated");
}
