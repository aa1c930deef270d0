//! `POST /v1/autoScribe/users`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, PASSWORD, admin, member, radiologist, text_of, with};

#[tokio::test]
async fn the_answer_holds_the_future_user_and_the_invitation_id() {
    let app = App::start().await;
    let person = with(
        radiologist("Ada.Hale@Clinic.example"),
        json!({
            "middleName": "B.", "suffix1": "MD", "phoneNumber": "+1 (415) 555-0132",
        }),
    );
    let user = app.as_pacs().invite(&person).await.expect(201);
    for (field, value) in [
        ("email", json!("Ada.Hale@Clinic.example")),
        ("firstName", json!("Ada")),
        ("lastName", json!("Hale")),
        ("middleName", json!("B.")),
        ("suffix1", json!("MD")),
        ("suffix2", Value::Null),
        ("phoneNumber", json!("+14155550132")),
        ("clinicRole", json!("Radiologist")),
        ("level", json!("member")),
        ("canManageStudies", json!(true)),
        ("canCreateReports", json!(true)),
        ("hasDashboardAccess", json!(false)),
        ("npiNumber", json!("1234567893")),
        ("npiVerification", json!("verified")),
        ("invitationStatus", json!("sent")),
        ("invitedSource", json!("api")),
        ("assignable", json!(false)),
        ("lastLoginAt", Value::Null),
    ] {
        assert_eq!(user[field], value, "{field}");
    }
    assert_eq!(user.get("status"), None, "nobody has confirmed");
    let (user_id, invitation_id) =
        (user["userId"].as_str().unwrap(), user["invitationId"].as_str().unwrap());
    assert_eq!(user_id.strip_prefix("usr_"), invitation_id.strip_prefix("inv_"));
    assert_eq!(user["createdAt"].as_str().unwrap().len(), "2026-11-24T09:30:00.000Z".len());
}

#[tokio::test]
async fn an_invited_person_is_not_a_user_until_they_confirm() {
    let app = App::start().await;
    let user = app.as_pacs().invite(&member("grace@clinic.example")).await.expect(201);
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    app.as_pacs().get(&path).await.expect_problem(404, "user_not_found");
    let page = app.as_pacs().get("/v1/autoScribe/users").await.expect(200);
    assert_eq!(page["users"], json!([]));
}

#[tokio::test]
async fn an_invitation_is_open_for_seven_days() {
    let app = App::start().await;
    let invited = app.as_pacs().invite(&member("grace@clinic.example")).await;
    let invitation = app.read_invitation(&invited.str("invitationId")).await;
    let time =
        |field: &str| domain::time::Timestamp::parse(invitation[field].as_str().unwrap()).unwrap();
    assert_eq!(time("expiry").since(time("createdAt")), Duration::from_hours(7 * 24));
}

#[tokio::test]
async fn all_invalid_fields_of_an_invite_are_reported_at_once() {
    let app = App::start().await;
    let answer = app
        .as_pacs()
        .invite(&json!({
            "email": "nobody", "firstName": "", "lastName": 3, "middleName": "evil.com", "suffix1": "<b>",
            "phoneNumber": "1", "clinicRole": "radiologist", "level": "boss", "canManageStudies": "yes",
            "canCreateReports": null, "npiNumber": "1234567890", "isAdmin": true,
        }))
        .await;
    answer.expect_problem(422, "fields_invalid");
    let codes: Vec<_> =
        answer.field_errors().into_iter().map(|(field, code)| format!("{field} {code}")).collect();
    assert_eq!(
        codes,
        [
            "email email_invalid",
            "firstName name_length",
            "lastName wrong_type",
            "middleName name_looks_like_link",
            "suffix1 name_characters",
            "phoneNumber phone_invalid",
            "clinicRole clinic_role_unknown",
            "level level_unknown",
            "canManageStudies wrong_type",
            "canCreateReports required",
            "hasDashboardAccess required",
            "npiNumber npi_invalid",
            "isAdmin unknown_field",
        ]
    );
}

#[tokio::test]
async fn a_single_invalid_field_gives_the_answer_its_code() {
    let app = App::start().await;
    for (changes, code) in [
        (json!({"level": "owner"}), "owner_not_assignable"),
        (json!({"level": "admin"}), "admin_needs_dashboard"),
        (json!({"canCreateReports": true}), "npi_required"),
        (json!({"npiNumber": "1234567890"}), "npi_invalid"),
        (json!({"npiNumber": "3000000000"}), "npi_invalid"),
        (json!({"canCreateReport": true}), "unknown_field"),
        (json!({"email": format!("{}@clinic.example", "a".repeat(65))}), "email_too_long"),
        (json!({"firstName": "Ada\r\nBcc: x@evil.example"}), "name_characters"),
        (json!({"firstName": "A\u{202e}da"}), "name_characters"),
        (json!({"firstName": "A\u{200b}da"}), "name_characters"),
        (json!({"lastName": "evil.com"}), "name_looks_like_link"),
        (json!({"firstName": "a".repeat(101)}), "name_length"),
        (json!({"email": "grace@clinic.example\r\nBcc: x@evil.example"}), "email_invalid"),
    ] {
        let answer = app.as_pacs().invite(&with(member("grace@clinic.example"), changes)).await;
        answer.expect_problem(422, code);
        assert_eq!(answer.field_errors().len(), 1);
    }
    assert_eq!(
        app.list_invitations("").await.len(),
        1,
        "only the owner's invitation may be stored"
    );
}

#[tokio::test]
async fn an_address_has_at_most_254_bytes() {
    let app = App::start().await;
    let domain = format!("{}.{}.{}.ex", "d".repeat(63), "e".repeat(63), "f".repeat(58));
    let longest = format!("{}@{domain}", "a".repeat(64));
    assert_eq!(longest.len(), 254);
    app.as_pacs().invite(&member(&longest)).await.expect(201);
    app.as_pacs()
        .invite(&member(&format!("{longest}x")))
        .await
        .expect_problem(422, "email_too_long");
}

#[tokio::test]
async fn another_spelling_of_an_invited_address_is_already_invited() {
    let app = App::start().await;
    let first = app.as_pacs().invite(&member("Grace@Praxis-Süd.example")).await;
    for spelling in [
        "grace@praxis-süd.example",
        " GRACE@xn--praxis-sd-x9a.example ",
        "grace@PRAXIS-SU\u{308}D.example",
    ] {
        let problem =
            app.as_pacs().invite(&member(spelling)).await.expect_problem(409, "already_invited");
        assert_eq!(problem["invitationId"], first.json()["invitationId"], "{spelling}");
        assert!(problem["detail"].as_str().unwrap().contains(&first.str("invitationId")));
    }
}

#[tokio::test]
async fn a_tagged_or_look_alike_address_is_another_person() {
    let app = App::start().await;
    for address in [
        "ida@clinic.example",
        "ida+ct@clinic.example",
        "ida@clin\u{131}c.example",
        "ida@clin\u{456}c.example",
    ] {
        app.as_pacs().invite(&member(address)).await.expect(201);
    }
}

#[tokio::test]
async fn an_expired_revoked_or_rejected_invitation_does_not_block_a_new_one() {
    let app = App::start().await;
    let again = async |app: &App| {
        app.as_pacs().invite(&with(member("grace@clinic.example"), json!({"suffix1": "Jr."}))).await
    };

    let revoked = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.as_pacs()
        .post("/v1/autoScribe/users/invitations/revoke", &json!({"invitationId": revoked}))
        .await
        .expect(200);
    let rejected = again(&app).await.str("invitationId");
    let token = app.token(&rejected, 1);
    app.as_invitee().post("/v1/invitation/reject", &json!({"token": token})).await.expect(200);
    let expired = again(&app).await.str("invitationId");
    app.clock.advance(Duration::from_hours(7 * 24));
    let pending = again(&app).await.str("invitationId");
    let found = app.list_invitations("?email=grace@clinic.example").await;
    let ids: Vec<_> = found.iter().map(|i| i["invitationId"].as_str().unwrap()).collect();
    assert_eq!(ids, [&pending, &expired, &rejected, &revoked]);
}

#[tokio::test]
async fn a_confirmed_person_is_already_a_member() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let problem = app
        .as_pacs()
        .invite(&member("grace@clinic.example"))
        .await
        .expect_problem(409, "already_member");
    assert_eq!(problem["userId"], user["userId"]);
}

#[tokio::test]
async fn one_npi_belongs_to_one_person_in_a_clinic() {
    let app = App::start().await;
    let first = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.expect(201);
    let problem = app
        .as_pacs()
        .invite(&radiologist("eve@clinic.example"))
        .await
        .expect_problem(409, "npi_in_use");
    assert_eq!(problem["invitationId"], first["invitationId"]);
    assert_eq!(problem.get("userId"), None, "nobody has accepted");
    let token = json!({"token": app.token(first["invitationId"].as_str().unwrap(), 1)});
    app.as_invitee().accept(&token).await.expect(200);
    let problem = app
        .as_pacs()
        .invite(&radiologist("eve@clinic.example"))
        .await
        .expect_problem(409, "npi_in_use");
    assert_eq!(problem["userId"], first["userId"]);
    assert_eq!(problem.get("invitationId"), None);
    let elsewhere = app.create_other_clinic().await;
    elsewhere.invite(&radiologist("ada@clinic.example")).await.expect(201);
}

#[tokio::test]
async fn a_repeated_invite_gets_the_first_answer_and_sends_one_email() {
    let app = App::start().await;
    let first = app.as_pacs().invite(&member("grace@clinic.example")).await.expect(201);
    let reordered: Value =
        serde_json::from_str(&member("grace@clinic.example").to_string()).unwrap();
    assert_eq!(app.as_pacs().invite(&reordered).await.expect(201), first);
    app.wait_for_emails("grace@clinic.example", 1).await;
    app.clock.advance(Duration::from_mins(10));
    app.as_pacs()
        .invite(&member("grace@clinic.example"))
        .await
        .expect_problem(409, "already_invited");
    app.wait_until_delivered().await;
    assert_eq!(app.sent_emails("grace@clinic.example").len(), 1);
}

#[tokio::test]
async fn the_same_invite_from_another_caller_is_not_a_repeat() {
    let app = App::start().await;
    app.as_pacs().invite(&member("grace@clinic.example")).await.expect(201);
    let other = app.create_pacs(&domain::credentials::api_key::Scope::ALL).await;
    other.invite(&member("grace@clinic.example")).await.expect_problem(409, "already_invited");
}

#[tokio::test]
async fn an_invite_from_the_dashboard_names_the_admin() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let user = boss.client.invite(&member("new@clinic.example")).await;
    assert_eq!(user.expect(201)["invitedSource"], "dashboard");
    let invitation = app.read_invitation(&user.str("invitationId")).await;
    assert_eq!(invitation["inviterId"], boss.user_id);
    assert_eq!(invitation["invitedByApiKeyId"], Value::Null);
    let emails = app.wait_for_emails("new@clinic.example", 1).await;
    assert!(text_of(&emails[0]).contains("Grace Lind invites you to join Riverside Imaging"));
    let token = json!({"token": app.token(&user.str("invitationId"), 1)});
    let seen = app.as_invitee().post("/v1/invitation/lookup", &token).await.expect(200);
    assert_eq!(seen["inviter"], "Grace Lind");
}

#[tokio::test]
async fn an_admin_invitation_needs_an_inviter_who_is_still_an_admin() {
    let app = App::start().await;
    app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let invited = boss.client.invite(&admin("second@clinic.example")).await;
    let path = format!("/v1/autoScribe/users/{}", boss.user_id);
    app.as_pacs().patch(&path, &json!({"level": "member"})).await.expect(200);
    let body = json!({"token": app.token(&invited.str("invitationId"), 1), "password": PASSWORD});
    let accept = app.as_invitee().accept(&body).await;
    accept.expect_problem(409, "inviter_not_authorized");
}
