//! What runs until the service is stopped. Dropped instead, everything ends at once.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::error::chain;

/// How long what is under way may take to end.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Tasks {
    stop: watch::Sender<bool>,
    stop_database: watch::Sender<bool>,
    /// Brought to an end, and before the database.
    work: JoinSet<()>,
    database: JoinSet<()>,
    /// Not worth waiting for.
    rest: JoinSet<()>,
}

impl Default for Tasks {
    fn default() -> Self {
        Self {
            stop: watch::Sender::new(false),
            stop_database: watch::Sender::new(false),
            work: JoinSet::new(),
            database: JoinSet::new(),
            rest: JoinSet::new(),
        }
    }
}

impl Tasks {
    pub(crate) fn serve(&mut self, listener: TcpListener, app: Router) {
        let mut stop = self.stop.subscribe();
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, app).with_graceful_shutdown(async move {
            let _ = stop.changed().await;
        });
        self.work.spawn(async {
            if let Err(error) = server.await {
                tracing::error!(error = chain(&error), "API server");
            }
        });
    }

    pub(crate) fn serve_database(&mut self, listener: TcpListener, database: Database) {
        let mut stop = self.stop_database.subscribe();
        let stopped = async move {
            let _ = stop.changed().await;
        };
        let server = dynoxide::server::serve_with_shutdown(listener, database, stopped);
        self.database.spawn(async {
            if let Err(error) = server.await {
                tracing::error!(error, "DynamoDB server");
            }
        });
    }

    pub(crate) fn pump<F>(&mut self, run: impl FnOnce(watch::Receiver<bool>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.work.spawn(run(self.stop.subscribe()));
    }

    pub(crate) fn forever(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.rest.spawn(task);
    }

    pub(crate) fn every(&mut self, interval: Duration, work: impl Fn() + Clone + Send + 'static) {
        self.forever(async move {
            loop {
                tokio::time::sleep(interval).await;
                // The database blocks the thread that it works on.
                let _ = tokio::task::spawn_blocking(work.clone()).await;
            }
        });
    }

    /// Takes nothing new, brings what is under way to its end, then lets the database go.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        ended(&mut self.work).await;
        self.stop_database.send_replace(true);
        ended(&mut self.database).await;
    }
}

async fn ended(tasks: &mut JoinSet<()>) {
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        tracing::warn!("something did not end in time");
        tasks.shutdown().await;
    }
}
