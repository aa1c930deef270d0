//! Someone who sends requests.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// A caller with or without a credential.
#[derive(Clone)]
pub(crate) struct Actor {
    http: Client,
    base: String,
    key: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Actor {
    pub(crate) fn new(base: &str, key: Option<&str>) -> Self {
        Self { http: Client::new(), base: base.to_owned(), key: key.map(ToOwned::to_owned) }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn post_with(&self, path: &str, body: &Value, header: (&str, &str)) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body).header(header.0, header.1)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn invite(&self, person: &Value) -> Answer {
        self.post("/v1/autoScribe/users", person).await
    }
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("a body") }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }

    /// A string member.
    pub(crate) fn str(&self, member: &str) -> String {
        let json = self.json();
        json[member].as_str().unwrap_or_else(|| panic!("no {member} in {json}")).to_owned()
    }

    /// The body, if the status is `status`.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts a whole problem: status, code, media type, and that it says nothing it should not.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(body["status"], status);
        assert!(body["requestId"].as_str().is_some_and(|id| !id.is_empty()), "{body}");
        assert!(body["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{body}");
        let final_answer = matches!(status, 409 | 410);
        assert_eq!(
            self.headers.contains_key("x-should-retry"),
            final_answer,
            "the SDKs repeat a 409 unless told"
        );
        assert_eq!(self.headers.contains_key("retry-after"), matches!(status, 429 | 503));
        body
    }

    /// The codes of the fields at fault.
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        errors.iter().map(|e| (text(&e["field"]), text(&e["code"]))).collect()
    }
}
