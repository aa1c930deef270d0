//! `POST /v1/access/redeem`.

use std::time::Duration;

use domain::credentials::api_key::Scope;
use domain::ids::{AccessId, ClinicId};
use domain::time::Clock as _;
use runtime::OsEntropy;
use serde_json::json;

use crate::support::{App, REDEEM, REROUTE, ViewerLink, claims, header, study};

const GONE: &str = "/v1/autoScribe/users/revoke-access";

/// Changes one character of the MAC.
///
/// The last character is not suitable, because base64url does not use all of its bits.
fn tampered(token: &str) -> String {
    let mut tampered = token.to_owned();
    tampered.replace_range(80..81, if &token[80..81] == "A" { "B" } else { "A" });
    tampered
}

#[tokio::test]
async fn a_link_opens_once_and_returns_a_view_token() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let link = app.issue_link(&reader).await;
    let answer = app.redeem(&link.token).await;
    let view = answer.expect(200);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!((&view["tokenType"], &view["expiresIn"]), (&json!("Bearer"), &json!(300)));
    assert_eq!(view["accessId"], link.access_id);
    assert_eq!(view["scope"], "study:read report:write");
    assert_eq!(view["study"], json!({ "studyId": study(1) }));
    assert_eq!(view["embedOrigins"], json!([]));
    assert_eq!(view["contentSecurityPolicy"], "frame-ancestors 'none'");
    assert!(view["viewExpiresAt"].as_str().unwrap().ends_with('Z'));
    assert_eq!((view.get("options"), view.get("retrievalId")), (None, None));

    let token = view["viewToken"].as_str().unwrap();
    let (header, claims) = (header(token), claims(token));
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    let exp = claims["exp"].as_i64().unwrap();
    let expected = json!({
        "iss": app.base, "aud": format!("autoscribe-viewer/{}", app.clinic_id),
        "sub": reader, "client_id": app.api_key_id, "jti": link.access_id,
        "iat": exp - 300, "exp": exp, "scope": "study:read report:write", "clinic": app.clinic_id,
        "study": { "studyId": study(1) }, "npi": "1234567893", "embedOrigins": [],
    });
    assert_eq!(claims, expected);
    app.redeem(&link.token).await.expect_problem(404, "token_invalid");
    let records = app.list_audit_records("access.redeemed").await;
    assert_eq!(records.len(), 1);
    assert_eq!(*records[0]["ac"].as_s().unwrap(), link.access_id);
}

#[tokio::test]
async fn every_refused_link_gets_the_same_404_and_the_audit_has_the_reason() {
    let app = App::start().await;
    let (ada, ken) = (app.confirm_reader().await, app.confirm_second_reader().await);
    let pacs = app.create_pacs(&[Scope::AccessIssue, Scope::AccessDictate]).await;
    let used = app.issue_link(&ada).await;
    app.open_link(&used).await;
    let revoked = app.issue_link(&ada).await;
    app.end_access(&json!({ "accessId": revoked.access_id })).await.expect(200);
    let of_user = app.issue_link(&ken).await;
    app.as_pacs().post(GONE, &json!({ "userId": ken })).await.expect(200);
    let of_issuer = app.issue_link_as(&pacs, &ada).await;
    app.deactivate_other_keys().await;
    let fresh = app.issue_link(&ada).await;
    let tampered = tampered(&fresh.token);
    let nowhere = ClinicId::new(app.clock.now(), &OsEntropy);
    let no_such = AccessId::new(app.clock.now(), &OsEntropy).to_string();
    let mut texts = Vec::new();
    for token in [
        &used.token,
        &revoked.token,
        &of_user.token,
        &of_issuer.token,
        &tampered,
        &app.access_token(nowhere, &fresh.access_id),
        &app.access_token(app.clinic(), &no_such),
        "x",
        "",
    ] {
        let answer = app.redeem(token).await;
        let mut problem = answer.expect_problem(404, "token_invalid");
        problem["requestId"] = json!("");
        texts.push(problem.to_string());
    }
    assert!(texts.windows(2).all(|two| two[0] == two[1]), "{texts:?}");
    let known = ["issuer_not_allowed", "revoked", "tampered", "used", "user_not_allowed"];
    assert_eq!(app.list_refusals().await, known.map(str::to_owned).into());
    app.clock.advance(Duration::from_mins(1));
    app.redeem(&fresh.token).await.expect_problem(404, "token_invalid");
    assert!(app.list_refusals().await.contains("expired"));
    for record in app.list_audit_records("access.refused").await {
        assert!(record.contains_key("us") && record.contains_key("si"), "{record:?}");
        assert!(record["ob"].as_s().unwrap().starts_with("acc_"));
    }
}

#[tokio::test]
async fn the_audit_records_a_refusal_once_a_minute_per_grant_and_reason() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let link = app.issue_link(&reader).await;
    app.open_link(&link).await;
    for _ in 0..4 {
        app.redeem(&link.token).await.expect_problem(404, "token_invalid");
    }
    let noted = app.list_audit_records("access.refused").await.len();
    assert!((1..=2).contains(&noted), "the clock may reach a second minute: {noted}");
    let tampered = tampered(&link.token);
    app.redeem(&tampered).await.expect_problem(404, "token_invalid");
    assert_eq!(app.list_refusals().await.len(), 2);
    app.clock.advance(Duration::from_mins(1));
    app.redeem(&link.token).await.expect_problem(404, "token_invalid");
    assert!(app.list_audit_records("access.refused").await.len() > noted + 1);
}

#[tokio::test]
async fn an_unknown_link_stores_nothing() {
    let app = App::start().await;
    let before = app.count_items().await;
    let nowhere = ClinicId::new(app.clock.now(), &OsEntropy);
    let no_such = AccessId::new(app.clock.now(), &OsEntropy).to_string();
    for token in ["x", &app.access_token(nowhere, &no_such)] {
        app.redeem(token).await.expect_problem(404, "token_invalid");
    }
    assert_eq!(app.count_items().await, before);
}

#[tokio::test]
async fn reactivation_restores_no_link_or_view() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let (link, view) = (app.issue_link(&reader).await, app.open_view(&reader).await);
    let user = json!({ "userId": reader });
    app.as_pacs().post(GONE, &user).await.expect(200);
    let back = "/v1/autoScribe/users/reactivate";
    app.as_pacs().post(back, &user).await.expect(200);
    app.redeem(&link.token).await.expect_problem(404, "token_invalid");
    app.assert_view_ended(&view).await;
    let view = app.open_view(&reader).await;
    app.renew(&view).await.expect(200);
}

#[tokio::test]
async fn the_body_holds_the_token_and_nothing_else() {
    let app = App::start().await;
    let viewer = app.as_invitee();
    viewer.post(REDEEM, &json!({})).await.expect_problem(422, "required");
    let wrong = json!({ "token": 7 });
    viewer.post(REDEEM, &wrong).await.expect_problem(422, "wrong_type");
    let more = json!({ "token": "x", "userId": "x" });
    viewer.post(REDEEM, &more).await.expect_problem(422, "unknown_field");
    let reader = app.confirm_reader().await;
    let link: ViewerLink = app.issue_link(&reader).await;
    let path = format!("{REDEEM}?token={}", link.token);
    assert_eq!(viewer.get(&path).await.status, 404, "a GET opens nothing");
    app.open_link(&link).await;
}

#[tokio::test]
async fn a_view_token_never_outlives_its_view() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let body = json!({ "assignedToUserId": reader, "studyId": study(1), "viewSeconds": 300 });
    let link = ViewerLink::from_response(&app.as_pacs().post(crate::support::REROUTE, &body).await);
    let view = app.redeem(&link.token).await.expect(200);
    let ends = domain::time::Timestamp::parse(view["viewExpiresAt"].as_str().unwrap()).unwrap();
    let token = view["viewToken"].as_str().unwrap();
    assert_eq!(claims(token)["exp"], ends.seconds());
    app.clock.advance(Duration::from_secs(200));
    let renewed = app.renew(token).await;
    assert_eq!(claims(&renewed.str("viewToken"))["exp"], ends.seconds());
    assert_eq!(renewed.str("viewExpiresAt"), view["viewExpiresAt"].as_str().unwrap());
    app.clock.advance(Duration::from_secs(100));
    app.assert_view_ended(&renewed.str("viewToken")).await;
}

#[tokio::test]
async fn the_viewer_gets_the_embed_origins_of_the_key() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let origins = json!(["https://pacs.example", "https://pacs.example:8443"]);
    let scopes = json!(["access:issue", "access:dictate"]);
    let wanted = json!({"description": "PACS", "scopes": scopes, "embedOrigins": origins});
    let key = owner.client.post("/v1/apiKeys", &wanted).await.expect(201);
    let pacs = app.as_holder_of(key["apiKey"].as_str().unwrap());
    let body = json!({"assignedToUserId": app.confirm_reader().await, "studyId": study(1)});
    let link = ViewerLink::from_response(&pacs.post(REROUTE, &body).await);
    let view = app.redeem(&link.token).await.expect(200);
    assert_eq!(view["embedOrigins"], origins);
    let policy = "frame-ancestors https://pacs.example https://pacs.example:8443";
    assert_eq!(view["contentSecurityPolicy"], policy);
    let claims = claims(view["viewToken"].as_str().unwrap());
    assert_eq!(claims["embedOrigins"], origins);
    assert_eq!(claims["client_id"], key["apiKeyId"]);
}
