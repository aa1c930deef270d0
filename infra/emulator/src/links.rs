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

/// The endpoint of the bucket of the sealed audit. The SDK appends the name of the bucket as it is.
pub(crate) fn archive_url(url: &str) -> String {
    format!("{url}/s3/")
}

/// The endpoint of the key that signs the audit.
pub(crate) fn sealing_key_url(url: &str) -> String {
    format!("{url}/kms")
}

/// The NPI registry of the emulator.
pub(crate) fn registry_url(url: &str) -> String {
    format!("{url}/api/")
}

/// The list of breached passwords.
pub(crate) fn breached_passwords_url(url: &str) -> String {
    format!("{url}/range/")
}
