//! HTTP requests to the service, and its responses.

use std::net::IpAddr;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// Sends requests, with or without a credential.
#[derive(Clone)]
pub(crate) struct TestClient {
    http: Client,
    base: String,
    key: Option<String>,
    headers: Vec<(&'static str, String)>,
}

/// A response with its whole body.
#[derive(Debug)]
pub(crate) struct TestResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl TestClient {
    pub(crate) fn new(base: &str, key: Option<&str>) -> Self {
        let key = key.map(ToOwned::to_owned);
        Self { http: Client::new(), base: base.to_owned(), key, headers: Vec::new() }
    }

    /// Sends requests from another network address of this machine, such as `127.0.0.2`.
    pub(crate) fn with_address(mut self, address: &str) -> Self {
        let address: IpAddr = address.parse().unwrap();
        self.http = Client::builder().local_address(address).build().unwrap();
        self
    }

    /// Sends this header with every request, in place of another value.
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Sends this header with no request.
    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let headers = self.headers.iter();
        let request = headers.fold(request, |request, (name, value)| request.header(*name, value));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> TestResponse {
        TestResponse::fetch(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        body: &Value,
        header: (&str, &str),
    ) -> TestResponse {
        TestResponse::fetch(self.request(Method::POST, path).json(body).header(header.0, header.1))
            .await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> TestResponse {
        TestResponse::fetch(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        TestResponse::fetch(self.request(Method::GET, path)).await
    }

    /// Accepts an invitation as the page does: with the terms of a lookup.
    pub(crate) async fn accept(&self, body: &Value) -> TestResponse {
        self.post("/v1/invitation/accept", &self.with_terms(body).await).await
    }

    /// Adds the terms of a lookup to the body of an accept.
    pub(crate) async fn with_terms(&self, body: &Value) -> Value {
        let token = json!({ "token": body["token"] });
        let shown = self.post("/v1/invitation/lookup", &token).await.json();
        let terms = shown["terms"].as_str().unwrap_or("not shown");
        super::with(body.clone(), json!({ "terms": terms }))
    }

    /// Sends the token of an invitation to `lookup`, `accept` or `reject`.
    pub(crate) async fn present(&self, route: &str, body: &Value) -> TestResponse {
        match route {
            "accept" => self.accept(body).await,
            _ => self.post(&format!("/v1/invitation/{route}"), body).await,
        }
    }

    pub(crate) async fn invite(&self, person: &Value) -> TestResponse {
        self.post("/v1/autoScribe/users", person).await
    }
}

impl TestResponse {
    pub(crate) async fn fetch(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("a response");
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("a body") }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }

    /// A string field of the JSON body.
    pub(crate) fn str(&self, member: &str) -> String {
        let json = self.json();
        json[member].as_str().unwrap_or_else(|| panic!("no {member} in {json}")).to_owned()
    }

    /// Asserts the status. Returns the body.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts the status, code, media type and retry headers of a problem. Returns the body.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(body["status"], status);
        assert!(body["requestId"].as_str().is_some_and(|id| !id.is_empty()), "{body}");
        assert_eq!(body["message"], body["detail"], "the SDKs show `message`");
        assert!(body["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{body}");
        let may_retry = matches!(code, "conflict" | "request_in_progress");
        let final_answer = matches!(status, 409 | 410) && !may_retry || code == "invitation_quota";
        assert_eq!(
            self.headers.contains_key("x-should-retry"),
            final_answer,
            "the SDKs retry a 409 and a 429 without this header"
        );
        let waits = matches!(status, 429 | 503) || may_retry;
        assert_eq!(self.headers.contains_key("retry-after"), waits);
        body
    }

    /// Field and code of each entry in `errors`.
    pub(crate) fn field_errors(&self) -> Vec<(String, String)> {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        errors.iter().map(|e| (text(&e["field"]), text(&e["code"]))).collect()
    }
}
