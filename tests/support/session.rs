//! People signed in at the dashboard.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;
use super::person::PASSWORD;

/// The name of the refresh token's cookie.
const COOKIE: &str = "__Host-autoscribe-session";

/// A person's session.
#[derive(Clone)]
pub(crate) struct Session {
    /// Who sends requests with the access token.
    pub(crate) actor: Actor,
    /// The access token.
    pub(crate) access: String,
    /// The refresh token.
    pub(crate) refresh: String,
    /// The user.
    pub(crate) user_id: String,
}

/// The refresh token that an answer sets, if it sets one.
pub(crate) fn cookie_in(answer: &Answer) -> Option<String> {
    let cookie = answer.headers.get("set-cookie")?.to_str().ok()?;
    let (pair, attributes) = cookie.split_once(';')?;
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age="] {
        assert!(attributes.contains(attribute), "{cookie}");
    }
    let value = pair.strip_prefix(COOKIE)?.strip_prefix('=')?;
    Some(value.to_owned())
}

/// Sends a refresh token, as a browser does among other cookies.
pub(crate) async fn refresh_as(actor: &Actor, token: &str) -> Answer {
    let request = actor.request(Method::POST, "/v1/session/refresh");
    let cookies = format!("theme=dark; {COOKIE}={token}");
    Answer::of(request.header("cookie", cookies)).await
}

impl App {
    /// Tries to sign in.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.as_invitee().post("/v1/session", &body).await
    }

    /// Invites, confirms and signs in somebody with dashboard access.
    pub(crate) async fn signed_in(&self, person: &Value) -> Session {
        self.confirmed(person, Some(PASSWORD)).await;
        self.session_of(person["email"].as_str().unwrap()).await
    }

    /// A session of somebody who is confirmed.
    pub(crate) async fn session_of(&self, email: &str) -> Session {
        let answer = self.sign_in(email, PASSWORD).await;
        let body = answer.expect(200);
        self.session(&answer, body["user"]["userId"].as_str().unwrap())
    }

    /// The clinic's owner, confirmed and signed in.
    pub(crate) async fn signed_in_owner(&self) -> Session {
        self.confirmed_owner().await;
        self.session_of("owner@riverside.example").await
    }

    fn session(&self, answer: &Answer, user_id: &str) -> Session {
        let access = answer.str("accessToken");
        Session {
            actor: self.as_holder_of(&access),
            access,
            refresh: cookie_in(answer).expect("a cookie"),
            user_id: user_id.to_owned(),
        }
    }

    /// Sends a refresh token.
    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        refresh_as(&self.as_invitee(), token).await
    }

    /// The session after a refresh that succeeds.
    pub(crate) async fn refreshed(&self, session: &Session) -> Session {
        let answer = self.refresh(&session.refresh).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        self.session(&answer, &session.user_id)
    }
}
