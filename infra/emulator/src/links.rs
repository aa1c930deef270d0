//! The URLs in emails and in the functions' settings.

/// The sender of all emails.
pub(crate) const MAIL_FROM: &str = "no-reply@autoscribe.example";

/// Where invitation emails lead.
pub(crate) fn accept_url(url: &str) -> String {
    format!("{url}/accept")
}

/// Where password emails lead.
pub(crate) fn reset_url(url: &str) -> String {
    format!("{url}/reset")
}

/// Where links to temporary access lead.
pub(crate) fn viewer_url(url: &str) -> String {
    format!("{url}/viewer")
}

/// Where owners and admins work.
pub(crate) fn dashboard_url(url: &str) -> String {
    format!("{url}/")
}

/// The NPI registry of the emulator.
pub(crate) fn registry_url(url: &str) -> String {
    format!("{url}/api/")
}

/// The list of breached passwords.
pub(crate) fn breached_passwords_url(url: &str) -> String {
    format!("{url}/range/")
}
