//! What SES reports about emails.

use emulator::{CapturedEmail, Options, ses_event};
use mail_events::MailEventError;
use serde_json::{Value, json};

use super::app::App;

impl App {
    /// Starts the service with an SES that reports on each email.
    pub(crate) async fn start_with_reports() -> Self {
        Self::start_with(Options { report_email: true, ..Options::default() }).await
    }

    /// Every email to this address so far, as SES took it.
    pub(crate) fn captured(&self, address: &str) -> Vec<CapturedEmail> {
        self.running.inbox.sent_to(address)
    }

    /// Calls `mail-events` with an event about this email.
    pub(crate) async fn report(
        &self,
        email: &CapturedEmail,
        kind: &str,
        detail: &Value,
    ) -> Result<(), MailEventError> {
        self.call_mail_events(&ses_event(email, kind, detail)).await
    }

    /// Calls `mail-events` with a permanent bounce of this email.
    pub(crate) async fn report_bounce(&self, email: &CapturedEmail) {
        let recipients = json!([{ "emailAddress": email.to()[0], "status": "5.1.1" }]);
        let bounce = json!({
            "bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": recipients,
        });
        self.report(email, "Bounce", &json!({ "bounce": bounce })).await.unwrap();
    }

    /// Calls `mail-events`, as `EventBridge` does.
    pub(crate) async fn call_mail_events(&self, event: &Value) -> Result<(), MailEventError> {
        let event = serde_json::from_value(event.clone()).unwrap();
        mail_events::handle(&self.running.mail_events, event).await
    }
}
