//! The emulator's list of breached passwords, which tests can stop or slow down.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};

/// The list of breached passwords that the service under test uses.
#[derive(Clone)]
pub(crate) struct BreachedList {
    pub(crate) url: String,
    state: Arc<Mutex<BreachedListState>>,
}

#[derive(Default)]
struct BreachedListState {
    down: bool,
    delay: Duration,
    requests: Vec<String>,
}

impl BreachedList {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let list = Self {
            url: format!("http://{}/range/", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        let switch = from_fn_with_state(list.clone(), serve);
        let router: Router = emulator::breached_passwords::router().layer(switch);
        tokio::spawn(async move { axum::serve(listener, router).await });
        list
    }

    pub(crate) fn set_down(&self) {
        self.state.lock().unwrap().down = true;
    }

    /// Delays every answer by this time.
    pub(crate) fn set_delay(&self, delay: Duration) {
        self.state.lock().unwrap().delay = delay;
    }

    /// The paths of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }
}

async fn serve(State(list): State<BreachedList>, request: Request, next: Next) -> Response<Body> {
    let (down, delay) = {
        let mut state = list.state.lock().unwrap();
        state.requests.push(request.uri().to_string());
        (state.down, state.delay)
    };
    tokio::time::sleep(delay).await;
    if down { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { next.run(request).await }
}
