//! Tells the deliveries that something was written.

use std::sync::Arc;

use tokio::sync::watch;

/// Wakes every delivery. Clones wake the same deliveries.
#[derive(Clone, Debug, Default)]
pub(crate) struct WriteSignal(Arc<watch::Sender<()>>);

/// One delivery's end of the signal. It remembers a write that came while the delivery was busy.
pub(crate) struct WriteWatch {
    receiver: watch::Receiver<()>,
    /// A watch without a sender would wake at once.
    _sender: WriteSignal,
}

impl WriteSignal {
    /// Says that something may have been written.
    pub(crate) fn notify(&self) {
        self.0.send_replace(());
    }

    pub(crate) fn watch(&self) -> WriteWatch {
        WriteWatch { receiver: self.0.subscribe(), _sender: self.clone() }
    }
}

impl WriteWatch {
    /// Waits for the next notification since the last one that this returned for.
    pub(crate) async fn written(&mut self) {
        // This cannot fail: the watch holds the sender.
        let _ = self.receiver.changed().await;
    }
}
