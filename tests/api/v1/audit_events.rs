//! `GET /v1/auditEvents`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    App, BrowserSession, PASSWORD, admin, dashboard_member, link_in, member, study,
};

async fn list_events(of: &BrowserSession, query: &str) -> Vec<Value> {
    let page = of.client.get(&format!("/v1/auditEvents{query}")).await.expect(200);
    page["auditEvents"].as_array().unwrap().clone()
}

fn actions(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_record_shows_actor_object_and_permissions_before_and_after() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let id = user["userId"].as_str().unwrap();
    let path = format!("/v1/autoScribe/users/{id}");
    boss.client.patch(&path, &json!({"canManageStudies": false})).await.expect(200);
    boss.client
        .post("/v1/autoScribe/users/revoke-access", &json!({"userId": id}))
        .await
        .expect(200);
    let found = list_events(&boss, &format!("?object={id}")).await;
    assert_eq!(
        actions(&found),
        ["user.deactivated", "user.edited", "invitation.accepted", "invitation.created"],
        "the records of a user include their invitation"
    );
    let edited = &found[1];
    assert_eq!(edited["actor"], boss.user_id);
    assert_eq!(edited["before"]["canManageStudies"], true);
    assert_eq!(edited["after"]["canManageStudies"], false);
    assert_eq!(edited["ip"], "127.0.0.1");
    let mine = list_events(&boss, &format!("?actor={}", boss.user_id)).await;
    assert_eq!(
        actions(&mine),
        ["user.deactivated", "user.edited", "session.started", "session.started"]
    );
    let pacs =
        list_events(&boss, &format!("?actor=key:{}&action=invitation.created", app.api_key_id))
            .await;
    assert_eq!(pacs.len(), 2);
    let operator = list_events(&boss, "?actor=operator&limit=100").await;
    assert_eq!(operator.len(), 3);
}

#[tokio::test]
async fn pages_continue_across_months_and_stay_within_the_dates() {
    let app = App::start().await;
    app.confirm_and_sign_in(&dashboard_member("boss@clinic.example")).await;
    for n in 0..4 {
        app.clock.advance(Duration::from_hours(20 * 24));
        app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
    }
    let owner = app.confirm_and_sign_in(&admin("late@clinic.example")).await;
    let first = "/v1/auditEvents?action=invitation.created&limit=2".to_owned();
    let (mut seen, mut next) = (Vec::new(), Some(first.clone()));
    while let Some(path) = next {
        let page = owner.client.get(&path).await.expect(200);
        let events = page["auditEvents"].as_array().unwrap();
        assert!(!events.is_empty(), "the SDKs stop at an empty page");
        seen.extend(events.iter().map(|e| e["at"].as_str().unwrap().to_owned()));
        let cursor = page["cursor"].as_str();
        next = cursor.map(|cursor| format!("{first}&cursor={cursor}"));
        assert_eq!(page["hasMore"], next.is_some());
    }
    assert_eq!(seen.len(), 7, "the owner, the member, four invites and the admin");
    assert!(seen.windows(2).all(|two| two[0] >= two[1]), "newest first");
    let day = &seen[2][..10];
    let found =
        list_events(&owner, &format!("?action=invitation.created&startDate={day}&endDate={day}"))
            .await;
    let days: Vec<&str> = found.iter().map(|e| &e["at"].as_str().unwrap()[..10]).collect();
    assert_eq!(days, [day]);
    assert_eq!(list_events(&owner, "?endDate=2020-01-01").await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_invalid_filter_is_refused() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    for (query, status, code) in [
        ("actor=grace", 422, "actor_invalid"),
        ("object=x", 422, "object_invalid"),
        ("action=user.erased", 422, "action_unknown"),
        ("startDate=yesterday", 400, "date_invalid"),
        ("cursor=x", 400, "cursor_invalid"),
        ("acton=user.edited", 400, "unknown_parameter"),
    ] {
        boss.client.get(&format!("/v1/auditEvents?{query}")).await.expect_problem(status, code);
    }
}

#[tokio::test]
async fn another_clinics_records_are_not_listed() {
    let app = App::start().await;
    app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let (_, other) = app.create_other_clinic_with_admin().await;
    let page = other.get("/v1/auditEvents?limit=100").await;
    assert!(!page.text.contains(&app.clinic_id));
    assert!(!page.text.contains(&app.api_key_id));
}

#[tokio::test]
async fn a_record_of_a_view_shows_its_study_user_and_key() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let reader = app.confirm_reader().await;
    let link = app.issue_link(&reader).await;
    app.redeem(&link.token).await.expect(200);
    app.redeem(&link.token).await.expect_problem(404, "token_invalid");
    let of = async |action: &str| {
        let query = format!("?object={reader}&action={action}");
        let mut found = list_events(&boss, &query).await;
        assert_eq!(found.len(), 1, "{action}");
        found.remove(0)
    };
    let (issued, redeemed) = (of("access.issued").await, of("access.redeemed").await);
    let refused = of("access.refused").await;
    assert_eq!((&issued["detail"], &refused["detail"]), (&json!("dictation"), &json!("used")));
    assert_eq!(issued["actor"], format!("key:{}", app.api_key_id));
    assert_eq!(redeemed["actor"], link.access_id, "the holder of the link");
    for event in [issued, redeemed, refused] {
        assert_eq!(event["object"], link.access_id);
        assert_eq!(event["userId"], reader);
        assert_eq!(event["study"], json!({ "studyId": study(1) }));
    }
    let of_access = list_events(&boss, &format!("?object={}", link.access_id)).await;
    assert_eq!(of_access.len(), 3);
}

#[tokio::test]
async fn names_before_and_after_stand_in_the_record_that_changed_them() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let id = user["userId"].as_str().unwrap();
    let path = format!("/v1/autoScribe/users/{id}");
    let renamed = json!({ "lastName": "Okafor", "suffix1": "MD" });
    boss.client.patch(&path, &renamed).await.expect(200);
    boss.client.patch(&path, &json!({ "canManageStudies": false })).await.expect(200);
    let found = list_events(&boss, &format!("?object={id}")).await;
    let names = |n: usize| (found[n].get("nameBefore"), found[n].get("nameAfter"));
    let (lind, okafor) = (
        json!({ "firstName": "Grace", "lastName": "Lind" }),
        json!({ "firstName": "Grace", "lastName": "Okafor", "suffix1": "MD" }),
    );
    assert_eq!(
        actions(&found),
        ["user.edited", "user.edited", "invitation.accepted", "invitation.created"]
    );
    assert_eq!(names(0), (None, None), "this edit changed no name");
    assert_eq!(names(1), (Some(&lind), Some(&okafor)));
    assert_eq!(names(2), (None, None), "accepting changes no name");
    assert_eq!(names(3), (None, Some(&lind)));
    let owner = list_events(&boss, "?actor=operator&action=invitation.created").await;
    assert_eq!(owner[0]["nameAfter"]["lastName"], "Adeyemi");
}

#[tokio::test]
async fn a_reset_is_recorded_in_each_clinic_without_the_network_address() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let person = dashboard_member("grace@clinic.example");
    app.invite_and_confirm(&person, Some(PASSWORD)).await;
    let (pacs, other_boss) = app.create_other_clinic_with_admin().await;
    let invited = pacs.invite(&person).await;
    let body = json!({"token": app.token_in(&pacs, &invited).await, "password": PASSWORD});
    app.as_invitee().accept(&body).await.expect(200);
    app.wait_until_delivered().await;
    let before = app.sent_emails("grace@clinic.example").len();
    let body = json!({"email": "grace@clinic.example"});
    app.as_invitee().post("/v1/password/forgot", &body).await.expect(202);
    let emails = app.wait_for_emails("grace@clinic.example", before + 1).await;
    let link = link_in(emails.last().unwrap());
    let token = link.split_once("#token=").unwrap().1;
    let body = json!({"token": token, "password": "violet-anchor-pumice"});
    app.as_invitee().post("/v1/password/reset", &body).await.expect(200);
    for reader in [&boss.client, &other_boss] {
        let page = reader.get("/v1/auditEvents?action=password.reset").await.expect(200);
        let found = page["auditEvents"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{page}");
        assert!(found[0]["ip"].is_null(), "{page}");
    }
    // Nor does the table have it.
    let records = app.list_audit_records("password.reset").await;
    assert!(records.len() == 2 && records.iter().all(|record| !record.contains_key("ip")));
}
