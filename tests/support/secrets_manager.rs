//! Secrets Manager, as far as functions use it: reading secrets and writing new versions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use domain::credentials::key_set::KeySet;
use domain::time::Clock;
use provision::{KeySecrets, SecretPlace};
use runtime::SystemClock;
use serde_json::{Value, json};

/// The secrets of the service under test, by the name of their set of keys.
#[derive(Clone)]
pub(crate) struct SecretsManager {
    pub(crate) url: String,
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<SecretsState>>,
}

#[derive(Default)]
struct SecretsState {
    down: bool,
    versions: BTreeMap<String, Vec<Version>>,
}

#[derive(Clone)]
struct Version {
    id: String,
    text: String,
    /// In seconds.
    created_at: f64,
}

impl SecretsManager {
    pub(crate) async fn start() -> Self {
        Self::start_with_clock(Arc::new(SystemClock)).await
    }

    pub(crate) async fn start_with_clock(clock: Arc<dyn Clock>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let secrets = Self { url, clock, state: Arc::default() };
        let router = axum::Router::new().route("/", post(serve)).with_state(secrets.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        secrets
    }

    /// Stores a secret, as a person with access to Secrets Manager does.
    pub(crate) fn put(&self, set: KeySet, text: &str) {
        let count = self.state.lock().unwrap().versions.get(set.as_str()).map_or(0, Vec::len);
        self.add_version(set.as_str(), &format!("by-hand-{count}"), text).unwrap();
    }

    /// The current text of a secret.
    pub(crate) fn text(&self, set: KeySet) -> String {
        self.current(set.as_str()).unwrap().text
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.state.lock().unwrap().down = down;
    }

    /// What `provision` uses.
    pub(crate) fn key_secrets(&self) -> KeySecrets {
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .endpoint_url(&self.url);
        let client = aws_sdk_secretsmanager::Client::from_conf(config.build());
        let place = |set: KeySet| (set, SecretPlace::SecretsManager(set.as_str().to_owned()));
        KeySecrets::new(client, KeySet::ALL.map(place))
    }

    /// Writes a version. Refuses another text with the id of an existing one.
    fn add_version(&self, secret: &str, id: &str, text: &str) -> Result<(), ()> {
        let created_at =
            Duration::from_millis(self.clock.now().millis().unsigned_abs()).as_secs_f64();
        let mut state = self.state.lock().unwrap();
        let versions = state.versions.entry(secret.to_owned()).or_default();
        if let Some(version) = versions.iter().find(|version| version.id == id) {
            return if version.text == text { Ok(()) } else { Err(()) };
        }
        versions.push(Version { id: id.to_owned(), text: text.to_owned(), created_at });
        Ok(())
    }

    fn current(&self, secret: &str) -> Option<Version> {
        self.state.lock().unwrap().versions.get(secret)?.last().cloned()
    }
}

async fn serve(State(secrets): State<SecretsManager>, headers: HeaderMap, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap();
    if secrets.state.lock().unwrap().down {
        return refuse("AccessDeniedException");
    }
    let secret = request["SecretId"].as_str().unwrap();
    match headers["x-amz-target"].to_str().unwrap() {
        "secretsmanager.GetSecretValue" => match secrets.current(secret) {
            Some(version) => Json(json!({
                "VersionId": version.id, "SecretString": version.text, "CreatedDate": version.created_at,
            }))
            .into_response(),
            None => refuse("ResourceNotFoundException"),
        },
        "secretsmanager.PutSecretValue" => {
            let id = request["ClientRequestToken"].as_str().unwrap();
            match secrets.add_version(secret, id, request["SecretString"].as_str().unwrap()) {
                Ok(()) => Json(json!({ "VersionId": id })).into_response(),
                Err(()) => refuse("ResourceExistsException"),
            }
        }
        other => panic!("{other}"),
    }
}

fn refuse(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "__type": code }))).into_response()
}
