//! One request for each operation that writes, and what has to exist before it.

use std::time::Duration;

use domain::time::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    App, EPHEMERAL, PASSWORD, ProofKey, REDEEM, RENEW, REROUTE, REVOKE, TestClient, TestResponse,
    VIEWER_ONLY, ViewerLink, WEBHOOKS, admin, dashboard_member, link_in, member, proof_claims,
    radiologist, study, with, with_token,
};

/// Each operation that writes, with a variant after the colon.
pub(super) const CASES: &[&str] = &[
    "POST /v1/autoScribe/users",
    "POST /v1/autoScribe/users: with a key",
    "POST /v1/autoScribe/users: an NPI",
    "POST /v1/autoScribe/users/batch",
    "PATCH /v1/autoScribe/users/{userId}",
    "PATCH /v1/autoScribe/users/{userId}: level",
    "POST /v1/autoScribe/users/revoke-access",
    "POST /v1/autoScribe/users/reactivate",
    "POST /v1/autoScribe/users/release",
    "POST /v1/autoScribe/users/{userId}/attest-npi",
    "PATCH /v1/autoScribe/users/invitations/{invitationId}",
    "POST /v1/autoScribe/users/invitations/revoke",
    "POST /v1/autoScribe/users/invitations/{invitationId}/resend",
    "POST /v1/autoScribe/users/invitations/{invitationId}/attest-npi",
    "PATCH /v1/clinic",
    "POST /v1/clinic/transfer-ownership",
    "POST /v1/apiKeys",
    "POST /v1/apiKeys/{apiKeyId}/revoke",
    "POST /v1/apiKeys/{apiKeyId}/rotate",
    "POST /v1/webhookEndpoints",
    "PATCH /v1/webhookEndpoints/{webhookEndpointId}",
    "POST /v1/webhookEndpoints/{webhookEndpointId}/verify",
    "POST /v1/webhookEndpoints/{webhookEndpointId}/rotate",
    "POST /v1/webhookEndpoints/{webhookEndpointId}/test",
    "POST /v1/webhookEndpoints/{webhookEndpointId}/end",
    "POST /v1/webhookEndpoints/{webhookEndpointId}/redeliver",
    "POST /v1/webhookEndpoints/{webhookEndpointId}/redeliver: since",
    "POST /v1/invitation/accept",
    "POST /v1/invitation/accept: with a password",
    "POST /v1/invitation/reject",
    "POST /v1/invitation/request-new",
    "POST /v1/session",
    "POST /v1/session: wrong password",
    "POST /v1/session/clinic",
    "POST /v1/session/confirm",
    "POST /v1/sessions/end-others",
    "DELETE /v1/sessions/{sessionId}",
    "DELETE /v1/session",
    "POST /v1/password/change",
    "POST /v1/password/forgot",
    "POST /v1/password/reset",
    "POST /v1/autoScribe/studies/reroute-url",
    "POST /v1/autoScribe/studies/viewer-only-reroute-url",
    "POST /v1/autoScribe/ephemeral-sessions",
    "POST /v1/access/revoke",
    "POST /v1/access/redeem: with a key",
    "POST /v1/access/redeem: with a proof",
    "POST /v1/access/renew: with a proof",
];

/// Operations with a body that write nothing.
pub(super) const READ_ONLY: &[&str] = &[
    "POST /v1/invitation/lookup",
    "POST /v1/npi/lookup",
    "POST /v1/password/lookup",
    "POST /v1/access/introspect",
];

const USERS: &str = "/v1/autoScribe/users";
const INVITATIONS: &str = "/v1/autoScribe/users/invitations";

/// A request that can be sent again.
pub(super) struct Prepared {
    client: TestClient,
    method: Method,
    path: String,
    body: Value,
    /// Signs a new proof for each request, for this view token if it has one.
    proof: Option<(ProofKey, Option<String>)>,
}

impl Prepared {
    /// Prepares the request of a case.
    pub(super) async fn new(app: &App, case: &str) -> Self {
        let (operation, variant) = case.split_once(": ").unwrap_or((case, ""));
        let (method, path) = operation.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let part = path.strip_prefix("/v1/").unwrap();
        let kind = part.split('/').next().unwrap();
        match kind {
            "autoScribe" if path.starts_with(INVITATIONS) => invitations(app, method, path).await,
            "autoScribe" if path.starts_with(USERS) => users(app, (method, path), variant).await,
            "autoScribe" | "access" => access(app, path, variant).await,
            "clinic" | "apiKeys" => management(app, method, path).await,
            "webhookEndpoints" => webhooks(app, (method, path), variant).await,
            "invitation" => invitee(app, path, variant).await,
            _ => sessions(app, (method, path), variant).await,
        }
    }

    fn new_post(client: TestClient, path: &str, body: Value) -> Self {
        Self { client, method: Method::POST, path: path.to_owned(), body, proof: None }
    }

    /// Sends the request.
    pub(super) async fn send(&self, app: &App) -> TestResponse {
        let mut request = self.client.request(self.method.clone(), &self.path);
        if self.method != Method::DELETE && self.path != RENEW {
            request = request.json(&self.body);
        }
        if let Some((key, token)) = &self.proof {
            let id = format!("proof {}", next_id());
            let url = format!("{}{}", app.base, self.path);
            let mut claims = proof_claims(&id, &url, app.clock.now().seconds());
            if let Some(token) = token {
                claims = with_token(claims, token);
                request = request.header("authorization", format!("DPoP {token}"));
            }
            request = request.header("dpop", key.sign(&claims));
        }
        TestResponse::fetch(request).await
    }
}

/// An id that no other proof has.
fn next_id() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

async fn confirmed(app: &App, person: &Value) -> String {
    let password = (person["hasDashboardAccess"] == true).then_some(PASSWORD);
    let user = app.invite_and_confirm(person, password).await;
    user["userId"].as_str().unwrap().to_owned()
}

fn mismatched(email: &str) -> Value {
    with(radiologist(email), json!({"lastName": "Doyle", "npiNumber": "2000000051"}))
}

async fn users(app: &App, (method, path): (Method, &str), variant: &str) -> Prepared {
    let pacs = app.as_pacs();
    let post = |path: &str, body| Prepared::new_post(pacs.clone(), path, body);
    if path == USERS {
        let person = match variant {
            "an NPI" => radiologist("ada@clinic.example"),
            _ => member("ada@clinic.example"),
        };
        let mut request = post(path, person);
        if variant == "with a key" {
            request.client = pacs.with_header("idempotency-key", "first");
        }
        return request;
    }
    if path.ends_with("/batch") {
        let people = [member("a@clinic.example"), radiologist("b@clinic.example")];
        return post(path, json!({ "users": people }));
    }
    if path.ends_with("/attest-npi") {
        let owner = app.confirm_and_sign_in_owner().await;
        let user = confirmed(app, &mismatched("pat@clinic.example")).await;
        return Prepared::new_post(owner.client, &path.replace("{userId}", &user), json!({}));
    }
    let user = confirmed(app, &dashboard_member("ada@clinic.example")).await;
    let body = json!({ "userId": user });
    if method == Method::PATCH {
        let owner = app.confirm_and_sign_in_owner().await;
        let change = match variant {
            "level" => json!({"level": "admin"}),
            _ => json!({"firstName": "Gráinne"}),
        };
        let path = path.replace("{userId}", &user);
        return Prepared { method, ..Prepared::new_post(owner.client, &path, change) };
    }
    if !path.ends_with("/revoke-access") {
        pacs.post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    }
    post(path, body)
}

async fn invitations(app: &App, method: Method, path: &str) -> Prepared {
    let pacs = app.as_pacs();
    if path.ends_with("/attest-npi") {
        let owner = app.confirm_and_sign_in_owner().await;
        let id = pacs.invite(&mismatched("pat@clinic.example")).await.str("invitationId");
        let path = path.replace("{invitationId}", &id);
        return Prepared::new_post(owner.client, &path, json!({}));
    }
    let id = pacs.invite(&member("ada@clinic.example")).await.str("invitationId");
    let body = match path {
        _ if method == Method::PATCH => json!({"firstName": "Gráinne"}),
        _ if path.ends_with("/resend") => {
            app.clock.advance(Duration::from_mins(2));
            json!({})
        }
        _ => json!({ "invitationId": id }),
    };
    Prepared { method, ..Prepared::new_post(pacs, &path.replace("{invitationId}", &id), body) }
}

async fn management(app: &App, method: Method, path: &str) -> Prepared {
    let owner = app.confirm_and_sign_in_owner().await.client;
    if path == "/v1/clinic" {
        let change = json!({"name": "Lakeside Imaging"});
        return Prepared { method, ..Prepared::new_post(owner, path, change) };
    }
    if path.ends_with("/transfer-ownership") {
        let next = confirmed(app, &dashboard_member("ada@clinic.example")).await;
        return Prepared::new_post(owner, path, json!({ "userId": next }));
    }
    let wanted = json!({"description": "Harbor PACS", "scopes": ["users:read"]});
    if path == "/v1/apiKeys" {
        return Prepared::new_post(owner, path, wanted);
    }
    let key = owner.post("/v1/apiKeys", &wanted).await.str("apiKeyId");
    let body = if path.ends_with("/rotate") { json!({"overlapHours": 1}) } else { json!({}) };
    Prepared::new_post(owner, &path.replace("{apiKeyId}", &key), body)
}

async fn webhooks(app: &App, (method, path): (Method, &str), variant: &str) -> Prepared {
    let owner = app.confirm_and_sign_in_owner().await.client;
    let wanted = json!({"url": "https://pacs.example/hook", "description": "Harbor PACS"});
    if path == WEBHOOKS {
        return Prepared::new_post(owner, path, wanted);
    }
    let id = owner.post(WEBHOOKS, &wanted).await.str("webhookEndpointId");
    app.clock.advance(Duration::from_mins(1));
    let delivery = app.activate_webhook(&id).await;
    let body = match path.rsplit('/').next().unwrap() {
        "rotate" => json!({"overlapHours": 1}),
        "redeliver" if variant == "since" => json!({"since": "2026-01-01T00:00:00Z"}),
        "redeliver" => json!({"deliveryId": delivery}),
        "{webhookEndpointId}" => json!({"url": "https://other.example/"}),
        _ => json!({}),
    };
    Prepared {
        method,
        ..Prepared::new_post(owner, &path.replace("{webhookEndpointId}", &id), body)
    }
}

async fn invitee(app: &App, path: &str, variant: &str) -> Prepared {
    let with_password = variant == "with a password";
    let email = "ada@clinic.example";
    let person = if with_password { admin(email) } else { member(email) };
    let id = app.as_pacs().invite(&person).await.str("invitationId");
    let mut body = json!({"token": app.token(&id, 1)});
    if with_password {
        body["password"] = json!(PASSWORD);
    }
    if path.ends_with("/accept") {
        body = app.as_invitee().with_terms(&body).await;
    }
    if path.ends_with("/request-new") {
        app.clock.advance(Duration::from_hours(7 * 24));
    }
    Prepared::new_post(app.as_invitee(), path, body)
}

async fn sessions(app: &App, (method, path): (Method, &str), variant: &str) -> Prepared {
    let email = "ada@clinic.example";
    confirmed(app, &dashboard_member(email)).await;
    let guest = app.as_invitee();
    if path == "/v1/session" && method == Method::POST {
        let password = if variant.is_empty() { PASSWORD } else { "cobalt-meadow-lantern" };
        return Prepared::new_post(guest, path, json!({"email": email, "password": password}));
    }
    if path == "/v1/password/forgot" {
        return Prepared::new_post(guest, path, json!({ "email": email }));
    }
    if path == "/v1/password/reset" {
        app.as_invitee().post("/v1/password/forgot", &json!({ "email": email })).await.expect(202);
        app.call_mailer(&app.stream_event()).await;
        let link = link_in(app.sent_emails(email).last().unwrap());
        let token = link.split_once("#token=").unwrap().1;
        let body = json!({"token": token, "password": "cobalt-meadow-lantern"});
        return Prepared::new_post(guest, path, body);
    }
    let other = app.open_unconfirmed_session(email).await;
    let session = app.open_session(email).await.client;
    // A password that was set a moment ago is taken for the first answer of a repeat.
    app.clock.advance(Duration::from_mins(1));
    let body = match path {
        "/v1/session/confirm" => json!({ "password": PASSWORD }),
        "/v1/session/clinic" => json!({ "clinicId": join_second_clinic(app, email).await }),
        "/v1/password/change" => {
            json!({"currentPassword": PASSWORD, "newPassword": "cobalt-meadow-lantern"})
        }
        _ => json!({}),
    };
    let id = other.client.get("/v1/session").await.str("sessionId");
    let path = path.replace("{sessionId}", &id);
    Prepared { method, ..Prepared::new_post(session, &path, body) }
}

/// Confirms the person in another clinic. Returns its id.
async fn join_second_clinic(app: &App, email: &str) -> String {
    let other = app.create_other_clinic().await;
    let invited = other.invite(&dashboard_member(email)).await;
    let token = app.token_in(&other, &invited).await;
    let body = json!({"token": token, "password": PASSWORD});
    app.as_invitee().accept(&body).await.expect(200);
    let path = format!("{INVITATIONS}/{}", invited.str("invitationId"));
    other.get(&path).await.str("clinicId")
}

async fn access(app: &App, path: &str, variant: &str) -> Prepared {
    let pacs = app.as_pacs();
    let reader = confirmed(app, &radiologist("ada@clinic.example")).await;
    let view = json!({"assignedToUserId": reader, "studyId": study(1)});
    match path {
        REROUTE | VIEWER_ONLY => return Prepared::new_post(pacs, path, view),
        EPHEMERAL => return Prepared::new_post(pacs, path, json!({"retrievalId": "a"})),
        _ => {}
    }
    let link = ViewerLink::from_response(&pacs.post(REROUTE, &view).await);
    if path == REVOKE {
        return Prepared::new_post(pacs, path, json!({"accessId": link.access_id}));
    }
    let body = json!({ "token": link.token });
    let viewer = app.as_invitee();
    if variant == "with a key" {
        let viewer = viewer.with_header("idempotency-key", "first");
        return Prepared::new_post(viewer, path, body);
    }
    let key = ProofKey::es256("viewer");
    let mut redeem = Prepared::new_post(viewer, REDEEM, body);
    redeem.proof = Some((key.clone(), None));
    if path == REDEEM {
        return redeem;
    }
    let token = redeem.send(app).await.str("viewToken");
    let mut renew = Prepared::new_post(app.as_invitee(), RENEW, Value::Null);
    renew.proof = Some((key, Some(token)));
    renew
}
