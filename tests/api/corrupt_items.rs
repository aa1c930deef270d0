//! Items that cannot be read. They must not take down what does not need them.

use serde_json::{Value, json};

use crate::support::{
    App, PASSWORD, TestClient, WEBHOOKS, WebhookReceiver, admin, dashboard_member, member, study,
};

/// A list: its path, the name of its items, and the name of their ids.
type List = (String, &'static str, &'static str);

/// Reads a list page by page. Returns the ids, and how many items were skipped on each page.
async fn walk(caller: &TestClient, (path, items, id): &List) -> (Vec<String>, Vec<u64>) {
    let (mut ids, mut skipped, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let mark = if path.contains('?') { '&' } else { '?' };
        let page = match *items {
            "sessions" => caller.get(path).await.expect(200),
            _ => caller.get(&format!("{path}{mark}limit=2{cursor}")).await.expect(200),
        };
        let read = page[*items].as_array().unwrap().iter();
        ids.extend(read.map(|item| item[*id].as_str().unwrap().to_owned()));
        skipped.extend(page.get("skipped").map(|count| count.as_u64().unwrap()));
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (ids, skipped),
        }
    }
}

/// Fills every list of a clinic. Returns its lists, and an admin.
async fn fill(app: &App) -> (Vec<List>, TestClient) {
    app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    for _ in 0..2 {
        app.open_session("boss@clinic.example").await;
    }
    let boss = app.open_session("boss@clinic.example").await.client;
    let reader = app.confirm_reader().await;
    let receiver = WebhookReceiver::start().await;
    let webhook = app.create_webhook(&boss, &receiver).await["webhookEndpointId"].clone();
    for n in 0..4 {
        app.create_webhook(&boss, &receiver).await;
        app.emit("user.updated").await;
        app.invite_and_confirm(&member(&format!("user{n}@clinic.example")), None).await;
        app.as_pacs().invite(&member(&format!("invited{n}@clinic.example"))).await.expect(201);
        let wanted = json!({ "description": format!("key {n}"), "scopes": ["users:read"] });
        boss.post("/v1/apiKeys", &wanted).await.expect(201);
        let viewer = json!({ "userId": reader, "studyId": study(n) });
        app.as_pacs().post(crate::support::VIEWER_ONLY, &viewer).await.expect(200);
    }
    app.wait_until_delivered().await;
    (lists(&reader, webhook.as_str().unwrap()), boss)
}

fn lists(reader: &str, webhook: &str) -> Vec<List> {
    let (users, invitations) = ("/v1/autoScribe/users", "/v1/autoScribe/users/invitations");
    let users = ["", "?email=user1@clinic.example"]
        .map(|query| (format!("{users}{query}"), "users", "userId"));
    let queries = ["", "?status=sent", "?status=accepted,sent", "?email=invited1@clinic.example"];
    let invitations =
        queries.map(|query| (format!("{invitations}{query}"), "invitations", "invitationId"));
    let access = [String::new(), format!("?userId={reader}")]
        .map(|query| (format!("/v1/access{query}"), "access", "accessId"));
    let others = [
        ("/v1/auditEvents".to_owned(), "auditEvents", "eventId"),
        ("/v1/apiKeys".to_owned(), "apiKeys", "apiKeyId"),
        ("/v1/sessions".to_owned(), "sessions", "sessionId"),
        (WEBHOOKS.to_owned(), "webhookEndpoints", "webhookEndpointId"),
        (format!("{WEBHOOKS}/{webhook}/deliveries"), "deliveries", "deliveryId"),
    ];
    users.into_iter().chain(invitations).chain(access).chain(others).collect()
}

#[tokio::test]
async fn every_list_comes_without_its_corrupt_item_and_says_so() {
    let app = App::start().await;
    let (lists, boss) = fill(&app).await;
    for list in lists {
        let (mut all, skipped) = walk(&boss, &list).await;
        assert_eq!(skipped, [0; 0], "{}: absent when nothing is skipped", list.0);
        // One that begins a page, and one that ends it. Neither is the caller's own session or key.
        for at in [all.len() / 2, all.len().div_ceil(2).saturating_sub(1)] {
            let id = all.remove(at.min(all.len() - 1));
            let item = app.find_item(&id).await;
            app.corrupt_item(&item).await;
            let (mut rest, skipped) = walk(&boss, &list).await;
            rest.sort();
            let mut expected = all.clone();
            expected.sort();
            assert_eq!(rest, expected, "{}", list.0);
            assert_eq!(skipped, [1], "{}", list.0);
            app.put_item(item).await;
            all.insert(at.min(all.len()), id);
        }
    }
}

#[tokio::test]
async fn a_corrupt_item_alone_is_500() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.wait_for_delivery(&id, "sent").await;
    app.corrupt_invitation(&id).await;
    let path = format!("/v1/autoScribe/users/invitations/{id}");
    app.as_pacs().get(&path).await.expect_problem(500, "internal");
    let by_user = format!("/v1/autoScribe/users/invitations?userId=usr_{}", &id[4..]);
    let page: Value = app.as_pacs().get(&by_user).await.expect(200);
    assert_eq!((&page["invitations"], &page["skipped"]), (&json!([]), &json!(1)));
}

#[tokio::test]
async fn a_corrupt_user_of_one_clinic_does_not_lock_the_person_out_of_another() {
    let app = App::start().await;
    let person = dashboard_member("grace@clinic.example");
    let user = app.invite_and_confirm(&person, Some(PASSWORD)).await;
    let other = app.create_other_clinic().await;
    let invited = other.invite(&person).await;
    let token = app.token_in(&other, &invited).await;
    let accept = json!({ "token": token, "password": PASSWORD });
    app.as_invitee().accept(&accept).await.expect(200);
    app.sign_in("grace@clinic.example", PASSWORD).await.expect_problem(422, "clinic_required");
    let item = app.find_item(user["userId"].as_str().unwrap()).await;
    app.corrupt_item(&item).await;
    let session = app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
    assert_ne!(session["clinic"]["clinicId"], app.clinic_id);
}

#[tokio::test]
async fn a_corrupt_view_keeps_nobody_from_opening_or_ending_others() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let broken = app.issue_link(&reader).await;
    let item = app.find_item(&broken.access_id).await;
    app.corrupt_item(&item).await;
    let view = app.open_view(&reader).await;
    app.end_access(&json!({ "userId": reader })).await.expect(200);
    app.assert_view_ended(&view).await;
    app.redeem(&broken.token).await.expect_problem(500, "internal");
}
