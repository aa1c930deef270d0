//! People signed in at the dashboard.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::actor::{TestClient, TestResponse};
use super::app::App;
use super::email::link_in;
use super::person::PASSWORD;

/// The name of the session cookie.
const COOKIE: &str = "__Host-autoscribe-session";

/// The name of the cookie of a known browser.
pub(crate) const BROWSER_COOKIE: &str = "__Host-autoscribe-browser";

/// A person's session.
#[derive(Clone)]
pub(crate) struct BrowserSession {
    /// Sends requests as the dashboard's pages do.
    pub(crate) client: TestClient,
    /// The value of the cookie.
    pub(crate) cookie: String,
    /// The user.
    pub(crate) user_id: String,
}

impl BrowserSession {
    /// Sends the password again, as the dashboard does before lasting changes.
    pub(crate) async fn confirm_password(&self) {
        let body = json!({ "password": PASSWORD });
        self.client.post("/v1/session/confirm", &body).await.expect(200);
    }

    /// Signs out.
    pub(crate) async fn sign_out(&self) -> TestResponse {
        TestResponse::fetch(self.client.request(Method::DELETE, "/v1/session")).await
    }
}

/// The value of the session cookie that an answer sets. Empty if the answer removes the cookie.
pub(crate) fn cookie_in(answer: &TestResponse) -> Option<String> {
    find_cookie(answer, COOKIE).map(|(value, _)| value)
}

/// The value of the cookie that makes a browser known.
pub(crate) fn browser_cookie_in(answer: &TestResponse) -> Option<String> {
    let (value, attributes) = find_cookie(answer, BROWSER_COOKIE)?;
    assert!(attributes.contains("Max-Age=15552000"), "{attributes}");
    Some(value)
}

/// The value and the attributes of a cookie that an answer sets.
fn find_cookie(answer: &TestResponse, name: &str) -> Option<(String, String)> {
    let mut cookies = answer.headers.get_all("set-cookie").iter();
    let named = |cookie: &str| {
        let (pair, attributes) = cookie.split_once(';')?;
        let value = pair.strip_prefix(name)?.strip_prefix('=')?;
        Some((value.to_owned(), attributes.to_owned()))
    };
    let (value, attributes) = cookies.find_map(|cookie| named(cookie.to_str().ok()?))?;
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(attributes.contains(attribute), "{attributes}");
    }
    Some((value, attributes))
}

impl App {
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> TestResponse {
        let body = json!({ "email": email, "password": password });
        self.as_invitee().post("/v1/session", &body).await
    }

    /// Invites, confirms and signs in a person with dashboard access, who has just sent the password.
    pub(crate) async fn confirm_and_sign_in(&self, person: &Value) -> BrowserSession {
        self.invite_and_confirm(person, Some(PASSWORD)).await;
        self.open_session(person["email"].as_str().unwrap()).await
    }

    /// Signs in a confirmed person, who has just sent the password.
    pub(crate) async fn open_session(&self, email: &str) -> BrowserSession {
        let session = self.open_unconfirmed_session(email).await;
        session.confirm_password().await;
        session
    }

    /// Signs in a confirmed person, who has not sent the password again.
    pub(crate) async fn open_unconfirmed_session(&self, email: &str) -> BrowserSession {
        let answer = self.sign_in(email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        self.session_from(&answer)
    }

    /// Sets a new password with the link that is emailed to this address.
    pub(crate) async fn reset_password(&self, email: &str, password: &str) {
        self.wait_until_delivered().await;
        let before = self.sent_emails(email).len();
        let forgot = json!({ "email": email });
        self.as_invitee().post("/v1/password/forgot", &forgot).await.expect(202);
        let emails = self.wait_for_emails(email, before + 1).await;
        let link = link_in(emails.last().unwrap());
        let reset = json!({ "token": link.split_once("#token=").unwrap().1, "password": password });
        self.as_invitee().post("/v1/password/reset", &reset).await.expect(200);
    }

    /// Confirms the clinic's owner and signs them in.
    pub(crate) async fn confirm_and_sign_in_owner(&self) -> BrowserSession {
        self.confirm_owner().await;
        self.open_session("owner@riverside.example").await
    }

    /// The session that an answer of the sign-in or of a change of clinic starts.
    pub(crate) fn session_from(&self, answer: &TestResponse) -> BrowserSession {
        let body = answer.expect(200);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let cookie = cookie_in(answer).expect("a cookie");
        BrowserSession {
            client: self.as_person(&cookie, &text(&body["clinic"]["clinicId"])),
            cookie,
            user_id: text(&body["user"]["userId"]),
        }
    }

    /// The dashboard's pages with this cookie, on a page of this clinic.
    pub(crate) fn as_person(&self, cookie: &str, clinic: &str) -> TestClient {
        // A browser sends the cookies of other pages too.
        self.as_invitee()
            .with_header("cookie", &format!("theme=dark; {COOKIE}={cookie}"))
            .with_header("autoscribe-clinic", clinic)
    }
}
