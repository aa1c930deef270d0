//! `PATCH /v1/autoScribe/users/invitations/{invitationId}`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, TestResponse, member, radiologist};

async fn patch(app: &App, id: &str, body: Value) -> TestResponse {
    app.as_pacs().patch(&format!("/v1/autoScribe/users/invitations/{id}"), &body).await
}

#[tokio::test]
async fn a_patch_changes_only_the_fields_it_sends() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.str("invitationId");
    app.wait_for_emails("ada@clinic.example", 1).await;
    let before = app.read_invitation(&id).await;
    let after = patch(
        &app,
        &id,
        json!({"suffix1": "MD", "phoneNumber": "415 555 0132", "canManageStudies": false}),
    )
    .await;
    let after = after.expect(200);
    assert_eq!((&after["suffix1"], &after["phoneNumber"]), (&json!("MD"), &json!("4155550132")));
    assert_eq!(after["canManageStudies"], false);
    for same in [
        "firstName",
        "email",
        "npiNumber",
        "npiVerification",
        "expiry",
        "createdAt",
        "sendCount",
        "delivery",
    ] {
        assert_eq!(after[same], before[same], "{same}");
    }
    let cleared = patch(&app, &id, json!({"suffix1": null, "phoneNumber": null})).await.expect(200);
    assert_eq!((&cleared["suffix1"], &cleared["phoneNumber"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_patch_must_obey_the_rules_across_fields() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.str("invitationId");
    for (body, code) in [
        (json!({"npiNumber": null}), "npi_required"),
        (json!({"level": "admin"}), "admin_needs_dashboard"),
        (json!({"level": "owner"}), "owner_not_assignable"),
        (json!({"firstName": null}), "required"),
        (json!({"clinicRole": null}), "required"),
        (json!({"canManageStudies": null}), "required"),
        (json!({"emails": "x@clinic.example"}), "unknown_field"),
        (json!({"npiNumber": "2000000085"}), "npi_not_found"),
        (json!({"npiNumber": "2000000077"}), "npi_deactivated"),
    ] {
        patch(&app, &id, body.clone()).await.expect_problem(422, code);
    }
    assert_eq!(
        app.read_invitation(&id).await["updatedAt"],
        app.read_invitation(&id).await["createdAt"],
        "nothing changed"
    );
}

#[tokio::test]
async fn a_new_npi_or_surname_is_verified_again_and_the_old_npi_is_free() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.str("invitationId");
    let renamed = patch(&app, &id, json!({"lastName": "Brandt"})).await.expect(200);
    assert_eq!(renamed["npiVerification"], "name_mismatch");
    let moved = patch(&app, &id, json!({"npiNumber": "2000000036"})).await.expect(200);
    assert_eq!(moved["npiVerification"], "verified", "the registry lists this as a former name");
    let freed = app.as_pacs().invite(&radiologist("eve@clinic.example")).await.expect(201);
    patch(&app, freed["invitationId"].as_str().unwrap(), json!({"npiNumber": "2000000036"}))
        .await
        .expect_problem(409, "npi_in_use");
}

#[tokio::test]
async fn an_emailed_link_accepts_the_invitation_as_last_edited() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    patch(&app, &id, json!({"firstName": "Gráinne"})).await.expect(200);
    let token = app.token(&id, 1);
    let user = app.as_invitee().accept(&json!({"token": token})).await.expect(200);
    assert_eq!(user["firstName"], "Gráinne");
}

#[tokio::test]
async fn only_a_pending_unexpired_invitation_can_be_changed() {
    let app = App::start().await;
    let change = json!({"firstName": "Eve"});
    let accepted = app.invite_and_confirm(&member("a@clinic.example"), None).await["userId"]
        .as_str()
        .unwrap()
        .replace("usr_", "inv_");
    patch(&app, &accepted, change.clone()).await.expect_problem(409, "invitation_accepted");
    let revoked = app.as_pacs().invite(&member("b@clinic.example")).await.str("invitationId");
    let revoke = json!({"invitationId": revoked});
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    patch(&app, &revoked, change.clone()).await.expect_problem(409, "invitation_revoked");
    let rejected = app.as_pacs().invite(&member("c@clinic.example")).await.str("invitationId");
    let token = app.token(&rejected, 1);
    app.as_invitee().post("/v1/invitation/reject", &json!({"token": token})).await.expect(200);
    patch(&app, &rejected, change.clone()).await.expect_problem(409, "invitation_rejected");
    let expired = app.as_pacs().invite(&member("d@clinic.example")).await.str("invitationId");
    app.clock.advance(Duration::from_hours(7 * 24));
    patch(&app, &expired, change).await.expect_problem(410, "invitation_expired");
}

#[tokio::test]
async fn an_owners_invitation_cannot_be_changed_or_revoked() {
    let app = App::start().await;
    let owner = &app.list_invitations("?status=sent").await[0];
    let id = owner["invitationId"].as_str().unwrap();
    patch(&app, id, json!({"level": "member"})).await.expect_problem(403, "forbidden");
    let revoke = json!({"invitationId": id});
    app.as_pacs()
        .post("/v1/autoScribe/users/invitations/revoke", &revoke)
        .await
        .expect_problem(403, "forbidden");
}
