//! Requests to the service.

use domain::ids::ClinicId;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::MeasureError;

/// A request, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct ApiCall {
    method: Method,
    path: String,
    body: Option<String>,
    key: Option<String>,
    session: Option<String>,
    clinic: Option<String>,
    idempotency_key: Option<&'static str>,
}

impl ApiCall {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into(), None)
    }

    pub(crate) fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::new(Method::POST, path.into(), Some(body.to_string()))
    }

    fn new(method: Method, path: String, body: Option<String>) -> Self {
        Self { method, path, body, key: None, session: None, clinic: None, idempotency_key: None }
    }

    pub(crate) fn into_patch(self) -> Self {
        Self { method: Method::PATCH, ..self }
    }

    pub(crate) fn with_key(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }

    /// Sends the cookie of a session.
    pub(crate) fn with_session(self, cookie: &str) -> Self {
        Self { session: Some(cookie.to_owned()), ..self }
    }

    /// Names the clinic that a change of a session is for.
    pub(crate) fn in_clinic(self, clinic: ClinicId) -> Self {
        Self { clinic: Some(clinic.to_string()), ..self }
    }

    pub(crate) fn with_idempotency_key(self, key: &'static str) -> Self {
        Self { idempotency_key: Some(key), ..self }
    }
}

/// Sends requests to one service.
#[derive(Clone, Debug)]
pub(crate) struct ApiClient {
    http: reqwest::Client,
    base: String,
}

impl ApiClient {
    pub(crate) fn new(base: &str) -> Self {
        Self { http: reqwest::Client::new(), base: base.to_owned() }
    }

    /// Sends a request. Returns the body, or an error if the status is not a success.
    pub(crate) async fn send(&self, call: ApiCall) -> Result<String, MeasureError> {
        Ok(self.respond(call).await?.text().await?)
    }

    /// Sends a request. Returns the next page in the header `Link`, and the body.
    pub(crate) async fn send_for_link(
        &self,
        call: ApiCall,
    ) -> Result<(Option<String>, String), MeasureError> {
        let response = self.respond(call).await?;
        let link = response.headers().get("link").map(|link| link.to_str()).transpose()?;
        let next = link.and_then(|link| link.strip_prefix('<')?.split('>').next());
        Ok((next.map(str::to_owned), response.text().await?))
    }

    /// The request that accepts an invitation, with the terms of a lookup.
    pub(crate) async fn accept_call(&self, body: &Value) -> Result<ApiCall, MeasureError> {
        let lookup = ApiCall::post("/v1/invitation/lookup", &json!({ "token": body["token"] }));
        let mut body = body.clone();
        body["terms"] = self.json(lookup).await?["terms"].take();
        Ok(ApiCall::post("/v1/invitation/accept", &body))
    }

    /// Signs in. Returns the cookie of the session.
    pub(crate) async fn sign_in(&self, credentials: &Value) -> Result<String, MeasureError> {
        let response = self.respond(ApiCall::post("/v1/session", credentials)).await?;
        let cookie = response.headers().get("set-cookie").ok_or("no cookie")?.to_str()?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    async fn respond(&self, call: ApiCall) -> Result<Response, MeasureError> {
        let url = format!("{}{}", self.base, call.path);
        let mut request = self.http.request(call.method, url);
        request = request.header("sec-fetch-site", "same-origin");
        if let Some(cookie) = call.session {
            request = request.header("cookie", cookie);
        }
        if let Some(clinic) = call.clinic {
            request = request.header("autoscribe-clinic", clinic);
        }
        if let Some(key) = call.key {
            request = request.bearer_auth(key);
        }
        if let Some(key) = call.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = call.body {
            request = request.header("content-type", "application/json").body(body);
        }
        let response = request.send().await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        Err(format!("{status} from {}: {}", call.path, response.text().await?).into())
    }

    pub(crate) async fn json(&self, call: ApiCall) -> Result<Value, MeasureError> {
        Ok(serde_json::from_str(&self.send(call).await?)?)
    }
}
