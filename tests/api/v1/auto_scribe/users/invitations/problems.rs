//! Pages: problem values of `delivery` and `npiVerification` come from one sparse index.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, member, radiologist};

fn emails(invitations: &[Value]) -> Vec<&str> {
    invitations.iter().map(|i| i["email"].as_str().unwrap()).collect()
}

/// Invites 50 people without a problem.
async fn invite_many(app: &App, batch: usize) {
    let people: Vec<_> = (0..50).map(|n| member(&format!("p{batch}-{n}@clinic.example"))).collect();
    app.as_pacs().post("/v1/autoScribe/users/batch", &json!({"users": people})).await.expect(207);
}

/// Invites a person whose NPI stays pending.
async fn invite_unverified(app: &App, email: &str) -> String {
    app.set_registry_down(true);
    let id = app.as_pacs().invite(&radiologist(email)).await.str("invitationId");
    app.set_registry_down(false);
    id
}

/// The items of the clinic that are in the index.
async fn count_listed(app: &App) -> usize {
    app.load_items().await.iter().filter(|item| item.contains_key("GSI3PK")).count()
}

#[tokio::test]
async fn a_page_of_problems_costs_the_same_in_a_large_clinic() {
    let app = App::start_with_faults().await;
    invite_unverified(&app, "unverified@clinic.example").await;
    app.wait_until_delivered().await;
    app.refuse_emails(1);
    app.as_pacs().invite(&member("refused@clinic.example")).await.expect(201);
    app.wait_until_delivered().await;
    let queries = ["?npiVerification=pending", "?delivery=failed", "?delivery=bounced"];
    let expected: [&[&str]; 3] = [&["unverified@clinic.example"], &["refused@clinic.example"], &[]];
    let mut spent = Vec::new();
    for batch in [0, 4] {
        for n in 0..batch {
            invite_many(&app, n).await;
        }
        app.wait_until_delivered().await;
        app.reset_units();
        for (query, expected) in queries.iter().zip(expected) {
            assert_eq!(emails(&app.list_invitations(query).await), expected, "{query}");
        }
        spent.push(app.units_spent());
    }
    assert_eq!(spent[0], spent[1], "200 more people without a problem cost nothing");
    assert_eq!(count_listed(&app).await, 2, "an ordinary invitation is not in the index");
}

#[tokio::test]
async fn an_invitation_leaves_the_index_when_its_problem_is_over() {
    let app = App::start().await;
    invite_unverified(&app, "unverified@clinic.example").await;
    app.wait_until_delivered().await;
    app.refuse_emails(1);
    let refused = app.as_pacs().invite(&member("refused@clinic.example")).await;
    let refused = refused.str("invitationId");
    app.wait_for_delivery(&refused, "failed").await;
    assert_eq!(count_listed(&app).await, 2);
    app.clock.advance(Duration::from_mins(5));
    app.run_verifier().await;
    let resend = format!("/v1/autoScribe/users/invitations/{refused}/resend");
    app.as_pacs().post(&resend, &json!({})).await.expect(200);
    app.wait_for_delivery(&refused, "sent").await;
    assert_eq!(count_listed(&app).await, 0);
    for query in ["?npiVerification=pending", "?delivery=failed"] {
        assert_eq!(app.list_invitations(query).await, Vec::<Value>::new(), "{query}");
    }
}

#[tokio::test]
async fn problems_of_every_status_are_listed_in_pages_newest_first() {
    let app = App::start().await;
    app.wait_until_delivered().await;
    app.refuse_emails(7);
    let mut expected = Vec::new();
    for n in 0..7 {
        let email = format!("p{n}@clinic.example");
        let id = app.as_pacs().invite(&member(&email)).await.str("invitationId");
        app.wait_for_delivery(&id, "failed").await;
        if n % 3 == 0 {
            let revoke = json!({ "invitationId": id });
            let path = "/v1/autoScribe/users/invitations/revoke";
            app.as_pacs().post(path, &revoke).await.expect(200);
        }
        expected.insert(0, email);
    }
    let revoked = app.list_invitations("?delivery=failed&status=revoked").await;
    assert_eq!(emails(&revoked), ["p6@clinic.example", "p3@clinic.example", "p0@clinic.example"]);
    let both = app.list_invitations("?delivery=failed&npiVerification=pending").await;
    assert!(both.is_empty());
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let query = format!("?delivery=failed&limit=2{cursor}");
        let path = format!("/v1/autoScribe/users/invitations{query}");
        let page = app.as_pacs().get(&path).await.expect(200);
        let items = page["invitations"].as_array().unwrap();
        assert!(items.len() == 2 || page["hasMore"] == false);
        seen.extend(emails(items).into_iter().map(str::to_owned));
        let Some(next) = page["cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, expected);
}
