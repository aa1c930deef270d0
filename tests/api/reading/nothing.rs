//! `null`, `""` and a missing field mean the same in an optional field, in every body.

use serde_json::{Value, json};

use super::{INVITATIONS, USERS, check};
use crate::support::{
    App, EPHEMERAL, PASSWORD, REROUTE, REVOKE, TestResponse, VIEWER_ONLY, dashboard_member, member,
    radiologist, study, with,
};

/// Every optional text of an invite with this value.
fn blank(person: Value, value: &Value) -> Value {
    let optional = ["middleName", "suffix1", "suffix2", "phoneNumber", "npiNumber"];
    optional.iter().fold(person, |person, name| with(person, json!({ *name: value })))
}

#[tokio::test]
async fn an_npi_that_is_null_or_empty_counts_as_missing() {
    let app = App::start().await;
    let (pacs, ada) = (app.as_pacs(), radiologist("ada@clinic.example"));
    let user = app.invite_and_confirm(&radiologist("grace@clinic.example"), None).await;
    let patched = format!("{USERS}/{}", user["userId"].as_str().unwrap());
    let invited = json!({ "canCreateReports": true });
    for nothing in [json!(null), json!(""), json!(" ")] {
        let sent = json!({ "npiNumber": nothing });
        let answer = pacs.invite(&with(ada.clone(), sent.clone())).await;
        check("an invite", &answer, (422, "npi_required"));
        let batch = json!({ "users": [with(ada.clone(), sent.clone())] });
        let answer = pacs.post(&format!("{USERS}/batch"), &batch).await.expect(207);
        assert_eq!(answer["results"][0]["error"]["code"], "npi_required", "a batch");
        check("a PATCH", &pacs.patch(&patched, &sent).await, (422, "npi_required"));
        let both = with(sent.clone(), invited.clone());
        check("a PATCH of both", &pacs.patch(&patched, &both).await, (422, "npi_required"));
    }
    let mut absent = ada.clone();
    absent.as_object_mut().unwrap().remove("npiNumber");
    check("an absent NPI", &pacs.invite(&absent).await, (422, "npi_required"));
    let invalid = with(ada, json!({ "npiNumber": "1234567890" }));
    check("a invalid NPI", &pacs.invite(&invalid).await, (422, "npi_invalid"));
}

#[tokio::test]
async fn nothing_in_an_optional_field_is_read_as_none() {
    let app = App::start().await;
    let pacs = app.as_pacs();
    for (at, nothing) in [json!(null), json!(""), json!("  ")].iter().enumerate() {
        let person = blank(member(&format!("p{at}@clinic.example")), nothing);
        let invited = pacs.invite(&person).await.expect(201);
        let optional = ["middleName", "suffix1", "suffix2", "phoneNumber", "npiNumber"];
        for name in optional {
            assert!(invited[name].is_null(), "{name}: {invited}");
        }
        let person = with(
            member(&format!("q{at}@clinic.example")),
            json!({
                "middleName": "M", "suffix1": "MD", "suffix2": "PhD", "phoneNumber": "+1 555 010 9999",
                "npiNumber": "1234567893", "firstName": "Ada", "lastName": "Hale",
            }),
        );
        let id = pacs.invite(&person).await.str("invitationId");
        let path = format!("{INVITATIONS}/{id}");
        let cleared = pacs.patch(&path, &blank(json!({}), nothing)).await.expect(200);
        for name in optional {
            assert!(cleared[name].is_null(), "{name}: {cleared}");
        }
        pacs.post(
            &format!("{INVITATIONS}/revoke"),
            &json!({ "invitationId": id, "userId": nothing }),
        )
        .await
        .expect(200);
    }
}

#[tokio::test]
async fn nothing_in_a_required_field_is_refused() {
    let app = App::start().await;
    let ada = radiologist("ada@clinic.example");
    let user = app.invite_and_confirm(&ada, None).await;
    let path = format!("{USERS}/{}", user["userId"].as_str().unwrap());
    let required = ["firstName", "lastName", "clinicRole", "level", "canManageStudies"];
    for name in required.into_iter().chain(["email", "canCreateReports", "hasDashboardAccess"]) {
        for nothing in [json!(null), json!("")] {
            let sent = json!({ name: nothing });
            let invite = app.as_pacs().invite(&with(ada.clone(), sent.clone())).await;
            assert_eq!((invite.status.as_u16(), invite.field_errors().len()), (422, 1), "{name}");
            if name != "email" {
                let patch = app.as_pacs().patch(&path, &sent).await;
                assert_eq!((patch.status.as_u16(), patch.field_errors().len()), (422, 1), "{name}");
            }
        }
    }
}

/// What each body answers if one of its fields is nothing.
#[tokio::test]
async fn nothing_is_read_alike_in_every_body() {
    let app = App::start().await;
    let (pacs, owner) = (app.as_pacs(), app.confirm_and_sign_in_owner().await.client);
    let reader = app.confirm_reader().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    let key = json!({ "description": "d", "scopes": ["users:read"] });
    let sign_in = json!({ "email": "grace@clinic.example", "password": PASSWORD });
    let dictation = json!({ "assignedToUserId": reader, "studyInstanceUid": "1.2" });
    let view = json!({ "retrievalId": "r" });
    for nothing in [json!(null), json!("")] {
        let nil = |name: &str| json!({ name: nothing });
        for (case, client, path, body, expected) in [
            ("studyId", &pacs, REROUTE, with(dictation.clone(), nil("studyId")), (200, "")),
            ("linkSeconds", &pacs, REROUTE, with(dictation.clone(), nil("linkSeconds")), (200, "")),
            ("viewSeconds", &pacs, REROUTE, with(dictation.clone(), nil("viewSeconds")), (200, "")),
            (
                "both studies",
                &pacs,
                REROUTE,
                with(dictation.clone(), json!({ "studyInstanceUid": nothing, "studyId": nothing })),
                (422, "study_required"),
            ),
            (
                "userId",
                &pacs,
                VIEWER_ONLY,
                json!({ "studyId": study(1), "userId": nothing }),
                (200, ""),
            ),
            (
                "hangingProtocol",
                &pacs,
                EPHEMERAL,
                with(view.clone(), nil("hangingProtocol")),
                (200, ""),
            ),
            ("options", &pacs, EPHEMERAL, with(view.clone(), nil("options")), (200, "")),
            (
                "accessId",
                &pacs,
                REVOKE,
                json!({ "userId": reader, "accessId": nothing }),
                (200, ""),
            ),
            (
                "both ids",
                &pacs,
                REVOKE,
                json!({ "userId": nothing, "accessId": nothing }),
                (422, "required"),
            ),
            (
                "embedOrigins",
                &owner,
                "/v1/apiKeys",
                with(key.clone(), nil("embedOrigins")),
                (201, ""),
            ),
            (
                "accessScope",
                &owner,
                "/v1/apiKeys",
                with(key.clone(), nil("accessScope")),
                (201, ""),
            ),
            ("expiresAt", &owner, "/v1/apiKeys", with(key.clone(), nil("expiresAt")), (201, "")),
            ("scopes", &owner, "/v1/apiKeys", with(key.clone(), nil("scopes")), (422, "")),
            (
                "clinicId",
                &app.as_invitee(),
                "/v1/session",
                with(sign_in.clone(), nil("clinicId")),
                (200, ""),
            ),
            ("users", &pacs, "/v1/autoScribe/users/batch", nil("users"), (422, "users_count")),
        ] {
            let answer = client.post(path, &body).await;
            let expected = if case == "scopes" {
                (422, code(&answer))
            } else {
                (expected.0, expected.1.to_owned())
            };
            check(&format!("{case} {nothing}"), &answer, (expected.0, &expected.1));
        }
        let answer = owner.patch("/v1/clinic", &json!({ "replyTo": nothing })).await;
        check("replyTo", &answer, (200, ""));
        assert!(answer.json()["replyTo"].is_null());
        let user = app
            .invite_and_confirm(
                &member(&format!("m{nothing}@clinic.example").replace('"', "e")),
                None,
            )
            .await;
        let ended = json!({ "userId": user["userId"], "keys": nothing });
        check("keys", &pacs.post(&format!("{USERS}/revoke-access"), &ended).await, (200, ""));
        let path = format!("{USERS}/{reader}");
        let keys = json!({ "suffix1": "MD", "keys": nothing });
        check("keys of a PATCH", &pacs.patch(&path, &keys).await, (200, ""));
    }
}

fn code(answer: &TestResponse) -> String {
    answer.json()["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_invitee_may_send_nothing_for_what_is_not_needed() {
    let app = App::start().await;
    for (at, nothing) in [json!(null), json!("")].iter().enumerate() {
        let token = app.invite_and_get_token(&member(&format!("a{at}@clinic.example"))).await;
        let accept = json!({ "token": token, "password": nothing });
        let answer = app.as_invitee().accept(&accept).await;
        check("a password that is not needed", &answer, (200, ""));
        let person = dashboard_member(&format!("b{at}@clinic.example"));
        let token = app.invite_and_get_token(&person).await;
        let accept = json!({ "token": token, "password": nothing });
        let answer = app.as_invitee().accept(&accept).await;
        check("a password that is needed", &answer, (422, "required"));
        let reject = json!({ "token": token, "reason": nothing });
        let answer = app.as_invitee().post("/v1/invitation/reject", &reject).await;
        check("a reason", &answer, (200, ""));
    }
}
