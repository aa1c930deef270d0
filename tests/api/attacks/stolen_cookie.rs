//! Someone who copied a session cookie tries to keep it working.

use domain::audit::{AuditAction, AuditObject};
use serde_json::json;
use store::CommitOutcome;

use crate::support::{App, BrowserSession, PASSWORD, TestResponse, admin, dashboard_member};

/// A person with a session in each of two clinics.
async fn sign_in_in_two_clinics(app: &App) -> BrowserSession {
    app.invite_and_confirm(&admin("grace@clinic.example"), Some(PASSWORD)).await;
    let other = app.create_other_clinic().await;
    let invited = other.invite(&dashboard_member("grace@clinic.example")).await;
    let accept = json!({"token": app.token_in(&other, &invited).await, "password": PASSWORD});
    app.as_invitee().accept(&accept).await.expect(200);
    let here =
        json!({"email": "grace@clinic.example", "password": PASSWORD, "clinicId": app.clinic_id});
    app.session_from(&app.as_invitee().post("/v1/session", &here).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_clinic_does_not_outrun_a_new_password() {
    for _ in 0..8 {
        let app = App::start().await;
        let stolen = sign_in_in_two_clinics(&app).await;
        let owner_of_it = {
            let body = json!({
                "email": "grace@clinic.example", "password": PASSWORD, "clinicId": app.clinic_id,
            });
            app.session_from(&app.as_invitee().post("/v1/session", &body).await)
        };
        let thief = {
            let (client, clinic) = (stolen.client.clone(), app.clinic_id.clone());
            tokio::spawn(async move {
                client.post("/v1/session/clinic", &json!({"clinicId": clinic})).await
            })
        };
        let change = json!({"currentPassword": PASSWORD, "newPassword": "violet-anchor-pumice"});
        owner_of_it.client.post("/v1/password/change", &change).await.expect(200);
        let taken: TestResponse = thief.await.unwrap();
        stolen.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
        if taken.status == 200 {
            let next = app.session_from(&taken);
            next.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
        }
        owner_of_it.client.get("/v1/session").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_clinic_does_not_outrun_the_end_of_the_session() {
    for _ in 0..8 {
        let app = App::start().await;
        let stolen = sign_in_in_two_clinics(&app).await;
        let id = stolen.client.get("/v1/session").await.str("sessionId");
        let session = find_session(&app, &id).await;
        let thief = {
            let (client, clinic) = (stolen.client.clone(), app.clinic_id.clone());
            tokio::spawn(async move {
                client.post("/v1/session/clinic", &json!({"clinicId": clinic})).await
            })
        };
        let ended = app.store().clone();
        let object = AuditObject::Session(session.id);
        let record = app.operator_record(AuditAction::SessionEnded, object);
        let outcome = loop {
            let mut tx = ended.transaction(&record).unwrap();
            tx.delete_session(session).unwrap();
            match tx.commit().await.unwrap() {
                // Only another transaction was in progress.
                CommitOutcome::Conflict(parts) if parts.is_empty() => {}
                outcome => break outcome,
            }
        };
        let taken = thief.await.unwrap();
        // One of the two deleted it. The thief has a new session only if theirs came first.
        let thief_won = outcome != CommitOutcome::Committed;
        assert_eq!(taken.status == 200, thief_won, "{}", taken.text);
    }
}

async fn find_session(app: &App, id: &str) -> domain::session::SessionRef {
    let of_id =
        |item: &store::RawItem| item.get("id").is_some_and(|v| v.as_s().is_ok_and(|v| v == id));
    let items = app.load_items().await;
    let item = items.iter().find(|item| of_id(item) && item.contains_key("sd")).unwrap();
    let text = |name: &str| item[name].as_s().unwrap().clone();
    domain::session::SessionRef {
        clinic: domain::ids::ClinicId::parse(&text("ci")).unwrap(),
        user: domain::ids::UserId::parse(&text("us")).unwrap(),
        id: domain::ids::SessionId::parse(&text("id")).unwrap(),
    }
}

#[tokio::test]
async fn a_guessed_secret_and_a_foreign_session_are_401() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let grace = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let bytes = |cookie: &str| URL_SAFE_NO_PAD.decode(cookie).unwrap();
    let (hers, his) = (bytes(&grace.cookie), bytes(&boss.cookie));
    let mut guessed = his.clone();
    *guessed.last_mut().unwrap() ^= 1;
    let with_her_secret = [&his[..48], &hers[48..]].concat();
    let as_her_session = [&his[..32], &hers[32..]].concat();
    let in_another_clinic = [&[7; 16], &his[16..]].concat();
    for forged in [guessed, with_her_secret, as_her_session, in_another_clinic, vec![0; 80]] {
        let client = app.as_person(&URL_SAFE_NO_PAD.encode(forged), &app.clinic_id);
        let answer = client.get("/v1/session").await;
        answer.expect_problem(401, "unauthenticated");
        assert_eq!(answer.headers["www-authenticate"], r#"Bearer error="invalid_token""#);
    }
}
