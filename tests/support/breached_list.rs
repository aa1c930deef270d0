//! The emulator's list of breached passwords behind a switch.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};

/// The list that the service under test asks.
#[derive(Clone)]
pub(crate) struct BreachedList {
    pub(crate) url: String,
    state: Arc<Mutex<ListState>>,
}

#[derive(Default)]
struct ListState {
    down: bool,
    delay: Duration,
    asked: Vec<String>,
}

impl BreachedList {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let list = Self {
            url: format!("http://{}/range/", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        let switch = from_fn_with_state(list.clone(), switch);
        let router: Router = emulator::breached_passwords::router().layer(switch);
        tokio::spawn(async move { axum::serve(listener, router).await });
        list
    }

    pub(crate) fn down(&self) {
        self.state.lock().unwrap().down = true;
    }

    /// Answers only after this time.
    pub(crate) fn slow(&self, delay: Duration) {
        self.state.lock().unwrap().delay = delay;
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }
}

async fn switch(State(list): State<BreachedList>, request: Request, next: Next) -> Response<Body> {
    let (down, delay) = {
        let mut state = list.state.lock().unwrap();
        state.asked.push(request.uri().to_string());
        (state.down, state.delay)
    };
    tokio::time::sleep(delay).await;
    if down { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { next.run(request).await }
}
