//! The tasks of a running service. Dropping them ends all at once.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::error::chain;

/// How long tasks may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Tasks {
    stop: watch::Sender<bool>,
    stop_database: watch::Sender<bool>,
    /// Stopped first, because they use the database.
    work: JoinSet<()>,
    database: JoinSet<()>,
    /// Stopped without waiting.
    background: JoinSet<()>,
}

impl Default for Tasks {
    fn default() -> Self {
        Self {
            stop: watch::Sender::new(false),
            stop_database: watch::Sender::new(false),
            work: JoinSet::new(),
            database: JoinSet::new(),
            background: JoinSet::new(),
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
                tracing::error!(error = chain(&error), "the API server failed");
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
                tracing::error!(error, "the DynamoDB server failed");
            }
        });
    }

    /// Runs a task that ends by itself when its receiver changes.
    pub(crate) fn run_until_stop<F>(&mut self, run: impl FnOnce(watch::Receiver<bool>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.work.spawn(run(self.stop.subscribe()));
    }

    pub(crate) fn run_in_background(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.background.spawn(task);
    }

    /// Runs blocking work at intervals.
    pub(crate) fn run_every(
        &mut self,
        interval: Duration,
        work: impl Fn() + Clone + Send + 'static,
    ) {
        self.run_in_background(async move {
            loop {
                tokio::time::sleep(interval).await;
                // The database blocks its thread.
                let _ = tokio::task::spawn_blocking(work.clone()).await;
            }
        });
    }

    /// Accepts nothing new, finishes current work, then stops the database.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        wait_for_end(&mut self.work).await;
        self.stop_database.send_replace(true);
        wait_for_end(&mut self.database).await;
    }
}

async fn wait_for_end(tasks: &mut JoinSet<()>) {
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_LIMIT, all).await.is_err() {
        tracing::warn!("a task did not stop in time and was aborted");
        tasks.shutdown().await;
    }
}
