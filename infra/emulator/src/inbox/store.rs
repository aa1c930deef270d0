//! Captured emails, in memory and, if asked for, in a file of JSON lines.

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

/// How long [`Inbox::wait_for`] waits.
const WAIT_LIMIT: Duration = Duration::from_secs(15);

/// An email, as SES received it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapturedEmail {
    /// The message id that SES answered.
    pub id: String,
    /// The time of the request, in RFC 3339.
    pub received_at: String,
    /// The whole request to SES.
    pub request: Value,
}

/// All captured emails. Clones share the same emails.
#[derive(Clone, Debug)]
pub struct Inbox(Arc<SharedInbox>);

#[derive(Debug)]
struct SharedInbox {
    state: Mutex<InboxState>,
    count: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct InboxState {
    emails: Vec<CapturedEmail>,
    file: Option<File>,
    next_faults: VecDeque<SesFault>,
    always: Option<SesFault>,
}

impl CapturedEmail {
    /// The recipients.
    pub fn to(&self) -> Vec<&str> {
        let addresses = self.request["Destination"]["ToAddresses"].as_array();
        addresses.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The sender.
    pub fn from(&self) -> &str {
        self.request["FromEmailAddress"].as_str().unwrap_or_default()
    }

    /// The time of the request for people: `2026-11-24 09:30 UTC`.
    pub fn display_time(&self) -> String {
        let minutes = self.received_at.get(..16).unwrap_or(&self.received_at);
        format!("{} UTC", minutes.replace('T', " "))
    }

    /// The subject.
    pub fn subject(&self) -> &str {
        self.content(&["Subject"])
    }

    /// The HTML body.
    pub fn html(&self) -> &str {
        self.content(&["Body", "Html"])
    }

    /// The plain-text body.
    pub fn text(&self) -> &str {
        self.content(&["Body", "Text"])
    }

    /// The token in the link, if the email has one.
    pub fn token(&self) -> Option<&str> {
        let rest = self.text().split_once("#token=")?.1;
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).next()
    }

    fn content(&self, path: &[&str]) -> &str {
        let simple = &self.request["Content"]["Simple"];
        let content = path.iter().fold(simple, |value, name| &value[*name]);
        content["Data"].as_str().unwrap_or_default()
    }
}

impl Inbox {
    /// An inbox that is lost with the process.
    pub fn in_memory() -> Self {
        Self::new(InboxState::default())
    }

    /// Opens an inbox that is kept in this file. Loads the emails that the file has.
    pub fn in_file(path: &Path) -> io::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        let mut emails = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            match serde_json::from_str(line) {
                Ok(email) => emails.push(email),
                // A crash can leave half a line. SES had not answered then, so the email is sent
                // again.
                Err(error) => tracing::warn!(%error, "inbox: skipped an unreadable line"),
            }
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok(Self::new(InboxState { emails, file: Some(file), ..InboxState::default() }))
    }

    fn new(state: InboxState) -> Self {
        let count = watch::Sender::new(state.emails.len());
        Self(Arc::new(SharedInbox { state: Mutex::new(state), count }))
    }

    /// All emails, oldest first.
    pub fn all(&self) -> Vec<CapturedEmail> {
        self.state().emails.clone()
    }

    /// The emails to one address, spelled as in the request.
    pub fn sent_to(&self, address: &str) -> Vec<CapturedEmail> {
        let is_recipient = |email: &CapturedEmail| email.to().contains(&address);
        self.state().emails.iter().filter(|email| is_recipient(email)).cloned().collect()
    }

    /// Finds the email with this message id.
    pub fn find(&self, id: &str) -> Option<CapturedEmail> {
        self.state().emails.iter().find(|email| email.id == id).cloned()
    }

    /// Waits for this many emails to one address. Returns what is there after 15 seconds.
    pub async fn wait_for(&self, address: &str, count: usize) -> Vec<CapturedEmail> {
        let mut changes = self.0.count.subscribe();
        let arrived = async {
            while self.sent_to(address).len() < count {
                // This cannot fail: the inbox holds the sender.
                let _ = changes.changed().await;
            }
        };
        let _ = tokio::time::timeout(WAIT_LIMIT, arrived).await;
        self.sent_to(address)
    }

    /// The next `times` emails meet this fault.
    pub fn fail_next(&self, times: usize, fault: SesFault) {
        self.state().next_faults.extend(std::iter::repeat_n(fault, times));
    }

    /// Every email meets this fault until [`Inbox::heal`].
    pub fn fail_always(&self, fault: SesFault) {
        self.state().always = Some(fault);
    }

    /// Ends all faults.
    pub fn heal(&self) {
        let mut state = self.state();
        state.always = None;
        state.next_faults.clear();
    }

    /// Takes the fault of the next email.
    pub(super) fn take_fault(&self) -> Option<SesFault> {
        let mut state = self.state();
        state.always.or_else(|| state.next_faults.pop_front())
    }

    /// Stores an email. An inbox in a file keeps it from here on, even after a crash.
    pub fn store(&self, email: CapturedEmail) -> io::Result<()> {
        let mut state = self.state();
        if let Some(file) = &mut state.file {
            let mut line = serde_json::to_vec(&email)?;
            line.push(b'\n');
            file.write_all(&line)?;
        }
        state.emails.push(email);
        self.0.count.send_replace(state.emails.len());
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, InboxState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
