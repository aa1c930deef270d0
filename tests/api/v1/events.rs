//! `GET /v1/events`.

use std::time::Duration;

use domain::credentials::api_key::Scope;
use serde_json::{Value, json};

use crate::support::{App, PASSWORD, admin, member, radiologist, read_feed, types_of, with};

const EVENTS: &str = "/v1/events";

async fn page(app: &App, query: &str) -> Value {
    app.as_pacs().get(&format!("{EVENTS}{query}")).await.expect(200)
}

/// Invites people and appends the events. The clinic was provisioned with an invitation and a key.
async fn invite(app: &App, count: usize) {
    for n in 0..count {
        app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
    }
    app.append_events().await;
}

#[tokio::test]
async fn an_invite_and_its_acceptance_are_events_with_ids_and_states() {
    let app = App::start_without_mailer().await;
    let person = with(radiologist("grace@clinic.example"), json!({ "hasDashboardAccess": true }));
    let user = app.invite_and_confirm(&person, Some(PASSWORD)).await;
    app.append_events().await;
    let events = app.list_events().await;
    assert_eq!(
        types_of(&events),
        ["invitation.created", "api_key.created", "invitation.created", "invitation.accepted"]
    );
    let accepted = &events[3];
    let (user_id, data) = (user["userId"].as_str().unwrap(), &accepted["data"]);
    let invitation = user_id.replace("usr_", "inv_");
    assert_eq!(
        *data,
        json!({
            "actor": invitation, "invitationId": invitation, "userId": user_id,
            "clinicRole": user["clinicRole"], "level": "member", "canManageStudies": true,
            "canCreateReports": true, "hasDashboardAccess": true, "npiVerification": "verified",
        })
    );
    let id = accepted["id"].as_str().unwrap().strip_prefix("whe_").unwrap();
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    assert_eq!(accepted.as_object().unwrap().len(), 4, "id, type, createdAt and data");
    assert_eq!(events[2]["data"]["actor"], format!("key:{}", app.api_key_id));
    let text = json!(events).to_string();
    for personal in ["grace", "Lind", "@", "Adeyemi", user["npiNumber"].as_str().unwrap()] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_or_repeats() {
    let app = App::start_without_mailer().await;
    invite(&app, 5).await;
    let all = app.list_events().await;
    assert_eq!(all.len(), 7);
    for limit in [1, 2, 3, 6, 7, 8] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = page(&app, &format!("?limit={limit}{after}")).await;
            let events = page["events"].as_array().unwrap();
            seen.extend(events.clone());
            let more = page["hasMore"].as_bool().unwrap();
            assert_eq!(more, seen.len() < all.len());
            assert!(!more || events.len() == limit);
            after = format!("&after={}", page["cursor"].as_str().unwrap());
            if !more {
                break;
            }
        }
        assert_eq!(seen, all, "{limit}");
        let end = page(&app, &format!("?limit={limit}{after}")).await;
        assert_eq!(
            end,
            json!({ "events": [], "cursor": after["&after=".len()..], "hasMore": false })
        );
    }
    assert_eq!(page(&app, "").await["events"], json!(all), "the default is the oldest 20");
    app.as_pacs().invite(&member("late@clinic.example")).await.expect(201);
    app.append_events().await;
    let (seven, eight) = (app.cursor_after(7).await, app.cursor_after(8).await);
    let (late, cursor) = read_feed(&app.as_pacs(), &seven).await;
    assert_eq!((late.len(), cursor), (1, eight), "the cursor of an empty page still works");
}

#[tokio::test]
async fn a_clinic_without_events_has_a_cursor() {
    let app = App::start_without_mailer().await;
    let empty = |cursor: &str| json!({ "events": [], "cursor": cursor, "hasMore": false });
    for query in ["", "?after=", "?after=0", "?after=000", "?types=user.updated"] {
        assert_eq!(page(&app, query).await, empty("0"), "{query}");
    }
    invite(&app, 0).await;
    let newest = app.cursor_after(2).await;
    assert_eq!(page(&app, "?after=0").await["cursor"], newest, "the cursor works later");
}

#[tokio::test]
async fn types_select_events_and_the_cursor_passes_the_others() {
    let app = App::start_without_mailer().await;
    invite(&app, 3).await;
    let keys = page(&app, "?types=api_key.created").await;
    assert_eq!(types_of(keys["events"].as_array().unwrap()), ["api_key.created"]);
    let newest = json!(app.cursor_after(5).await);
    assert_eq!((&keys["cursor"], &keys["hasMore"]), (&newest, &json!(false)));
    let none = page(&app, "?types=user.released,session.locked").await;
    assert_eq!(none, json!({ "events": [], "cursor": newest, "hasMore": false }));
    let first = page(&app, "?types=invitation.created,%20api_key.created&limit=2").await;
    let second = json!(app.cursor_after(2).await);
    assert_eq!((&first["cursor"], &first["hasMore"]), (&second, &json!(true)));
    let first = page(&app, "?types=invitation.created&limit=1").await;
    assert_eq!(first["hasMore"], true);
    let rest = format!("?types=invitation.created&after={}", first["cursor"].as_str().unwrap());
    assert_eq!(page(&app, &rest).await["events"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_invalid_query_is_refused() {
    let app = App::start_without_mailer().await;
    invite(&app, 0).await;
    let unknown = format!("after={}", app.cursor_after(3).await);
    let too_large = format!("after={}", app.cursor_after(2).await.replace(".2", ".1000000000000"));
    for (query, status, code) in [
        (unknown.as_str(), 400, "cursor_invalid"),
        (&too_large, 400, "cursor_invalid"),
        ("after=x", 400, "cursor_invalid"),
        ("after=-1", 400, "cursor_invalid"),
        ("after=1.5", 400, "cursor_invalid"),
        ("after=1000000000000", 400, "cursor_invalid"),
        ("after=999999999999", 400, "cursor_invalid"),
        ("after=2", 400, "cursor_invalid"),
        ("after=.2", 400, "cursor_invalid"),
        ("types=invitation", 400, "event_type_unknown"),
        ("types=invitation.created,", 400, "event_type_unknown"),
        ("after=0&after=0", 400, "repeated_parameter"),
        ("cursor=1", 400, "unknown_parameter"),
        ("limit=0", 422, "limit_range"),
        ("limit=101", 422, "limit_range"),
    ] {
        let answer = app.as_pacs().get(&format!("{EVENTS}?{query}")).await;
        answer.expect_problem(status, code);
    }
}

#[tokio::test]
async fn only_the_scope_or_a_manager_reads_events_of_their_own_clinic() {
    let app = App::start_without_mailer().await;
    app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    app.append_events().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let all_but_one: Vec<_> =
        Scope::ALL.into_iter().filter(|scope| *scope != Scope::EventsRead).collect();
    let other = app.create_pacs(&all_but_one).await;
    let refused = other.get(EVENTS).await.expect_problem(403, "forbidden");
    assert!(refused["detail"].as_str().unwrap().contains("events:read"), "{refused}");
    let reader = app.create_pacs(&[Scope::EventsRead]).await;
    let seen = reader.get(EVENTS).await.expect(200);
    assert_eq!(seen["events"].as_array().unwrap().len(), 4);
    assert_eq!(boss.client.get(EVENTS).await.expect(200), seen);
    reader.get("/v1/autoScribe/users").await.expect_problem(403, "forbidden");
    let cursor = app.cursor_after(2).await;
    let (pacs, foreign_boss) = app.create_other_clinic_with_admin().await;
    for client in [&pacs, &foreign_boss] {
        let foreign = client.get(EVENTS).await;
        assert_eq!(foreign.expect(200)["events"], json!([]), "its own are not appended yet");
        client.get(&format!("{EVENTS}?after={cursor}")).await.expect_problem(410, "feed_restarted");
    }
    app.append_events().await;
    let foreign = pacs.get(EVENTS).await;
    assert!(!foreign.text.contains(&app.api_key_id), "{}", foreign.text);
    assert_eq!(foreign.json()["events"].as_array().unwrap().len(), 4);
    pacs.get(&format!("{EVENTS}?after={cursor}")).await.expect_problem(410, "feed_restarted");
}

#[tokio::test]
async fn a_cursor_whose_next_events_are_gone_is_410() {
    let app = App::start_without_mailer().await;
    invite(&app, 1).await;
    app.clock.advance(Duration::from_hours(30 * 24));
    assert_eq!(page(&app, "?after=0").await["events"].as_array().unwrap().len(), 3, "30 days");
    app.clock.advance(Duration::from_hours(6 * 24));
    let gone = async |number: u32| {
        let after = app.cursor_after(number).await;
        app.as_pacs().get(&format!("{EVENTS}?after={after}")).await
    };
    for after in [0, 2] {
        let problem = gone(after).await.expect_problem(410, "events_expired");
        assert!(problem["detail"].as_str().unwrap().contains("without `after`"), "{problem}");
    }
    let [third, fourth] = [app.cursor_after(3).await, app.cursor_after(4).await];
    let after_third = format!("?after={third}");
    let quiet = json!({ "events": [], "cursor": third, "hasMore": false });
    assert_eq!(page(&app, &after_third).await, quiet, "nothing is missing");
    assert_eq!(page(&app, "").await, quiet, "a new reader continues with new events");
    app.as_pacs().invite(&member("late@clinic.example")).await.expect(201);
    app.append_events().await;
    for query in ["", &after_third] {
        let page = page(&app, query).await;
        assert_eq!(types_of(page["events"].as_array().unwrap()), ["invitation.created"]);
        assert_eq!(page["cursor"], fourth);
    }
    gone(2).await.expect_problem(410, "events_expired");
    // DynamoDB removes expired items in any order.
    for number in [1, 3] {
        let key = format!("{number:012}");
        app.delete_item(&format!("EVENTS#{}", app.clinic_id), &key).await;
    }
    for after in [0, 1, 2] {
        gone(after).await.expect_problem(410, "events_expired");
    }
    assert_eq!(page(&app, "").await["cursor"], fourth);
}

#[tokio::test]
async fn a_lost_event_is_never_skipped_silently() {
    let app = App::start_without_mailer().await;
    invite(&app, 2).await;
    app.delete_item(&format!("EVENTS#{}", app.clinic_id), "000000000003").await;
    let before = page(&app, "?after=0").await;
    let second = app.cursor_after(2).await;
    assert_eq!((&before["cursor"], &before["hasMore"]), (&json!(second), &json!(true)));
    app.as_pacs()
        .get(&format!("{EVENTS}?after={second}"))
        .await
        .expect_problem(410, "events_expired");
}

#[tokio::test]
async fn an_unreadable_event_is_skipped_and_counted() {
    let app = App::start_without_mailer().await;
    invite(&app, 2).await;
    let partition = format!("EVENTS#{}", app.clinic_id);
    app.remove_attribute(&partition, "000000000003", "ty").await;
    let found = page(&app, "").await;
    assert_eq!(found["events"].as_array().unwrap().len(), 3);
    let fourth = app.cursor_after(4).await;
    assert_eq!((&found["skipped"], &found["cursor"]), (&json!(1), &json!(fourth)));
}

#[tokio::test]
async fn a_search_for_a_rare_type_ends_after_4_mb_and_moves_on() {
    let app = App::start_without_mailer().await;
    invite(&app, 20).await;
    for number in 3..=22 {
        app.enlarge_item(&format!("{number:012}")).await;
    }
    let number = |cursor: &str| cursor.split_once('.').unwrap().1.parse::<u32>().unwrap();
    let (mut after, mut pages) = (app.cursor_after(2).await, 0);
    loop {
        let page = page(&app, &format!("?types=user.released&after={after}")).await;
        assert_eq!(page["events"], json!([]));
        let cursor = page["cursor"].as_str().unwrap();
        assert!(number(cursor) > number(&after), "{page}");
        cursor.clone_into(&mut after);
        pages += 1;
        if page["hasMore"] == false {
            break;
        }
    }
    assert_eq!((number(&after), pages), (22, 2));
}

#[tokio::test]
async fn after_a_restore_the_operator_starts_the_feeds_again() {
    let app = App::start_without_mailer().await;
    let other = app.create_other_clinic().await;
    invite(&app, 1).await;
    let (before, cursor) = read_feed(&app.as_pacs(), "0").await;
    let foreign = read_feed(&other, "0").await.1;
    let unchanged = app.provision(&json!({ "restartFeeds": false })).await.unwrap();
    assert_eq!(unchanged, json!({ "restartedFeeds": 0 }));
    page(&app, &format!("?after={cursor}")).await;
    let answer = app.provision(&json!({ "restartFeeds": true })).await.unwrap();
    assert_eq!(answer, json!({ "restartedFeeds": 2 }));
    for (reader, cursor) in [(app.as_pacs(), &cursor), (other, &foreign)] {
        let refused = reader.get(&format!("{EVENTS}?after={cursor}")).await;
        let refused = refused.expect_problem(410, "feed_restarted");
        assert!(refused["detail"].as_str().unwrap().contains("without `after`"), "{refused}");
    }
    let (events, next) = read_feed(&app.as_pacs(), "0").await;
    assert_eq!(events, before, "the events stay");
    assert_ne!(next, cursor);
    app.as_pacs().invite(&member("late@clinic.example")).await.expect(201);
    app.append_events().await;
    assert_eq!(read_feed(&app.as_pacs(), &next).await.0.len(), 1, "and the feed goes on");
    let items = app.load_items().await;
    let audited = |item: &&store::RawItem| {
        item.get("an").is_some_and(|action| action.as_s().is_ok_and(|an| an == "feed.restarted"))
    };
    assert_eq!(items.iter().filter(audited).count(), 2, "one record of each clinic");
}
