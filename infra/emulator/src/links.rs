//! Where emails and functions lead on this machine.

/// Who the emails come from.
pub(crate) const MAIL_FROM: &str = "no-reply@autoscribe.example";

/// Where invitation mails lead.
pub(crate) fn accept_url(url: &str) -> String {
    format!("{url}/accept")
}

/// Where mails about a password lead.
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

/// The NPI registry.
pub(crate) fn registry_url(url: &str) -> String {
    format!("{url}/api/")
}
