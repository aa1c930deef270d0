//! The mails, in memory and, when told so, in a file of JSON lines.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use super::capture::SesFault;

/// How long [`Inbox::wait`] waits.
const PATIENCE: Duration = Duration::from_secs(15);

/// A mail as SES was given it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Captured {
    /// The id that SES answered.
    pub id: String,
    /// When, RFC 3339.
    pub received_at: String,
    /// The whole request.
    pub request: Value,
}

/// Every mail so far, oldest first. Clones share one inbox.
#[derive(Clone, Debug)]
pub struct Inbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    count: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    mails: Vec<Captured>,
    file: Option<File>,
    faults: VecDeque<SesFault>,
    down: Option<SesFault>,
}

impl Captured {
    /// Who gets it.
    pub fn to(&self) -> Vec<&str> {
        let addresses = self.request["Destination"]["ToAddresses"].as_array();
        addresses.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Who it comes from.
    pub fn from(&self) -> &str {
        self.request["FromEmailAddress"].as_str().unwrap_or_default()
    }

    /// When, for a person: `2026-11-24 09:30 UTC`.
    pub fn when(&self) -> String {
        let minutes = self.received_at.get(..16).unwrap_or(&self.received_at);
        format!("{} UTC", minutes.replace('T', " "))
    }

    /// The subject.
    pub fn subject(&self) -> &str {
        self.simple(&["Subject"])
    }

    /// The HTML body.
    pub fn html(&self) -> &str {
        self.simple(&["Body", "Html"])
    }

    /// The plain-text body.
    pub fn text(&self) -> &str {
        self.simple(&["Body", "Text"])
    }

    /// The token in its link, if it has one.
    pub fn token(&self) -> Option<&str> {
        let rest = self.text().split_once("#token=")?.1;
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).next()
    }

    fn simple(&self, path: &[&str]) -> &str {
        let simple = &self.request["Content"]["Simple"];
        let content = path.iter().fold(simple, |value, name| &value[*name]);
        content["Data"].as_str().unwrap_or_default()
    }
}

impl Inbox {
    /// Forgotten with the process.
    pub fn in_memory() -> Self {
        Self::new(State::default())
    }

    /// Kept in this file, with what it holds already.
    pub fn in_file(path: &Path) -> io::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        let mut mails = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            match serde_json::from_str(line) {
                Ok(mail) => mails.push(mail),
                // A kill in the middle of writing leaves half a line; SES had not answered then,
                // so the mail comes again.
                Err(error) => tracing::warn!(%error, "a line of the inbox cannot be read"),
            }
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok(Self::new(State { mails, file: Some(file), ..State::default() }))
    }

    fn new(state: State) -> Self {
        let count = watch::Sender::new(state.mails.len());
        Self(Arc::new(Shared { state: Mutex::new(state), count }))
    }

    /// Every mail, oldest first.
    pub fn all(&self) -> Vec<Captured> {
        self.state().mails.clone()
    }

    /// The mails to one address, as it stands in the request.
    pub fn to(&self, address: &str) -> Vec<Captured> {
        let to = |mail: &Captured| mail.to().contains(&address);
        self.state().mails.iter().filter(|mail| to(mail)).cloned().collect()
    }

    /// The mail that SES gave this id.
    pub fn get(&self, id: &str) -> Option<Captured> {
        self.state().mails.iter().find(|mail| mail.id == id).cloned()
    }

    /// Waits for this many mails to one address, and gives up after 15 seconds with what came.
    pub async fn wait(&self, address: &str, count: usize) -> Vec<Captured> {
        let mut changes = self.0.count.subscribe();
        let arrived = async {
            while self.to(address).len() < count {
                // The sender lives as long as this inbox.
                let _ = changes.changed().await;
            }
        };
        let _ = tokio::time::timeout(PATIENCE, arrived).await;
        self.to(address)
    }

    /// The next `times` mails meet this fault.
    pub fn fail_next(&self, times: usize, fault: SesFault) {
        self.state().faults.extend(std::iter::repeat_n(fault, times));
    }

    /// Every mail meets this fault until [`Inbox::up`].
    pub fn down(&self, fault: SesFault) {
        self.state().down = Some(fault);
    }

    /// Ends every fault.
    pub fn up(&self) {
        let mut state = self.state();
        state.down = None;
        state.faults.clear();
    }

    pub(super) fn fault(&self) -> Option<SesFault> {
        let mut state = self.state();
        state.down.or_else(|| state.faults.pop_front())
    }

    /// Keeps a mail; once this returns, it outlasts the process.
    pub fn keep(&self, mail: Captured) -> io::Result<()> {
        let mut state = self.state();
        if let Some(file) = &mut state.file {
            let mut line = serde_json::to_vec(&mail)?;
            line.push(b'\n');
            file.write_all(&line)?;
        }
        state.mails.push(mail);
        self.0.count.send_replace(state.mails.len());
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
