//! The URLs in emails and in the functions' settings.

/// The sender of all emails.
pub(crate) const MAIL_FROM: &str = "no-reply@autoscribe.example";

/// The configuration set of all emails, by its logical name in the template.
pub(crate) const MAIL_CONFIGURATION: &str = "MailConfiguration";

/// Where links to temporary access lead.
pub(crate) fn viewer_url(url: &str) -> String {
    format!("{url}/viewer")
}

/// The endpoint of the queue.
pub(crate) fn queue_url(url: &str) -> String {
    format!("{url}/sqs")
}

/// The NPI registry of the emulator.
pub(crate) fn registry_url(url: &str) -> String {
    format!("{url}/api/")
}

/// The list of breached passwords.
pub(crate) fn breached_passwords_url(url: &str) -> String {
    format!("{url}/range/")
}
