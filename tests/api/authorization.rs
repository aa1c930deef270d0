//! Who may call what: every operation of openapi.json with every kind of caller, compared with
//! one table. An operation missing from the table fails.

use std::time::Duration;

use auth::caller::AllowedPeople;
use domain::credentials::api_key::{ApiKeySecret, Scope};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, App, admin, dashboard_member, member, with};

/// What an operation asks of its caller.
#[derive(Clone, Copy, Debug)]
enum Needs {
    /// No credential: a link's token or a password is in the request.
    Nothing,
    /// A key with this scope, or one of these people signed in.
    Either(Scope, AllowedPeople),
    /// One of these people signed in; no key will do.
    Person(AllowedPeople),
}

use AllowedPeople::{Everyone, Managers, StudyManagers};
use Needs::{Either, Nothing, Person};

const TABLE: &[(&str, &str, Needs)] = &[
    ("GET", "/v1/autoScribe/users", Either(Scope::UsersRead, StudyManagers)),
    ("POST", "/v1/autoScribe/users", Either(Scope::UsersWrite, Managers)),
    ("POST", "/v1/autoScribe/users/batch", Either(Scope::UsersWrite, Managers)),
    ("GET", "/v1/autoScribe/users/{userId}", Either(Scope::UsersRead, StudyManagers)),
    ("PATCH", "/v1/autoScribe/users/{userId}", Either(Scope::UsersWrite, Managers)),
    ("POST", "/v1/autoScribe/users/revoke-access", Either(Scope::UsersWrite, Managers)),
    ("POST", "/v1/autoScribe/users/reactivate", Either(Scope::UsersWrite, Managers)),
    ("GET", "/v1/autoScribe/users/invitations", Either(Scope::InvitationsRead, Managers)),
    (
        "GET",
        "/v1/autoScribe/users/invitations/{invitationId}",
        Either(Scope::InvitationsRead, Managers),
    ),
    (
        "PATCH",
        "/v1/autoScribe/users/invitations/{invitationId}",
        Either(Scope::InvitationsWrite, Managers),
    ),
    ("POST", "/v1/autoScribe/users/invitations/revoke", Either(Scope::InvitationsWrite, Managers)),
    (
        "POST",
        "/v1/autoScribe/users/invitations/{invitationId}/resend",
        Either(Scope::InvitationsWrite, Managers),
    ),
    ("POST", "/v1/autoScribe/users/{userId}/attest-npi", Person(Managers)),
    ("POST", "/v1/autoScribe/users/invitations/{invitationId}/attest-npi", Person(Managers)),
    ("GET", "/v1/apiKeys", Person(Managers)),
    ("POST", "/v1/apiKeys", Person(Managers)),
    ("POST", "/v1/apiKeys/{apiKeyId}/revoke", Person(Managers)),
    ("GET", "/v1/auditEvents", Person(Managers)),
    ("POST", "/v1/invitation/lookup", Nothing),
    ("POST", "/v1/invitation/accept", Nothing),
    ("POST", "/v1/invitation/reject", Nothing),
    ("POST", "/v1/invitation/request-new", Nothing),
    ("POST", "/v1/session", Nothing),
    ("POST", "/v1/session/refresh", Nothing),
    ("GET", "/v1/session", Person(Everyone)),
    ("DELETE", "/v1/session", Person(Everyone)),
    ("POST", "/v1/password/forgot", Nothing),
    ("POST", "/v1/password/reset", Nothing),
    ("POST", "/v1/autoScribe/studies/reroute-url", Either(Scope::AccessIssue, StudyManagers)),
    (
        "POST",
        "/v1/autoScribe/studies/viewer-only-reroute-url",
        Either(Scope::AccessIssue, StudyManagers),
    ),
    ("POST", "/v1/autoScribe/ephemeral-sessions", Either(Scope::AccessIssue, StudyManagers)),
    ("GET", "/v1/access", Either(Scope::AccessIssue, StudyManagers)),
    ("POST", "/v1/access/introspect", Either(Scope::AccessIssue, StudyManagers)),
    ("POST", "/v1/access/revoke", Either(Scope::AccessIssue, StudyManagers)),
    // What these need is a token of their own, and its refusal is theirs too.
    ("POST", "/v1/access/redeem", Nothing),
    ("POST", "/v1/access/renew", Nothing),
    ("GET", "/.well-known/jwks.json", Nothing),
];

/// What a caller shows.
#[derive(Clone, Copy, Debug)]
enum Shows<'a> {
    /// Nothing that is known.
    Nobody,
    /// A key with these scopes.
    Key(&'a [Scope]),
    /// A session of one of these.
    Someone(Who),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Member,
    StudyManager,
    Manager,
}

/// The status that the credential itself leads to; `None` when it opens the way.
fn refusal(needs: Needs, shows: Shows<'_>) -> Option<u16> {
    let include = |people: AllowedPeople, who: Who| match people {
        Managers => who == Who::Manager,
        StudyManagers => who != Who::Member,
        Everyone => true,
    };
    match (needs, shows) {
        (Nothing, _) => None,
        (_, Shows::Nobody) => Some(401),
        (Either(scope, _), Shows::Key(scopes)) if scopes.contains(&scope) => None,
        (Either(_, people) | Person(people), Shows::Someone(who)) if include(people, who) => None,
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

/// An empty object: past the credential it is a 4xx of another kind.
async fn call(actor: &Actor, method: &str, path: &str) -> Answer {
    let path = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
    let path = path.collect::<Vec<_>>().join("/");
    let request = actor.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    Answer::of(if method == "GET" { request } else { request.json(&json!({})) }).await
}

/// Calls every operation as `actor` and compares with the table.
async fn check(name: &str, actor: &Actor, shows: Shows<'_>) {
    for (method, path, needs) in TABLE {
        let answer = call(actor, method, path).await;
        let code = match answer.text.as_str() {
            "" => Value::Null,
            _ => answer.json()["code"].clone(),
        };
        let about = format!("{method} {path} as {name}: {}", answer.text);
        match refusal(*needs, shows) {
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
    let invitation = app.invited_token(&member("ada@clinic.example")).await;
    let session = app.signed_in(&admin("boss@clinic.example")).await;
    check("nobody", &app.as_invitee(), Shows::Nobody).await;
    for garbage in [
        "x",
        "ask_",
        stranger.reveal(),
        &mistyped,
        "eyJhbGciOiJub25lIn0.e30.",
        &invitation,
        &session.refresh,
    ] {
        check(garbage, &app.as_holder_of(garbage), Shows::Nobody).await;
    }
    let basic = app
        .as_invitee()
        .request(Method::GET, "/v1/autoScribe/users")
        .basic_auth("a", Some(&app.key));
    Answer::of(basic).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn each_scope_allows_only_its_operations() {
    let app = App::start().await;
    for held in Scope::ALL.chunks(1) {
        let actor = app.as_pacs_with(held).await;
        check(held[0].as_str(), &actor, Shows::Key(held)).await;
    }
    check("all scopes", &app.as_pacs(), Shows::Key(&Scope::ALL)).await;
}

#[tokio::test]
async fn a_revoked_key_is_401() {
    let app = App::start().await;
    let actor = app.as_pacs_with(&Scope::ALL).await;
    app.deactivate_keys_but_the_first().await;
    check("revoked key", &actor, Shows::Nobody).await;
}

#[tokio::test]
async fn each_level_allows_only_its_operations() {
    let app = App::start().await;
    let plain = with(dashboard_member("m@clinic.example"), json!({"canManageStudies": false}));
    let member = app.signed_in(&plain).await;
    let studies = app.signed_in(&dashboard_member("s@clinic.example")).await;
    let boss = app.signed_in(&admin("a@clinic.example")).await;
    let owner = app.signed_in_owner().await;
    check("member", &member.actor, Shows::Someone(Who::Member)).await;
    check("member with canManageStudies", &studies.actor, Shows::Someone(Who::StudyManager)).await;
    check("admin", &boss.actor, Shows::Someone(Who::Manager)).await;
    check("owner", &owner.actor, Shows::Someone(Who::Manager)).await;
}

#[tokio::test]
async fn an_expired_session_and_a_deactivated_persons_session_are_401() {
    let app = App::start().await;
    let boss = app.signed_in(&admin("a@clinic.example")).await;
    let gone = app.signed_in(&admin("gone@clinic.example")).await;
    let body = json!({"userId": gone.user_id});
    boss.actor.post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    // A deactivated person's last token runs out like any other, and no further one is given.
    app.refresh(&gone.refresh).await.problem(401, "session_ended");
    app.clock.advance(Duration::from_mins(15));
    check("expired", &boss.actor, Shows::Nobody).await;
    check("deactivated", &gone.actor, Shows::Nobody).await;
}

#[tokio::test]
async fn an_object_of_another_clinic_is_404_never_403() {
    let app = App::start().await;
    let user = app.confirmed(&admin("a@clinic.example"), Some("lantern-gravel-otter")).await;
    let invited = app.as_pacs().invite(&member("b@clinic.example")).await;
    let (key, boss) = app.other_clinic_with_admin().await;
    for (actor, is_key) in [(&key, true), (&boss, false)] {
        for (method, path, needs) in TABLE {
            let real = path
                .replace("{userId}", user["userId"].as_str().unwrap())
                .replace("{invitationId}", &invited.str("invitationId"))
                .replace("{apiKeyId}", &app.api_key_id);
            if real == *path || (is_key && matches!(needs, Person(_))) {
                continue;
            }
            let answer = call(actor, method, &real).await;
            assert_eq!(answer.status.as_u16(), 404, "{method} {path}: {}", answer.text);
        }
    }
}
