//! Bodies as other clients write them: numbers, repeated keys, spaces, byte order marks, media types.

use reqwest::Method;
use serde_json::json;

use super::{INVITATIONS, USERS, check, send_raw};
use crate::support::{
    App, EPHEMERAL, REDEEM, REROUTE, REVOKE, TestResponse, VIEWER_ONLY, member, radiologist, study,
    with,
};

#[tokio::test]
async fn a_whole_number_may_be_written_as_a_decimal() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await.client;
    let (pacs, reader) = (app.as_pacs(), app.confirm_reader().await);
    let created = json!({ "description": "d", "scopes": ["users:read"] });
    let key = owner.post("/v1/apiKeys", &created).await.str("apiKeyId");
    let rotate = format!("/v1/apiKeys/{key}/rotate");
    let dictation = format!(r#""assignedToUserId":"{reader}","studyInstanceUid":"1.2""#);
    for (client, method, path, fields, number, invalid) in [
        (&pacs, Method::POST, REROUTE, dictation.as_str(), "linkSeconds", "wrong_type"),
        (
            &pacs,
            Method::POST,
            VIEWER_ONLY,
            r#""studyInstanceUid":"1.2""#,
            "linkSeconds",
            "wrong_type",
        ),
        (&pacs, Method::POST, EPHEMERAL, r#""retrievalId":"r""#, "linkSeconds", "wrong_type"),
        (&owner, Method::POST, &rotate, r#""overlapHours":60"#, "overlapHours", "wrong_type"),
        (
            &owner,
            Method::PATCH,
            "/v1/clinic",
            r#""name":"Riverside""#,
            "sessionIdleMinutes",
            "wrong_type",
        ),
    ] {
        let fields = fields.split(',').filter(|field| !field.contains(number));
        let fields = fields.fold(String::new(), |all, field| all + field + ",");
        for spelling in ["60", "60.0", "6e1", "6E+1", "0.6e2", "600e-1"] {
            let body = format!("{{{fields}\"{number}\":{spelling}}}");
            let answer = send_raw(client, method.clone(), path, body).await;
            check(&format!("{path} {spelling}"), &answer, (200, ""));
        }
        for spelling in ["60.5", "\"60\"", "true", "-60.5", "[60]"] {
            let body = format!("{{{fields}\"{number}\":{spelling}}}");
            let answer = send_raw(client, method.clone(), path, body).await;
            check(&format!("{path} {spelling}"), &answer, (422, invalid));
        }
    }
    for (name, spelling) in
        [("viewSeconds", "3.6e3"), ("linkSeconds", "3e2"), ("viewSeconds", "300.00")]
    {
        let body = format!("{{{dictation},\"{name}\":{spelling}}}");
        check(spelling, &send_raw(&pacs, Method::POST, REROUTE, body).await, (200, ""));
    }
    for (number, spelling, code) in [
        ("linkSeconds", "1e300", "link_seconds_range"),
        ("linkSeconds", "-60.0", "wrong_type"),
        ("linkSeconds", "18446744073709551616", "link_seconds_range"),
        ("linkSeconds", "14.0", "link_seconds_range"),
    ] {
        let body = format!("{{{dictation},\"{number}\":{spelling}}}");
        check(spelling, &send_raw(&pacs, Method::POST, REROUTE, body).await, (422, code));
    }
    let days = send_raw(&owner, Method::PATCH, "/v1/clinic", r#"{"invitationDays":3.0}"#).await;
    assert_eq!(days.expect(200)["invitationDays"], 3);
    for limit in ["2", "2.0", "2e0", "20e-1"] {
        let answer = pacs.get(&format!("{USERS}?limit={limit}")).await;
        check(limit, &answer, (200, ""));
    }
}

#[tokio::test]
async fn a_repeated_key_is_400_at_any_depth() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await.client;
    let pacs = app.as_pacs();
    let person = member("ada@clinic.example").to_string();
    let twice = format!("{},\"level\":\"admin\"}}", person.strip_suffix('}').unwrap());
    let escaped = format!("{},\"l\\u0065vel\":\"admin\"}}", person.strip_suffix('}').unwrap());
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let path = format!("{USERS}/{}", user["userId"].as_str().unwrap());
    for (case, client, method, path, body) in [
        ("a level", &pacs, Method::POST, USERS, twice.clone()),
        ("a level spelled with an escape", &pacs, Method::POST, USERS, escaped),
        ("an unknown key", &pacs, Method::POST, USERS, r#"{"x":1,"x":1}"#.to_owned()),
        ("the same value", &pacs, Method::PATCH, &path, r#"{"suffix1":"MD","suffix1":"MD"}"#.to_owned()),
        ("a key that is read apart", &pacs, Method::PATCH, &path, r#"{"keys":"end","keys":"keep"}"#.to_owned()),
        ("one of a batch", &pacs, Method::POST, "/v1/autoScribe/users/batch", format!(r#"{{"users":[{twice}]}}"#)),
        ("the list of a batch", &pacs, Method::POST, "/v1/autoScribe/users/batch", r#"{"users":[],"users":[]}"#.to_owned()),
        ("options", &pacs, Method::POST, EPHEMERAL, r#"{"retrievalId":"r","options":{},"options":{"a":1}}"#.to_owned()),
        ("within options", &pacs, Method::POST, EPHEMERAL, r#"{"retrievalId":"r","options":{"a":[{"b":1,"b":2}]}}"#.to_owned()),
        ("a layout", &pacs, Method::POST, EPHEMERAL,
            r#"{"retrievalId":"r","hangingProtocol":{"layout":"1x1","layout":"1x2","viewportAssignments":[]}}"#.to_owned()),
        ("ids to end", &pacs, Method::POST, REVOKE, r#"{"userId":null,"userId":"usr_"}"#.to_owned()),
        ("a token", &app.as_invitee(), Method::POST, REDEEM, r#"{"token":"a","token":"b"}"#.to_owned()),
        ("a password", &app.as_invitee(), Method::POST, "/v1/session", r#"{"email":"a@b.example","password":"a","password":"b"}"#.to_owned()),
        ("scopes", &owner, Method::POST, "/v1/apiKeys", r#"{"description":"d","scopes":[],"scopes":["users:read"]}"#.to_owned()),
        ("a setting", &owner, Method::PATCH, "/v1/clinic", r#"{"invitationDays":1,"invitationDays":2}"#.to_owned()),
    ] {
        let answer = send_raw(client, method, path, body).await;
        check(case, &answer, (400, "json_invalid"));
    }
    let siblings = r#"{"retrievalId":"r","options":{"a":{"x":1},"b":{"x":1},"x":1}}"#;
    check("keys of siblings", &send_raw(&pacs, Method::POST, EPHEMERAL, siblings).await, (200, ""));
}

#[tokio::test]
async fn spaces_around_a_value_from_a_list_are_trimmed() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await.client;
    let pacs = app.as_pacs();
    let person = with(
        radiologist(" ada@clinic.example "),
        json!({ "npiNumber": " 1234567893\u{a0}", "clinicRole": "Radiologist ", "level": " member", "firstName": " Ada " }),
    );
    let invited = pacs.invite(&person).await.expect(201);
    assert_eq!(
        (&invited["npiNumber"], &invited["clinicRole"]),
        (&json!("1234567893"), &json!("Radiologist"))
    );
    let reader = app.token(invited["invitationId"].as_str().unwrap(), 1);
    // A link is often copied with what is around it.
    let reader = app.as_invitee().accept(&json!({ "token": format!(" {reader}\n") })).await;
    let reader = format!(" {} ", reader.str("userId"));
    for (case, client, path, body) in [
        (
            "UID",
            &pacs,
            REROUTE,
            json!({ "assignedToUserId": reader, "studyInstanceUid": " 1.2.3\n" }),
        ),
        (
            "UID with the padding of DICOM",
            &pacs,
            REROUTE,
            json!({ "assignedToUserId": reader, "studyInstanceUid": "1.2.3\u{0}" }),
        ),
        ("studyId", &pacs, VIEWER_ONLY, json!({ "studyId": format!(" {}", study(1)) })),
        (
            "layout",
            &pacs,
            EPHEMERAL,
            json!({ "retrievalId": "r", "hangingProtocol": { "layout": " 1x2 ", "viewportAssignments": [] } }),
        ),
        (
            "scopes",
            &owner,
            "/v1/apiKeys",
            json!({ "description": " d ", "scopes": [" users:read "], "accessScope": "self " }),
        ),
        (
            "expiresAt",
            &owner,
            "/v1/apiKeys",
            json!({ "description": "d", "scopes": ["users:read"], "expiresAt": " 2999-01-01T00:00:00Z " }),
        ),
        (
            "embedOrigins",
            &owner,
            "/v1/apiKeys",
            json!({ "description": "d", "scopes": ["users:read"], "embedOrigins": [" https://pacs.example "] }),
        ),
    ] {
        let answer = client.post(path, &body).await;
        assert!(answer.status.is_success(), "{case}: {}", answer.text);
    }
    let zone = owner.patch("/v1/clinic", &json!({ "timeZone": " America/Chicago " })).await;
    assert_eq!(zone.expect(200)["timeZone"], "America/Chicago");
}

#[tokio::test]
async fn a_byte_order_mark_is_ignored() {
    let app = App::start().await;
    let (pacs, mark) = (app.as_pacs(), "\u{feff}");
    let invite = format!("{mark}{}", member("ada@clinic.example"));
    let invited = send_raw(&pacs, Method::POST, USERS, invite).await.expect(201);
    let view = format!(r#"{mark}{{"retrievalId":"r","options":{{"a":1.0}}}}"#);
    let view = send_raw(&pacs, Method::POST, EPHEMERAL, view).await.expect(200);
    assert_eq!(view["options"].to_string(), r#"{"a":1.0}"#);
    let token = app.token(invited["invitationId"].as_str().unwrap(), 1);
    let accept = app.as_invitee().with_terms(&json!({ "token": token })).await;
    let accept = format!("{mark}{accept}");
    let accept = || {
        let request = app.as_invitee().request(Method::POST, "/v1/invitation/accept");
        let request = request.header("content-type", "application/json");
        request.header("idempotency-key", "k").body(accept.clone())
    };
    TestResponse::fetch(accept()).await.expect(200);
    let again = TestResponse::fetch(accept()).await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
    for (case, body) in [
        ("two marks", format!("{mark}{mark}{{}}")),
        ("a mark within", format!("{{{mark}}}")),
        ("a mark alone", mark.to_owned()),
        ("a mark of UTF-16", "\u{fffe}{}".to_owned()),
    ] {
        check(case, &send_raw(&pacs, Method::POST, USERS, body).await, (400, "json_invalid"));
    }
}

#[tokio::test]
async fn a_patch_may_be_a_json_merge_patch() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await.client;
    let invited = app.as_pacs().invite(&member("ada@clinic.example")).await.expect(201);
    let invitation = format!("{INVITATIONS}/{}", invited["invitationId"].as_str().unwrap());
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let user = format!("{USERS}/{}", user["userId"].as_str().unwrap());
    let pacs = app.as_pacs();
    for (client, method, path, kind, expected) in [
        (&pacs, Method::PATCH, invitation.as_str(), "application/merge-patch+json", (200, "")),
        (&pacs, Method::PATCH, &user, "Application/Merge-Patch+JSON; charset=utf-8", (200, "")),
        (&owner, Method::PATCH, "/v1/clinic", "application/merge-patch+json", (200, "")),
        (
            &pacs,
            Method::PATCH,
            &user,
            "application/json-patch+json",
            (415, "content_type_unsupported"),
        ),
        (
            &pacs,
            Method::POST,
            USERS,
            "application/merge-patch+json",
            (415, "content_type_unsupported"),
        ),
    ] {
        let body = if path == "/v1/clinic" { r#"{"replyTo":null}"# } else { r#"{"suffix1":"MD"}"# };
        let request = client.request(method, path).header("content-type", kind).body(body);
        check(kind, &TestResponse::fetch(request).await, expected);
    }
}
