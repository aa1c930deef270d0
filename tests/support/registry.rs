//! The emulator's NPI registry, which tests can stop and whose answers they can change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};

/// The NPI registry that the service under test uses.
#[derive(Clone)]
pub(crate) struct TestRegistry {
    pub(crate) url: String,
    state: Arc<Mutex<RegistryState>>,
}

#[derive(Default)]
struct RegistryState {
    down: bool,
    requests: u32,
    aliases: HashMap<String, String>,
}

impl TestRegistry {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let registry = Self {
            url: format!("http://{}/api/", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        let serve = from_fn_with_state(registry.clone(), serve);
        let router: Router = emulator::npi_registry::router().layer(serve);
        tokio::spawn(async move { axum::serve(listener, router).await });
        registry
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.state.lock().unwrap().down = down;
    }

    /// Answers about `npi` as about `other` from now on.
    pub(crate) fn answer_as(&self, npi: &str, other: &str) {
        let (npi, other) = (npi.to_owned(), other.to_owned());
        self.state.lock().unwrap().aliases.insert(npi, other);
    }

    /// The number of lookups so far.
    pub(crate) fn request_count(&self) -> u32 {
        self.state.lock().unwrap().requests
    }
}

async fn serve(
    State(registry): State<TestRegistry>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let uri = request.uri().to_string();
    let (down, aliases) = {
        let mut state = registry.state.lock().unwrap();
        state.requests += 1;
        let mut pairs = state.aliases.iter();
        let aliases = pairs.find(|(npi, _)| uri.contains(npi.as_str()));
        (state.down, aliases.map(|(a, b)| (a.clone(), b.clone())))
    };
    if down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let Some((npi, other)) = aliases else {
        return next.run(request).await;
    };
    *request.uri_mut() = uri.replace(&npi, &other).parse::<Uri>().unwrap();
    let answer = next.run(request).await;
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap().replace(&other, &npi).into_response()
}
