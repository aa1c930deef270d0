//! `POST /v1/autoScribe/users/release`.

use serde_json::{Value, json};

use crate::support::{App, PASSWORD, TestClient, dashboard_member, link_in, member, radiologist};

const USERS: &str = "/v1/autoScribe/users";

async fn post(app: &App, verb: &str, user: &Value) -> crate::support::TestResponse {
    app.as_pacs().post(&format!("{USERS}/{verb}"), &json!({"userId": user["userId"]})).await
}

#[tokio::test]
async fn a_released_persons_address_and_npi_can_be_invited_again_as_a_new_user() {
    let app = App::start().await;
    let ada = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    post(&app, "release", &ada).await.expect_problem(409, "user_active");
    post(&app, "revoke-access", &ada).await.expect(200);
    let again = app.as_pacs().invite(&radiologist("ada@clinic.example")).await;
    again.expect_problem(409, "user_deactivated");
    for _ in 0..2 {
        post(&app, "release", &ada).await.expect(200);
    }
    assert_eq!(app.list_audit_records("user.released").await.len(), 1);
    let next = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    assert_ne!(next["userId"], ada["userId"]);
    assert_eq!(next["assignable"], true);
}

#[tokio::test]
async fn a_release_is_final_and_hides_the_user_from_lists() {
    let app = App::start().await;
    let ada = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
    post(&app, "revoke-access", &ada).await.expect(200);
    post(&app, "release", &ada).await.expect(200);
    let path = format!("{USERS}/{}", ada["userId"].as_str().unwrap());
    for verb in ["reactivate", "revoke-access"] {
        post(&app, verb, &ada).await.expect_problem(409, "user_released");
    }
    let rename = app.as_pacs().patch(&path, &json!({"lastName": "Other"})).await;
    rename.expect_problem(409, "user_released");
    let view = json!({"assignedToUserId": ada["userId"], "studyInstanceUid": "1.2"});
    let link = app.as_pacs().post("/v1/autoScribe/studies/reroute-url", &view).await;
    link.expect_problem(409, "user_released");
    let listed = async |query: &str| {
        let page = app.as_pacs().get(&format!("{USERS}{query}")).await.expect(200);
        page["users"].as_array().unwrap().len()
    };
    let counts =
        [listed("").await, listed("?status=deactivated").await, listed("?status=released").await];
    assert_eq!(counts, [0, 0, 1]);
    assert_eq!(app.as_pacs().get(&path).await.expect(200)["status"], "released");
}

#[tokio::test]
async fn the_next_holder_of_an_address_never_meets_the_old_password() {
    let app = App::start().await;
    let old = app.confirm_and_sign_in(&dashboard_member("desk@clinic.example")).await;
    let user = json!({"userId": old.user_id});
    app.wait_until_delivered().await;
    let before = app.sent_emails("desk@clinic.example").len();
    let forgot = json!({"email": "desk@clinic.example"});
    app.as_invitee().post("/v1/password/forgot", &forgot).await.expect(202);
    let emails = app.wait_for_emails("desk@clinic.example", before + 1).await;
    let link = crate::support::link_in(emails.last().unwrap());
    post(&app, "revoke-access", &user).await.expect(200);
    post(&app, "release", &user).await.expect(200);
    let token = app.invite_and_get_token(&dashboard_member("desk@clinic.example")).await;
    let lookup = app.as_invitee().post("/v1/invitation/lookup", &json!({"token": token})).await;
    assert_eq!(lookup.expect(200)["accountExists"], false);
    // The old person still has a link to set a password.
    let reset =
        json!({"token": link.split_once("#token=").unwrap().1, "password": "copper-lattice-fjord"});
    let stale = app.as_invitee().post("/v1/password/reset", &reset).await;
    stale.expect_problem(404, "token_invalid");
    let new_password = "violet-anchor-pumice";
    let body = json!({"token": token, "password": new_password});
    app.as_invitee().accept(&body).await.expect(200);
    app.sign_in("desk@clinic.example", PASSWORD).await.expect_problem(401, "credentials_wrong");
    app.sign_in("desk@clinic.example", new_password).await.expect(200);
    old.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_person_who_is_active_in_another_clinic_keeps_the_password() {
    let app = App::start().await;
    let ada = app.confirm_and_sign_in(&dashboard_member("ada@clinic.example")).await;
    let other = app.create_other_clinic().await;
    let invited = other.invite(&dashboard_member("ada@clinic.example")).await;
    let token = app.token_in(&other, &invited).await;
    let body = json!({"token": token, "password": PASSWORD});
    app.as_invitee().accept(&body).await.expect(200);
    let user = json!({"userId": ada.user_id});
    post(&app, "revoke-access", &user).await.expect(200);
    post(&app, "release", &user).await.expect(200);
    app.sign_in("ada@clinic.example", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn an_address_that_no_one_uses_any_more_forgets_its_password_at_the_next_acceptance() {
    let app = App::start().await;
    let other = app.create_other_clinic().await;
    let invited = other.invite(&dashboard_member("desk@clinic.example")).await;
    let token = app.token_in(&other, &invited).await;
    let body = json!({"token": token, "password": PASSWORD});
    let old = app.as_invitee().accept(&body).await.expect(200);
    let gone = json!({"userId": old["userId"]});
    other.post(&format!("{USERS}/revoke-access"), &gone).await.expect(200);
    // The other clinic never releases the person. The next holder of the address joins this one.
    let next = app.invite_and_confirm(&member("desk@clinic.example"), None).await;
    let path = format!("{USERS}/{}", next["userId"].as_str().unwrap());
    app.as_pacs().patch(&path, &json!({"hasDashboardAccess": true})).await.expect(200);
    app.sign_in("desk@clinic.example", PASSWORD).await.expect_problem(401, "credentials_wrong");
    app.wait_until_delivered().await;
    let last = app.sent_emails("desk@clinic.example").pop().unwrap();
    let token = link_in(&last).split_once("#token=").unwrap().1.to_owned();
    let reset = json!({"token": token, "password": "violet-anchor-pumice"});
    app.as_invitee().post("/v1/password/reset", &reset).await.expect(200);
    app.sign_in("desk@clinic.example", "violet-anchor-pumice").await.expect(200);
}

#[tokio::test]
async fn a_link_from_before_a_release_cannot_set_the_next_holders_password() {
    let app = App::start().await;
    let old = app.confirm_and_sign_in(&dashboard_member("desk@clinic.example")).await;
    let other = app.create_other_clinic().await;
    let pending = other.invite(&dashboard_member("desk@clinic.example")).await;
    let stale = app.token_in(&other, &pending).await;
    let user = json!({"userId": old.user_id});
    app.clock.advance(std::time::Duration::from_secs(1));
    post(&app, "revoke-access", &user).await.expect(200);
    post(&app, "release", &user).await.expect(200);
    app.clock.advance(std::time::Duration::from_secs(1));
    app.invite_and_confirm(&member("desk@clinic.example"), None).await;
    let body = json!({"token": stale, "password": "copper-lattice-fjord"});
    let refused = app.as_invitee().accept(&body).await;
    refused.expect_problem(410, "invitation_expired");
}

#[tokio::test]
async fn a_released_person_who_accepts_again_is_refused() {
    let app = App::start().await;
    let person = dashboard_member("desk@clinic.example");
    let token = app.invite_and_get_token(&person).await;
    let body = json!({"token": token, "password": PASSWORD});
    let user = app.as_invitee().accept(&body).await.expect(200);
    post(&app, "revoke-access", &user).await.expect(200);
    post(&app, "release", &user).await.expect(200);
    let again = app.as_invitee().accept(&body).await;
    again.expect_problem(401, "password_wrong");
}

/// A person who is deactivated in the other clinic, while this one may do what it likes with the address.
async fn deactivated_elsewhere(app: &App, person: &Value) -> (TestClient, Value) {
    let other = app.create_other_clinic().await;
    let invited = other.invite(person).await;
    let token = app.token_in(&other, &invited).await;
    let mut body = json!({"token": token});
    if person["hasDashboardAccess"] == true {
        body["password"] = json!(PASSWORD);
    }
    let old = app.as_invitee().accept(&body).await.expect(200);
    let user = json!({"userId": old["userId"]});
    other.post(&format!("{USERS}/revoke-access"), &user).await.expect(200);
    (other, user)
}

#[tokio::test]
async fn a_user_whose_address_has_another_holder_is_not_reactivated() {
    for (before, after) in [
        (dashboard_member("desk@clinic.example"), Some("violet-anchor-pumice")),
        (dashboard_member("desk@clinic.example"), None),
        (member("desk@clinic.example"), Some("violet-anchor-pumice")),
        (member("desk@clinic.example"), None),
    ] {
        let app = App::start().await;
        let (other, user) = deactivated_elsewhere(&app, &before).await;
        let next = match after {
            Some(_) => dashboard_member("desk@clinic.example"),
            None => member("desk@clinic.example"),
        };
        app.invite_and_confirm(&next, after).await;
        let refused = other.post(&format!("{USERS}/reactivate"), &user).await;
        refused.expect_problem(409, "address_reassigned");
        if let Some(password) = after {
            // A new password does not make the former holder's user the new holder's.
            let browser = app.sign_in("desk@clinic.example", password).await;
            browser.expect(200);
            app.reset_password("desk@clinic.example", "cobalt-meadow-lantern").await;
            let refused = other.post(&format!("{USERS}/reactivate"), &user).await;
            refused.expect_problem(409, "address_reassigned");
        }
        other.post(&format!("{USERS}/release"), &user).await.expect(200);
    }
}

#[tokio::test]
async fn a_user_is_not_reactivated_after_the_address_was_released_elsewhere() {
    let app = App::start().await;
    let (other, user) = deactivated_elsewhere(&app, &member("desk@clinic.example")).await;
    let ours = app.invite_and_confirm(&member("desk@clinic.example"), None).await;
    post(&app, "revoke-access", &ours).await.expect(200);
    post(&app, "release", &ours).await.expect(200);
    let refused = other.post(&format!("{USERS}/reactivate"), &user).await;
    refused.expect_problem(409, "address_reassigned");
}

#[tokio::test]
async fn a_person_who_changes_the_password_elsewhere_can_be_reactivated() {
    let app = App::start().await;
    let other = app.create_other_clinic().await;
    app.invite_and_confirm(&dashboard_member("ada@clinic.example"), Some(PASSWORD)).await;
    let invited = other.invite(&dashboard_member("ada@clinic.example")).await;
    let token = app.token_in(&other, &invited).await;
    let body = json!({"token": token, "password": PASSWORD});
    let theirs = app.as_invitee().accept(&body).await.expect(200);
    let user = json!({"userId": theirs["userId"]});
    other.post(&format!("{USERS}/revoke-access"), &user).await.expect(200);
    app.reset_password("ada@clinic.example", "cobalt-meadow-lantern").await;
    other.post(&format!("{USERS}/reactivate"), &user).await.expect(200);
}

#[tokio::test]
async fn either_the_former_holder_is_reactivated_or_the_next_one_accepts() {
    let app = App::start().await;
    let other = app.create_other_clinic().await;
    for round in 0..20 {
        let person = dashboard_member(&format!("desk{round}@clinic.example"));
        let invited = other.invite(&person).await;
        let token = app.token_in(&other, &invited).await;
        let body = json!({"token": token, "password": PASSWORD});
        let old = app.as_invitee().accept(&body).await.expect(200);
        let user = json!({"userId": old["userId"]});
        other.post(&format!("{USERS}/revoke-access"), &user).await.expect(200);
        let token = app.invite_and_get_token(&person).await;
        let body = json!({"token": token, "password": "violet-anchor-pumice"});
        let (invitee, reactivate) = (app.as_invitee(), format!("{USERS}/reactivate"));
        let accept = invitee.accept(&body);
        // Both read before either writes: the acceptance hashes a password first.
        let delay = std::time::Duration::from_millis(round * 5);
        let late = async {
            tokio::time::sleep(delay).await;
            other.post(&reactivate, &user).await
        };
        let (accepted, active) = tokio::join!(accept, late);
        match (accepted.status.as_u16(), active.status.as_u16()) {
            (200, 409) => active.expect_problem(409, "address_reassigned"),
            (401, 200) => accepted.expect_problem(401, "password_wrong"),
            statuses => panic!("round {round}: {statuses:?}"),
        };
    }
}
