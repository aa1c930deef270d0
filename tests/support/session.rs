//! People signed in at the dashboard.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::actor::{TestClient, TestResponse};
use super::app::App;
use super::person::PASSWORD;

/// The name of the refresh token's cookie.
const COOKIE: &str = "__Host-autoscribe-session";

/// A person's session.
#[derive(Clone)]
pub(crate) struct BrowserSession {
    /// Sends requests with the access token.
    pub(crate) client: TestClient,
    /// The access token.
    pub(crate) access: String,
    /// The refresh token.
    pub(crate) refresh: String,
    /// The user.
    pub(crate) user_id: String,
}

/// The refresh token in the cookie that an answer sets.
pub(crate) fn cookie_in(answer: &TestResponse) -> Option<String> {
    let cookie = answer.headers.get("set-cookie")?.to_str().ok()?;
    let (pair, attributes) = cookie.split_once(';')?;
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age="] {
        assert!(attributes.contains(attribute), "{cookie}");
    }
    let value = pair.strip_prefix(COOKIE)?.strip_prefix('=')?;
    Some(value.to_owned())
}

/// Sends a refresh token beside another cookie, as a browser does.
pub(crate) async fn refresh_as(actor: &TestClient, token: &str) -> TestResponse {
    let request = actor.request(Method::POST, "/v1/session/refresh");
    let cookies = format!("theme=dark; {COOKIE}={token}");
    TestResponse::fetch(request.header("cookie", cookies)).await
}

impl App {
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> TestResponse {
        let body = json!({ "email": email, "password": password });
        self.as_invitee().post("/v1/session", &body).await
    }

    /// Invites, confirms and signs in a person with dashboard access.
    pub(crate) async fn confirm_and_sign_in(&self, person: &Value) -> BrowserSession {
        self.invite_and_confirm(person, Some(PASSWORD)).await;
        self.open_session(person["email"].as_str().unwrap()).await
    }

    /// Signs in a confirmed person.
    pub(crate) async fn open_session(&self, email: &str) -> BrowserSession {
        let answer = self.sign_in(email, PASSWORD).await;
        let body = answer.expect(200);
        self.session_from(&answer, body["user"]["userId"].as_str().unwrap())
    }

    /// Confirms the clinic's owner and signs them in.
    pub(crate) async fn confirm_and_sign_in_owner(&self) -> BrowserSession {
        self.confirm_owner().await;
        self.open_session("owner@riverside.example").await
    }

    fn session_from(&self, answer: &TestResponse, user_id: &str) -> BrowserSession {
        let access = answer.str("accessToken");
        BrowserSession {
            client: self.as_holder_of(&access),
            access,
            refresh: cookie_in(answer).expect("a cookie"),
            user_id: user_id.to_owned(),
        }
    }

    pub(crate) async fn refresh(&self, token: &str) -> TestResponse {
        refresh_as(&self.as_invitee(), token).await
    }

    /// Refreshes a session and asserts that it succeeds. Returns the new one.
    pub(crate) async fn refresh_session(&self, session: &BrowserSession) -> BrowserSession {
        let answer = self.refresh(&session.refresh).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        self.session_from(&answer, &session.user_id)
    }
}
