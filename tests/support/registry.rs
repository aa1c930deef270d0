//! The local NPI registry behind a switch, with answers that change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};

/// The registry that the service under test asks.
#[derive(Clone)]
pub(crate) struct Registry {
    pub(crate) url: String,
    said: Arc<Mutex<Said>>,
}

#[derive(Default)]
struct Said {
    down: bool,
    asked: u32,
    like: HashMap<String, String>,
}

impl Registry {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let registry = Self {
            url: format!("http://{}/api/", listener.local_addr().unwrap()),
            said: Arc::default(),
        };
        let changed = from_fn_with_state(registry.clone(), changed);
        let router: Router = emulator::npi_registry::router().layer(changed);
        tokio::spawn(async move { axum::serve(listener, router).await });
        registry
    }

    pub(crate) fn down(&self, down: bool) {
        self.said.lock().unwrap().down = down;
    }

    /// From now on it says of `npi` what it says of `other`.
    pub(crate) fn says_like(&self, npi: &str, other: &str) {
        let (npi, other) = (npi.to_owned(), other.to_owned());
        self.said.lock().unwrap().like.insert(npi, other);
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> u32 {
        self.said.lock().unwrap().asked
    }
}

async fn changed(
    State(registry): State<Registry>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let uri = request.uri().to_string();
    let (down, like) = {
        let mut said = registry.said.lock().unwrap();
        said.asked += 1;
        let mut pairs = said.like.iter();
        let like = pairs.find(|(npi, _)| uri.contains(npi.as_str()));
        (said.down, like.map(|(a, b)| (a.clone(), b.clone())))
    };
    if down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let Some((npi, other)) = like else {
        return next.run(request).await;
    };
    *request.uri_mut() = uri.replace(&npi, &other).parse::<Uri>().unwrap();
    let answer = next.run(request).await;
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap().replace(&other, &npi).into_response()
}
