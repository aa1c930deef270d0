//! `PATCH /v1/autoScribe/users/{userId}`.

use serde_json::{Value, json};

use crate::support::{App, TestResponse, admin, member, radiologist, with};

async fn patch(app: &App, user: &Value, body: Value) -> TestResponse {
    let id = user["userId"].as_str().unwrap();
    app.as_pacs().patch(&format!("/v1/autoScribe/users/{id}"), &body).await
}

const PASSWORD: Option<&str> = Some("lantern-gravel-otter");

#[tokio::test]
async fn a_patch_changes_only_the_fields_it_sends() {
    let app = App::start().await;
    let before = app
        .invite_and_confirm(
            &with(radiologist("ada@clinic.example"), json!({"suffix1": "MD"})),
            None,
        )
        .await;
    let after = patch(
        &app,
        &before,
        json!({"suffix1": null, "canManageStudies": false, "clinicRole": "Physician"}),
    )
    .await;
    let after = after.expect(200);
    assert_eq!((&after["suffix1"], &after["canManageStudies"]), (&Value::Null, &json!(false)));
    assert_eq!(after["clinicRole"], "Physician");
    for same in [
        "firstName",
        "lastName",
        "email",
        "npiNumber",
        "npiVerification",
        "assignable",
        "createdAt",
        "status",
    ] {
        assert_eq!(after[same], before[same], "{same}");
    }
    let id = before["userId"].as_str().unwrap();
    assert_eq!(app.as_pacs().get(&format!("/v1/autoScribe/users/{id}")).await.expect(200), after);
}

#[tokio::test]
async fn a_patch_must_obey_the_rules_across_fields() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    for (body, code) in [
        (json!({"npiNumber": null}), "npi_required"),
        (json!({"level": "admin"}), "admin_needs_dashboard"),
        (json!({"level": "owner"}), "owner_not_assignable"),
        (json!({"firstName": null}), "required"),
        (json!({"emails": "x@clinic.example"}), "unknown_field"),
        (json!({"npiNumber": "2000000085"}), "npi_not_found"),
        (json!({"npiNumber": "2000000077"}), "npi_deactivated"),
    ] {
        patch(&app, &user, body).await.expect_problem(422, code);
    }
}

#[tokio::test]
async fn a_new_npi_or_surname_is_verified_again_and_the_old_npi_is_free() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    let renamed = patch(&app, &user, json!({"lastName": "Brandt"})).await.expect(200);
    assert_eq!(
        (&renamed["npiVerification"], &renamed["assignable"]),
        (&json!("name_mismatch"), &json!(false))
    );
    let moved = patch(&app, &user, json!({"npiNumber": "2000000036"})).await.expect(200);
    assert_eq!(
        (&moved["npiVerification"], &moved["assignable"]),
        (&json!("verified"), &json!(true))
    );
    let other = app.invite_and_confirm(&radiologist("eve@clinic.example"), None).await;
    patch(&app, &other, json!({"npiNumber": "2000000036"})).await.expect_problem(409, "npi_in_use");
}

#[tokio::test]
async fn a_user_who_loses_reporting_is_not_assignable() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    let after = patch(&app, &user, json!({"canCreateReports": false})).await.expect(200);
    assert_eq!((&after["assignable"], &after["npiNumber"]), (&json!(false), &json!("1234567893")));
    let page = app.as_pacs().get("/v1/autoScribe/users?assignable=true").await.expect(200);
    assert_eq!(page["users"], json!([]));
}

#[tokio::test]
async fn a_clinic_keeps_at_least_one_active_owner_or_admin() {
    let app = App::start().await;
    let first = app.invite_and_confirm(&admin("first@clinic.example"), PASSWORD).await;
    patch(&app, &first, json!({"level": "member"})).await.expect_problem(409, "last_admin");
    let second = app.invite_and_confirm(&admin("second@clinic.example"), PASSWORD).await;
    patch(&app, &first, json!({"level": "member"})).await.expect(200);
    patch(&app, &second, json!({"level": "member", "hasDashboardAccess": false}))
        .await
        .expect_problem(409, "last_admin");
    assert_eq!(app.count_managers().await, 1);
    patch(&app, &first, json!({"level": "admin"})).await.expect(200);
    assert_eq!(app.count_managers().await, 2);
}

#[tokio::test]
async fn an_api_key_cannot_change_an_owner() {
    let app = App::start().await;
    let owner = app.confirm_owner().await;
    patch(&app, &owner, json!({"level": "member"})).await.expect_problem(403, "forbidden");
    let target = json!({"userId": owner["userId"]});
    for route in ["revoke-access", "reactivate"] {
        let path = format!("/v1/autoScribe/users/{route}");
        app.as_pacs().post(&path, &target).await.expect_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn an_owner_can_change_an_owner_and_an_admin_cannot() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let path = format!("/v1/autoScribe/users/{}", owner.user_id);
    let change = json!({"canManageStudies": false});
    boss.client.patch(&path, &change).await.expect_problem(403, "forbidden");
    owner.client.patch(&path, &change).await.expect(200);
    let target = json!({"userId": owner.user_id});
    for route in ["revoke-access", "reactivate"] {
        let path = format!("/v1/autoScribe/users/{route}");
        boss.client.post(&path, &target).await.expect_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn every_change_is_audited_with_before_and_after() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    patch(&app, &user, json!({"canManageStudies": false})).await.expect(200);
    let records = app.list_audit_records("user.edited").await;
    let switch = |side: &str| records[0][side].as_m().unwrap()["ms"].as_bool().copied().unwrap();
    assert_eq!((records.len(), switch("be"), switch("af")), (1, true, false));
    assert_eq!(records[0]["ob"].as_s().unwrap(), user["userId"].as_str().unwrap());
}

#[tokio::test]
async fn another_clinics_user_or_an_unconfirmed_one_is_404() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    let change = json!({"firstName": "Eve"});
    app.create_other_clinic()
        .await
        .patch(&path, &change)
        .await
        .expect_problem(404, "user_not_found");
    let invited = app.as_pacs().invite(&member("eve@clinic.example")).await.json();
    patch(&app, &invited, change.clone()).await.expect_problem(404, "user_not_found");
    app.as_pacs()
        .patch("/v1/autoScribe/users/usr_x", &change)
        .await
        .expect_problem(404, "user_not_found");
}
