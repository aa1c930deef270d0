//! `q` of `GET /v1/autoScribe/users/invitations`.

use serde_json::{Value, json};

use crate::support::{App, member, radiologist, with};

fn emails(page: &Value) -> Vec<&str> {
    page["invitations"].as_array().unwrap().iter().map(|i| i["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_search_finds_the_start_of_any_name_and_of_the_address() {
    let app = App::start().await;
    let zoe = with(
        member("desk@clinic.example"),
        json!({ "firstName": "Zoë", "lastName": "Linden", "suffix1": "MD" }),
    );
    for person in [zoe, member("Grace@clinic.example"), radiologist("ada@clinic.example")] {
        app.as_pacs().invite(&person).await.expect(201);
    }
    app.wait_until_delivered().await;
    let (zoe, grace, ada) = ("desk@clinic.example", "Grace@clinic.example", "ada@clinic.example");
    for (query, expected) in [
        ("q=zoe", &[zoe][..]),
        ("q=LIND", &[grace, zoe]),
        ("q=md", &[zoe]),
        ("q=ada@", &[ada]),
        ("q=inden", &[]),
        ("q=lind&status=sent", &[grace, zoe]),
        ("q=lind&status=revoked", &[]),
        ("q=ada&npiVerification=verified", &[ada]),
        ("q=ada&email=grace@clinic.example", &[]),
    ] {
        let path = format!("/v1/autoScribe/users/invitations?{query}");
        let page = app.as_pacs().get(&path).await.expect(200);
        assert_eq!(emails(&page), expected, "{query}");
    }
}

#[tokio::test]
async fn a_page_of_a_search_ends_after_4_mb_even_when_nothing_was_found() {
    let app = App::start().await;
    app.as_pacs().invite(&radiologist("ada@clinic.example")).await.expect(201);
    for n in 0..13 {
        let invited = app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await;
        app.enlarge_item(&format!("INV#{}", invited.str("invitationId"))).await;
    }
    let path = "/v1/autoScribe/users/invitations?q=ada";
    let page = app.as_pacs().get(path).await.expect(200);
    assert_eq!((emails(&page), &page["hasMore"]), (vec![], &json!(true)), "13 of 390 KB");
    let next = format!("{path}&cursor={}", page["cursor"].as_str().unwrap());
    let page = app.as_pacs().get(&next).await.expect(200);
    assert_eq!((emails(&page), &page["hasMore"]), (vec!["ada@clinic.example"], &json!(false)));
}
