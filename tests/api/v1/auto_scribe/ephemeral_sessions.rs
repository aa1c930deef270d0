//! `POST /v1/autoScribe/ephemeral-sessions`.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{App, EPHEMERAL, TestResponse, ViewerLink, claims};

#[tokio::test]
async fn an_ephemeral_view_returns_what_was_requested() {
    let app = App::start().await;
    let body = json!({
        "retrievalId": "order/7 ü", "options": { "studyInstanceUids": ["1.2.3"] },
        "hangingProtocol": { "layout": "1x2", "viewportAssignments": ["Axial T1", null] },
    });
    let answer = app.as_pacs().post(EPHEMERAL, &body).await;
    let link = ViewerLink::from_response(&answer);
    assert!(link.url.contains("/viewer/ephemeral/order%2F7%20%C3%BC#token="), "{}", link.url);
    let view = app.redeem(&link.token).await.expect(200);
    for name in ["retrievalId", "hangingProtocol", "options"] {
        assert_eq!((&answer.json()[name], &view[name]), (&body[name], &body[name]));
    }
    assert_eq!((view["scope"].as_str(), view.get("study")), (Some("study:read"), None));
    let claims = claims(view["viewToken"].as_str().unwrap());
    assert_eq!((&claims["sub"], claims.get("study")), (&body["retrievalId"], None));
    let token = view["viewToken"].as_str().unwrap();
    app.renew(token).await.expect(200);
    assert_eq!(app.introspect(token).await["sub"], body["retrievalId"]);
}

#[tokio::test]
async fn an_ephemeral_link_expires_after_30_seconds_by_default() {
    let app = App::start().await;
    let body = json!({ "retrievalId": "x" });
    let short = ViewerLink::from_response(&app.as_pacs().post(EPHEMERAL, &body).await);
    let long = json!({ "retrievalId": "x", "linkSeconds": 300 });
    let long = ViewerLink::from_response(&app.as_pacs().post(EPHEMERAL, &long).await);
    app.clock.advance(Duration::from_secs(31));
    app.redeem(&short.token).await.expect_problem(404, "token_invalid");
    app.redeem(&long.token).await.expect(200);
}

/// Sends a body without parsing it first.
async fn send_raw(app: &App, body: String) -> TestResponse {
    let request = app.as_pacs().request(Method::POST, EPHEMERAL);
    let request = request.header("content-type", "application/json");
    TestResponse::fetch(request.body(body)).await
}

#[tokio::test]
async fn options_are_returned_unchanged_up_to_3072_bytes() {
    let app = App::start().await;
    let options = |bytes: usize| {
        let start = r#"{"z":1.50,"a":12345678901234567890123,"e":"é\/","x":""#;
        // `\/` is stored as `/`, which is one byte shorter.
        let rest = "x".repeat(bytes + 1 - start.len() - 2);
        (format!("{start}{rest}\"}}"), format!("{}{rest}\"}}", start.replace("\\/", "/")))
    };
    let (sent, echoed) = options(3072);
    assert_eq!(echoed.len(), 3072);
    let body = format!(r#"{{"retrievalId":"x","options":{sent}}}"#);
    let answer = send_raw(&app, body).await;
    assert!(answer.text.contains(&echoed), "{}", answer.text);
    let view = app.redeem(&ViewerLink::from_response(&answer).token).await;
    assert!(view.text.contains(&format!("\"options\":{echoed}")));
    let (sent, _) = options(3073);
    let body = format!(r#"{{"retrievalId":"x","options":{sent}}}"#);
    send_raw(&app, body).await.expect_problem(422, "options_too_large");
}

#[tokio::test]
async fn options_must_be_one_object() {
    let app = App::start().await;
    for wrong in ["[]", "7", "\"x\"", "true"] {
        let body = format!(r#"{{"retrievalId":"x","options":{wrong}}}"#);
        send_raw(&app, body).await.expect_problem(422, "options_invalid");
    }
    let none = json!({ "retrievalId": "x", "options": null, "hangingProtocol": null });
    let answer = app.as_pacs().post(EPHEMERAL, &none).await.expect(200);
    assert_eq!((answer.get("options"), answer.get("hangingProtocol")), (None, None));
}

fn hanging_protocol(layout: &str, viewports: usize) -> Value {
    let labels = vec![json!("T1"); viewports];
    json!({ "layout": layout, "viewportAssignments": labels })
}

#[tokio::test]
async fn a_hanging_protocol_must_fit_its_grid() {
    let app = App::start().await;
    let send = async |hanging: Value| {
        let body = json!({ "retrievalId": "x", "hangingProtocol": hanging });
        app.as_pacs().post(EPHEMERAL, &body).await
    };
    for good in [
        hanging_protocol("1x1", 1),
        hanging_protocol("4x4", 16),
        hanging_protocol("2x3", 6),
        hanging_protocol("4x4", 0),
    ] {
        send(good).await.expect(200);
    }
    for (wrong, field, code) in [
        (hanging_protocol("1x1", 2), "viewportAssignments", "viewports_too_many"),
        (hanging_protocol("4x4", 17), "viewportAssignments", "viewports_too_many"),
        (hanging_protocol("5x1", 1), "layout", "layout_unknown"),
        (hanging_protocol("0x1", 0), "layout", "layout_unknown"),
        (json!({ "layout": "1x1" }), "viewportAssignments", "required"),
        (json!({ "viewportAssignments": [] }), "layout", "required"),
        (
            json!({ "layout": "1x1", "viewportAssignments": [7] }),
            "viewportAssignments[0]",
            "wrong_type",
        ),
        (
            json!({ "layout": "1x1", "viewportAssignments": [""] }),
            "viewportAssignments[0]",
            "viewport_invalid",
        ),
        (
            json!({ "layout": "1x1", "viewportAssignments": [], "monitors": 2 }),
            "monitors",
            "unknown_field",
        ),
    ] {
        let answer = send(wrong).await;
        answer.expect_problem(422, code);
        let expected = (format!("hangingProtocol.{field}"), code.to_owned());
        assert_eq!(answer.field_errors(), [expected]);
    }
    send(json!("1x1")).await.expect_problem(422, "wrong_type");
}

#[tokio::test]
async fn a_retrieval_id_is_required_and_all_invalid_fields_are_reported() {
    let app = App::start().await;
    let invalid = json!({
        "hangingProtocol": { "layout": "9x9", "viewportAssignments": "x" }, "options": [], "viewSeconds": 1,
    });
    let answer = app.as_pacs().post(EPHEMERAL, &invalid).await;
    let fields: Vec<_> = answer.field_errors().into_iter().map(|(field, _)| field).collect();
    let expected = [
        "retrievalId",
        "hangingProtocol.layout",
        "hangingProtocol.viewportAssignments",
        "options",
        "viewSeconds",
    ];
    assert_eq!(fields, expected);
    for wrong in ["", ".", "..", "a\nb", &"x".repeat(257)] {
        let body = json!({ "retrievalId": wrong });
        let answer = app.as_pacs().post(EPHEMERAL, &body).await;
        answer.expect_problem(422, "retrieval_id_invalid");
    }
}

#[tokio::test]
async fn a_retrieval_id_that_looks_like_a_user_id_is_not_one() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let body = json!({ "retrievalId": reader });
    let link = ViewerLink::from_response(&app.as_pacs().post(EPHEMERAL, &body).await);
    let token = app.open_link(&link).await;
    let gone = json!({ "userId": reader });
    let path = "/v1/autoScribe/users/revoke-access";
    app.as_pacs().post(path, &gone).await.expect(200);
    app.renew(&token).await.expect(200);
}
