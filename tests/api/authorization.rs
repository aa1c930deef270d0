//! Who may call what: every operation of openapi.json with every kind of caller, compared with
//! one table. An operation missing from the table fails.

use domain::api_key::Scope;
use reqwest::Method;
use serde_json::Value;

use crate::support::{Actor, Answer, App};

/// Method, path, and the scope that an API key needs; none for the invitee's routes.
const TABLE: [(&str, &str, Option<Scope>); 16] = [
    ("GET", "/v1/autoScribe/users", Some(Scope::UsersRead)),
    ("POST", "/v1/autoScribe/users", Some(Scope::UsersWrite)),
    (
        "POST",
        "/v1/autoScribe/users/batch",
        Some(Scope::UsersWrite),
    ),
    (
        "GET",
        "/v1/autoScribe/users/{userId}",
        Some(Scope::UsersRead),
    ),
    (
        "PATCH",
        "/v1/autoScribe/users/{userId}",
        Some(Scope::UsersWrite),
    ),
    (
        "POST",
        "/v1/autoScribe/users/revoke-access",
        Some(Scope::UsersWrite),
    ),
    (
        "POST",
        "/v1/autoScribe/users/reactivate",
        Some(Scope::UsersWrite),
    ),
    (
        "GET",
        "/v1/autoScribe/users/invitations",
        Some(Scope::InvitationsRead),
    ),
    (
        "GET",
        "/v1/autoScribe/users/invitations/{invitationId}",
        Some(Scope::InvitationsRead),
    ),
    (
        "PATCH",
        "/v1/autoScribe/users/invitations/{invitationId}",
        Some(Scope::InvitationsWrite),
    ),
    (
        "POST",
        "/v1/autoScribe/users/invitations/revoke",
        Some(Scope::InvitationsWrite),
    ),
    (
        "POST",
        "/v1/autoScribe/users/invitations/{invitationId}/resend",
        Some(Scope::InvitationsWrite),
    ),
    ("POST", "/v1/invitation/lookup", None),
    ("POST", "/v1/invitation/accept", None),
    ("POST", "/v1/invitation/reject", None),
    ("POST", "/v1/invitation/request-new", None),
];

fn operations() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&tests::openapi().to_json().unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap().clone();
    let of = |(path, methods): (String, Value)| {
        let methods = methods
            .as_object()
            .unwrap()
            .keys()
            .map(|m| m.to_uppercase())
            .collect::<Vec<_>>();
        methods
            .into_iter()
            .map(move |method| (method, path.clone()))
    };
    paths.into_iter().flat_map(of).collect()
}

/// An empty object: past the credential it is a 4xx of another kind.
async fn call(actor: &Actor, method: &str, path: &str) -> Answer {
    let path = path
        .replace("{userId}", "usr_x")
        .replace("{invitationId}", "inv_x");
    let request = actor.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    Answer::of(if method == "GET" {
        request
    } else {
        request.json(&serde_json::json!({}))
    })
    .await
}

#[test]
fn every_operation_stands_in_the_table() {
    let mut listed: Vec<_> = TABLE
        .iter()
        .map(|(m, p, _)| ((*m).to_owned(), (*p).to_owned()))
        .collect();
    let mut documented = operations();
    listed.sort();
    documented.sort();
    assert_eq!(listed, documented);
}

#[tokio::test]
async fn a_missing_or_unknown_credential_is_401() {
    let app = App::start().await;
    let stranger = domain::api_key::ApiKeySecret::new(&runtime::OsEntropy);
    let mut mistyped = app.key.clone();
    mistyped.replace_range(10..11, if &mistyped[10..11] == "A" { "B" } else { "A" });
    for (method, path, scope) in TABLE {
        if scope.is_none() {
            continue;
        }
        call(&app.as_invitee(), method, path)
            .await
            .problem(401, "unauthenticated");
        for garbage in [
            "x",
            "ask_",
            stranger.reveal(),
            &mistyped,
            "eyJhbGciOiJub25lIn0.e30.",
        ] {
            call(&app.as_holder_of(garbage), method, path)
                .await
                .problem(401, "unauthenticated");
        }
        let basic = app
            .as_invitee()
            .request(Method::GET, "/v1/autoScribe/users")
            .basic_auth("a", Some(&app.key));
        Answer::of(basic).await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn each_scope_opens_its_operations_and_no_others() {
    let app = App::start().await;
    for held in Scope::ALL {
        let actor = app.as_pacs_with(&[held]).await;
        for (method, path, needed) in TABLE {
            let answer = call(&actor, method, path).await;
            match needed {
                Some(needed) if needed != held => {
                    let problem = answer.problem(403, "forbidden");
                    assert!(
                        problem["detail"]
                            .as_str()
                            .unwrap()
                            .contains(needed.as_str())
                    );
                }
                _ => assert!(
                    ![401, 403].contains(&answer.status.as_u16()),
                    "{method} {path} with {held:?}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn a_revoked_key_is_as_unknown_as_none() {
    let app = App::start().await;
    let actor = app.as_pacs_with(&Scope::ALL).await;
    app.deactivate_keys_but_the_first().await;
    for (method, path, _) in TABLE.iter().filter(|(_, _, scope)| scope.is_some()) {
        call(&actor, method, path)
            .await
            .problem(401, "unauthenticated");
    }
}
