//! Calls every operation of openapi.json as every kind of caller, and compares the result with one table.
//! An operation that is missing from the table fails a test.

use std::time::Duration;

use auth::caller::AllowedPeople;
use domain::credentials::api_key::{ApiKeySecret, Scope};
use domain::time::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{App, TestClient, TestResponse, admin, dashboard_member, member, with};

/// The caller that an operation requires.
#[derive(Clone, Copy, Debug)]
enum RequiredCaller {
    /// No credential. The request holds a link's token or a password.
    Nothing,
    /// A key with these scopes. A session is refused.
    Key(&'static [Scope]),
    /// A key with these scopes, or a session of one of these people.
    KeyOrPerson(&'static [Scope], AllowedPeople),
    /// A session of one of these people. A key is refused.
    Person(AllowedPeople),
}

use AllowedPeople::{Everyone, Managers, StudyManagers};
use RequiredCaller::{Key, KeyOrPerson, Nothing, Person};

const TABLE: &[(&str, &str, RequiredCaller)] = &[
    ("GET", "/v1/autoScribe/users", KeyOrPerson(&[Scope::UsersRead], StudyManagers)),
    ("POST", "/v1/autoScribe/users", KeyOrPerson(&[Scope::UsersWrite], Managers)),
    ("POST", "/v1/autoScribe/users/batch", KeyOrPerson(&[Scope::UsersWrite], Managers)),
    ("GET", "/v1/autoScribe/users/{userId}", KeyOrPerson(&[Scope::UsersRead], StudyManagers)),
    ("PATCH", "/v1/autoScribe/users/{userId}", KeyOrPerson(&[Scope::UsersWrite], Managers)),
    ("POST", "/v1/autoScribe/users/revoke-access", KeyOrPerson(&[Scope::UsersWrite], Managers)),
    ("POST", "/v1/autoScribe/users/reactivate", KeyOrPerson(&[Scope::UsersWrite], Managers)),
    ("POST", "/v1/autoScribe/users/release", KeyOrPerson(&[Scope::UsersWrite], Managers)),
    ("GET", "/v1/clinic", Person(Managers)),
    ("PATCH", "/v1/clinic", Person(Managers)),
    ("POST", "/v1/clinic/transfer-ownership", Person(Managers)),
    ("GET", "/v1/autoScribe/users/invitations", KeyOrPerson(&[Scope::InvitationsRead], Managers)),
    (
        "GET",
        "/v1/autoScribe/users/invitations/summary",
        KeyOrPerson(&[Scope::InvitationsRead], Managers),
    ),
    (
        "GET",
        "/v1/autoScribe/users/invitations/{invitationId}",
        KeyOrPerson(&[Scope::InvitationsRead], Managers),
    ),
    (
        "PATCH",
        "/v1/autoScribe/users/invitations/{invitationId}",
        KeyOrPerson(&[Scope::InvitationsWrite, Scope::UsersWrite], Managers),
    ),
    (
        "POST",
        "/v1/autoScribe/users/invitations/revoke",
        KeyOrPerson(&[Scope::InvitationsWrite], Managers),
    ),
    (
        "POST",
        "/v1/autoScribe/users/invitations/{invitationId}/resend",
        KeyOrPerson(&[Scope::InvitationsWrite, Scope::UsersWrite], Managers),
    ),
    ("POST", "/v1/autoScribe/users/{userId}/attest-npi", Person(Managers)),
    ("POST", "/v1/autoScribe/users/invitations/{invitationId}/attest-npi", Person(Managers)),
    ("POST", "/v1/npi/lookup", KeyOrPerson(&[Scope::UsersWrite], Managers)),
    ("GET", "/v1/apiKeys", Person(Managers)),
    ("POST", "/v1/apiKeys", Person(Managers)),
    ("POST", "/v1/apiKeys/{apiKeyId}/revoke", Person(Managers)),
    ("POST", "/v1/apiKeys/{apiKeyId}/rotate", Person(Managers)),
    ("GET", "/v1/webhookEndpoints", Person(Managers)),
    ("POST", "/v1/webhookEndpoints", Person(Managers)),
    ("PATCH", "/v1/webhookEndpoints/{webhookEndpointId}", Person(Managers)),
    ("POST", "/v1/webhookEndpoints/{webhookEndpointId}/verify", Person(Managers)),
    ("POST", "/v1/webhookEndpoints/{webhookEndpointId}/rotate", Person(Managers)),
    ("POST", "/v1/webhookEndpoints/{webhookEndpointId}/test", Person(Managers)),
    ("POST", "/v1/webhookEndpoints/{webhookEndpointId}/end", Person(Managers)),
    ("GET", "/v1/webhookEndpoints/{webhookEndpointId}/deliveries", Person(Managers)),
    ("POST", "/v1/webhookEndpoints/{webhookEndpointId}/redeliver", Person(Managers)),
    ("GET", "/v1/auditEvents", Person(Managers)),
    ("GET", "/v1/accessReview", Person(Managers)),
    ("GET", "/v1/events", KeyOrPerson(&[Scope::EventsRead], Managers)),
    ("POST", "/v1/invitation/lookup", Nothing),
    ("POST", "/v1/invitation/accept", Nothing),
    ("POST", "/v1/invitation/reject", Nothing),
    ("POST", "/v1/invitation/request-new", Nothing),
    ("POST", "/v1/session", Nothing),
    ("GET", "/v1/session", Person(Everyone)),
    ("POST", "/v1/session/clinic", Person(Everyone)),
    ("POST", "/v1/session/confirm", Person(Everyone)),
    ("GET", "/v1/sessions", Person(Everyone)),
    ("POST", "/v1/sessions/end-others", Person(Everyone)),
    ("DELETE", "/v1/sessions/{sessionId}", Person(Everyone)),
    ("POST", "/v1/password/change", Person(Everyone)),
    ("POST", "/v1/password/forgot", Nothing),
    ("POST", "/v1/password/lookup", Nothing),
    ("POST", "/v1/password/reset", Nothing),
    (
        "POST",
        "/v1/autoScribe/studies/reroute-url",
        KeyOrPerson(&[Scope::AccessIssue, Scope::AccessDictate], StudyManagers),
    ),
    (
        "POST",
        "/v1/autoScribe/studies/viewer-only-reroute-url",
        KeyOrPerson(&[Scope::AccessIssue], StudyManagers),
    ),
    (
        "POST",
        "/v1/autoScribe/ephemeral-sessions",
        KeyOrPerson(&[Scope::AccessIssue], StudyManagers),
    ),
    ("GET", "/v1/access", KeyOrPerson(&[Scope::AccessIssue], StudyManagers)),
    ("POST", "/v1/access/introspect", Key(&[Scope::AccessIntrospect])),
    ("POST", "/v1/access/revoke", KeyOrPerson(&[Scope::AccessIssue], StudyManagers)),
    // These check a link's token or a view token themselves, and have their own error codes.
    ("POST", "/v1/access/redeem", Nothing),
    ("POST", "/v1/access/renew", Nothing),
    ("GET", "/.well-known/jwks.json", Nothing),
    // The last one, because it ends the session.
    ("DELETE", "/v1/session", Person(Everyone)),
];

/// The credential in a request.
#[derive(Clone, Copy, Debug)]
enum SentCredential<'a> {
    /// None, or an unknown one.
    Unknown,
    /// A key with these scopes.
    Key(&'a [Scope]),
    /// A session of this kind of person.
    Session(PersonKind),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum PersonKind {
    Member,
    StudyManager,
    Manager,
}

/// Whether a key with these scopes may do what needs `scope`. Who may issue may also introspect.
fn allow(scopes: &[Scope], scope: Scope) -> bool {
    scopes.contains(&scope)
        || (scope == Scope::AccessIntrospect && scopes.contains(&Scope::AccessIssue))
}

/// The status of a refused credential, or `None` if the operation allows it.
fn refusal(required: RequiredCaller, credential: SentCredential<'_>) -> Option<u16> {
    let include = |people: AllowedPeople, who: PersonKind| match people {
        Managers => who == PersonKind::Manager,
        StudyManagers => who != PersonKind::Member,
        Everyone => true,
        AllowedPeople::Nobody => false,
    };
    match (required, credential) {
        (Nothing, _) => None,
        (_, SentCredential::Unknown) => Some(401),
        (Key(needed) | KeyOrPerson(needed, _), SentCredential::Key(scopes))
            if needed.iter().all(|scope| allow(scopes, *scope)) =>
        {
            None
        }
        (KeyOrPerson(_, people) | Person(people), SentCredential::Session(who))
            if include(people, who) =>
        {
            None
        }
        _ => Some(403),
    }
}

fn operations() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&tests::openapi().to_json().unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap().clone();
    let of = |(path, methods): (String, Value)| {
        let methods =
            methods.as_object().unwrap().keys().map(|m| m.to_uppercase()).collect::<Vec<_>>();
        methods.into_iter().map(move |method| (method, path.clone()))
    };
    paths.into_iter().flat_map(of).collect()
}

/// Sends an empty object, which is another 4xx if the credential is allowed.
async fn call(actor: &TestClient, method: &str, path: &str) -> TestResponse {
    call_with(actor, method, path, &json!({})).await
}

async fn call_with(actor: &TestClient, method: &str, path: &str, body: &Value) -> TestResponse {
    let path = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
    let path = path.collect::<Vec<_>>().join("/");
    let request = actor.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    TestResponse::fetch(if method == "GET" { request } else { request.json(body) }).await
}

/// Calls every operation as `client` and compares the answers with the table.
async fn check(name: &str, actor: &TestClient, credential: SentCredential<'_>) {
    for (method, path, required) in TABLE {
        let answer = call(actor, method, path).await;
        let code = match answer.text.as_str() {
            "" => Value::Null,
            _ => answer.json()["code"].clone(),
        };
        let about = format!("{method} {path} as {name}: {}", answer.text);
        match refusal(*required, credential) {
            Some(401) => assert_eq!(
                (answer.status.as_u16(), &code),
                (401, &json!("unauthenticated")),
                "{about}"
            ),
            Some(_) => {
                assert_eq!((answer.status.as_u16(), &code), (403, &json!("forbidden")), "{about}");
            }
            None => assert!(code != "unauthenticated" && code != "forbidden", "{about}"),
        }
    }
}

#[test]
fn the_table_lists_every_operation() {
    let mut listed: Vec<_> =
        TABLE.iter().map(|(m, p, _)| ((*m).to_owned(), (*p).to_owned())).collect();
    let mut documented = operations();
    listed.sort();
    documented.sort();
    assert_eq!(listed, documented);
}

#[tokio::test]
async fn a_missing_or_unknown_credential_is_401() {
    let app = App::start().await;
    let stranger = ApiKeySecret::new(&runtime::OsEntropy);
    let mut mistyped = app.key.clone();
    mistyped.replace_range(10..11, if &mistyped[10..11] == "A" { "B" } else { "A" });
    let invitation = app.invite_and_get_token(&member("ada@clinic.example")).await;
    let session = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    check("nobody", &app.as_invitee(), SentCredential::Unknown).await;
    for garbage in [
        "x",
        "ask_",
        stranger.reveal(),
        &mistyped,
        "eyJhbGciOiJub25lIn0.e30.",
        &invitation,
        &session.cookie,
    ] {
        check(garbage, &app.as_holder_of(garbage), SentCredential::Unknown).await;
    }
    let basic = app
        .as_invitee()
        .request(Method::GET, "/v1/autoScribe/users")
        .basic_auth("a", Some(&app.key));
    TestResponse::fetch(basic).await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn each_scope_allows_only_its_operations() {
    let app = App::start().await;
    for held in Scope::ALL.chunks(1) {
        let actor = app.create_pacs(held).await;
        check(held[0].as_str(), &actor, SentCredential::Key(held)).await;
    }
    for missing in Scope::ALL {
        let held: Vec<_> = Scope::ALL.into_iter().filter(|scope| *scope != missing).collect();
        let actor = app.create_pacs(&held).await;
        check(&format!("all but {}", missing.as_str()), &actor, SentCredential::Key(&held)).await;
    }
    check("all scopes", &app.as_pacs(), SentCredential::Key(&Scope::ALL)).await;
}

#[tokio::test]
async fn a_key_bound_to_its_own_access_has_the_same_operations() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    for bound in ["self", "all"] {
        let scopes = Scope::ALL.map(Scope::as_str);
        let wanted = json!({"description": "PACS", "scopes": scopes, "accessScope": bound});
        let key: Value = owner.client.post("/v1/apiKeys", &wanted).await.expect(201);
        let actor = app.as_holder_of(key["apiKey"].as_str().unwrap());
        check(bound, &actor, SentCredential::Key(&Scope::ALL)).await;
    }
}

#[tokio::test]
async fn an_expired_key_and_the_old_secret_after_the_overlap_are_401() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let end = app.clock.now().plus(Duration::from_mins(9)).to_string();
    let scopes = Scope::ALL.map(Scope::as_str);
    let wanted = json!({"description": "PACS", "scopes": scopes, "expiresAt": end});
    let expiring: Value = owner.client.post("/v1/apiKeys", &wanted).await.expect(201);
    let wanted = json!({"description": "PACS", "scopes": scopes});
    let old: Value = owner.client.post("/v1/apiKeys", &wanted).await.expect(201);
    let path = format!("/v1/apiKeys/{}/rotate", old["apiKeyId"].as_str().unwrap());
    let new = owner.client.post(&path, &json!({"overlapHours": 1})).await.expect(200);
    let holder = |key: &Value| app.as_holder_of(key["apiKey"].as_str().unwrap());
    let all = SentCredential::Key(&Scope::ALL);
    check("key before it expires", &holder(&expiring), all).await;
    check("old secret in the overlap", &holder(&old), all).await;
    check("new secret", &holder(&new), all).await;
    app.clock.advance(Duration::from_hours(1));
    check("expired key", &holder(&expiring), SentCredential::Unknown).await;
    check("old secret after the overlap", &holder(&old), SentCredential::Unknown).await;
    check("new secret after the overlap", &holder(&new), all).await;
}

#[tokio::test]
async fn a_person_whose_authority_just_ended_or_shrank_is_refused() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let demoted = app.confirm_and_sign_in(&admin("demoted@clinic.example")).await;
    let reset = app.confirm_and_sign_in(&admin("reset@clinic.example")).await;
    let signed_out = app.confirm_and_sign_in(&admin("out@clinic.example")).await;
    let path = format!("/v1/autoScribe/users/{}", demoted.user_id);
    let plain = json!({"level": "member", "canManageStudies": false});
    owner.client.patch(&path, &plain).await.expect(200);
    let member = SentCredential::Session(PersonKind::Member);
    check("demoted", &demoted.client, member).await;
    signed_out.sign_out().await;
    check("signed out", &signed_out.client, SentCredential::Unknown).await;
    app.reset_password("reset@clinic.example", "violet-anchor-pumice").await;
    check("reset", &reset.client, SentCredential::Unknown).await;
}

#[tokio::test]
async fn a_revoked_key_is_401() {
    let app = App::start().await;
    let actor = app.create_pacs(&Scope::ALL).await;
    app.deactivate_other_keys().await;
    check("revoked key", &actor, SentCredential::Unknown).await;
}

#[tokio::test]
async fn each_level_allows_only_its_operations() {
    let app = App::start().await;
    let plain = with(dashboard_member("m@clinic.example"), json!({"canManageStudies": false}));
    let member = app.confirm_and_sign_in(&plain).await;
    let studies = app.confirm_and_sign_in(&dashboard_member("s@clinic.example")).await;
    let boss = app.confirm_and_sign_in(&admin("a@clinic.example")).await;
    let owner = app.confirm_and_sign_in_owner().await;
    check("member", &member.client, SentCredential::Session(PersonKind::Member)).await;
    check(
        "member with canManageStudies",
        &studies.client,
        SentCredential::Session(PersonKind::StudyManager),
    )
    .await;
    check("admin", &boss.client, SentCredential::Session(PersonKind::Manager)).await;
    check("owner", &owner.client, SentCredential::Session(PersonKind::Manager)).await;
}

#[tokio::test]
async fn an_expired_session_and_a_deactivated_persons_session_are_401() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("a@clinic.example")).await;
    let gone = app.confirm_and_sign_in(&admin("gone@clinic.example")).await;
    let body = json!({"userId": gone.user_id});
    boss.client.post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    app.clock.advance(Duration::from_mins(30));
    check("expired", &boss.client, SentCredential::Unknown).await;
    check("deactivated", &gone.client, SentCredential::Unknown).await;
}

#[tokio::test]
async fn an_object_of_another_clinic_is_404_never_403() {
    let app = App::start().await;
    let user =
        app.invite_and_confirm(&admin("a@clinic.example"), Some("lantern-gravel-otter")).await;
    let invited = app.as_pacs().invite(&member("b@clinic.example")).await;
    let (key, boss) = app.create_other_clinic_with_admin().await;
    for (actor, is_key) in [(&key, true), (&boss, false)] {
        for (method, path, required) in TABLE {
            let real = path
                .replace("{userId}", user["userId"].as_str().unwrap())
                .replace("{invitationId}", &invited.str("invitationId"))
                .replace("{apiKeyId}", &app.api_key_id);
            if real == *path || (is_key && matches!(required, Person(_))) {
                continue;
            }
            let rotates = path.ends_with("/rotate");
            let body = if rotates { json!({"overlapHours": 0}) } else { json!({}) };
            let answer = call_with(actor, method, &real, &body).await;
            assert_eq!(answer.status.as_u16(), 404, "{method} {path}: {}", answer.text);
        }
    }
}
