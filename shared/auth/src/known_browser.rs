//! Browsers in which an address signed in before. Their attempts with a password have a limit of their
//! own.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};
use domain::credentials::keyring::{Keyring, KnownBrowsers};
use domain::credentials::known_browser::{BrowserId, KNOWN_BROWSER_DAYS, PasswordOf};
use domain::credentials::token::LinkToken;
use domain::entropy::Entropy;
use domain::network::Network;
use domain::time::Timestamp;
use store::AttemptSource;
use web::ClientIp;

use crate::cookie::{MAX_COOKIES, cookie_values};
use crate::secret_answer::SecretAnswer;

/// The name of the cookie. `__Host-` means: of this host only, over TLS only, for all paths
/// (RFC 6265bis section 4.1.3.2).
const COOKIE: &str = "__Host-autoscribe-browser";

/// Where a request with a password comes from.
#[derive(Clone, Debug)]
pub struct RequestOrigin {
    /// The network address, as API Gateway reports it.
    pub ip: Option<String>,
    network: Network,
    cookies: Vec<String>,
}

impl RequestOrigin {
    /// The network.
    pub fn network(&self) -> Network {
        self.network
    }
}

impl<S: Sync> FromRequestParts<S> for RequestOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let ip = parts.extensions.get::<ClientIp>().map(|ip| ip.0.clone());
        let cookies = cookie_values(&parts.headers, COOKIE).take(MAX_COOKIES);
        Ok(Self {
            network: Network::of(ip.as_deref().unwrap_or_default()),
            cookies: cookies.map(ToOwned::to_owned).collect(),
            ip,
        })
    }
}

/// Makes and reads the cookies of known browsers.
#[derive(Clone)]
pub struct BrowserCookies {
    keyring: Arc<Keyring<KnownBrowsers>>,
    entropy: Arc<dyn Entropy>,
}

impl BrowserCookies {
    /// Uses these keys, and this randomness for the ids of browsers.
    pub fn new(keyring: Arc<Keyring<KnownBrowsers>>, entropy: Arc<dyn Entropy>) -> Self {
        Self { keyring, entropy }
    }

    /// Where an attempt counts. A forged or expired cookie changes nothing, and neither does one of another
    /// address or of an earlier password.
    pub(crate) fn source(
        &self,
        origin: &RequestOrigin,
        password: PasswordOf<'_>,
        now: Timestamp,
    ) -> AttemptSource {
        match self.recognize(origin, password, now) {
            Some(browser) => AttemptSource::KnownBrowser(browser),
            None => AttemptSource::Network(origin.network),
        }
    }

    /// The cookie for an address that has just signed in. A browser that was known keeps its id.
    pub fn remember(
        &self,
        origin: &RequestOrigin,
        password: PasswordOf<'_>,
        now: Timestamp,
    ) -> KnownBrowserCookie {
        let known = self.recognize(origin, password, now);
        let browser = known.unwrap_or_else(|| BrowserId::new(self.entropy.as_ref()));
        KnownBrowserCookie(self.keyring.known_browser_cookie(browser, password, now))
    }

    fn recognize(
        &self,
        origin: &RequestOrigin,
        password: PasswordOf<'_>,
        now: Timestamp,
    ) -> Option<BrowserId> {
        let read = |text: &String| self.keyring.read_known_browser_cookie(text, password, now).ok();
        origin.cookies.iter().find_map(read)
    }
}

/// The cookie of a known browser in an answer.
#[derive(Debug)]
pub struct KnownBrowserCookie(LinkToken);

impl IntoResponseParts for KnownBrowserCookie {
    type Error = Infallible;

    /// An answer with the cookie is never stored for an idempotency key.
    fn into_response_parts(self, mut answer: ResponseParts) -> Result<ResponseParts, Infallible> {
        let age = u64::from(KNOWN_BROWSER_DAYS) * 24 * 60 * 60;
        let cookie = format!(
            "{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={age}",
            self.0.reveal()
        );
        if let Ok(mut cookie) = HeaderValue::try_from(cookie) {
            cookie.set_sensitive(true);
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        answer.extensions_mut().insert(SecretAnswer);
        Ok(answer)
    }
}
