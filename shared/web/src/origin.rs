//! Whether a request came through CloudFront, which sends a secret header that nothing else knows.
//!
//! Without this check, a caller who uses the API's own address would pass by the firewall, and could name any
//! network address as their own.

use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use subtle::ConstantTimeEq as _;

use crate::problem::Problem;
use crate::request::ClientIp;

/// The header with the secret. CloudFront replaces it if the viewer sends one.
pub const SECRET_HEADER: &str = "autoscribe-origin-secret";
/// The header with the viewer's network address. A CloudFront function replaces it.
pub const VIEWER_ADDRESS_HEADER: &str = "autoscribe-viewer-address";

/// The setting that turns the check off.
const OFF: &str = "off";
/// An entry of the setting that holds no secret.
const NONE: &str = "-";
/// The shortest secret, in bytes: 32 hex characters are 128 bits.
const SHORTEST: usize = 32;

/// Checks that a request came through CloudFront.
#[derive(Clone)]
pub enum OriginCheck {
    /// Every request is answered, and the gateway's caller is the client.
    Off,
    /// A request must have one of these secrets. Two of them work while the secret is rotated.
    Secrets(Arc<[String]>),
}

impl fmt::Debug for OriginCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("Off"),
            Self::Secrets(secrets) => write!(f, "Secrets({})", secrets.len()),
        }
    }
}

/// The setting of the check is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "ORIGIN_SECRETS must be secrets of at least 32 characters, separated by spaces, or the word off"
)]
pub struct InvalidOriginSecrets;

impl OriginCheck {
    /// Reads the setting: secrets separated by spaces, or `off`. An entry `-` holds none.
    pub fn parse(setting: &str) -> Result<Self, InvalidOriginSecrets> {
        if setting == OFF {
            return Ok(Self::Off);
        }
        let entries = setting.split_whitespace().filter(|entry| *entry != NONE);
        let secrets: Arc<[String]> = entries.map(str::to_owned).collect();
        let valid = !secrets.is_empty() && secrets.iter().all(|secret| secret.len() >= SHORTEST);
        if valid { Ok(Self::Secrets(secrets)) } else { Err(InvalidOriginSecrets) }
    }

    /// Checks a request's headers and takes the secret out of them. Returns the viewer's address if the secret
    /// was right, because nothing else makes that header true.
    pub fn check(&self, headers: &mut HeaderMap) -> Result<Option<ClientIp>, Problem> {
        let sent = headers.remove(SECRET_HEADER);
        let Self::Secrets(secrets) = self else {
            return Ok(None);
        };
        let sent = sent.as_ref().map_or(&[][..], |sent| sent.as_bytes());
        // Compares with every secret, so that the time tells nothing.
        let right = secrets
            .iter()
            .fold(false, |right, secret| right | bool::from(secret.as_bytes().ct_eq(sent)));
        if !right {
            return Err(not_through_public_url());
        }
        let viewer = headers.get(VIEWER_ADDRESS_HEADER).and_then(|address| address.to_str().ok());
        if viewer.is_none() {
            // The request is answered, but throttles now count the edge instead of the viewer.
            tracing::error!("CloudFront did not send the viewer's address");
        }
        Ok(viewer.map(|address| ClientIp(address.to_owned())))
    }
}

fn not_through_public_url() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "public_url_required",
        "Send this request to the public URL of AutoScribe. This address only serves its own network.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "fedcba9876543210fedcba9876543210";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_an_explicit_setting_turns_the_check_off() {
        assert!(matches!(OriginCheck::parse("off"), Ok(OriginCheck::Off)));
        for (setting, secrets) in [
            (OLD.to_owned(), Some(1)),
            (format!("{OLD} {NEW}"), Some(2)),
            (format!("{OLD} -"), Some(1)),
            (String::new(), None),
            ("-".to_owned(), None),
            ("OFF".to_owned(), None),
            (" off".to_owned(), None),
            ("short".to_owned(), None),
            (format!("{OLD} short"), None),
        ] {
            let found = match OriginCheck::parse(&setting) {
                Ok(OriginCheck::Secrets(secrets)) => Some(secrets.len()),
                Ok(OriginCheck::Off) => panic!("{setting:?} is off"),
                Err(InvalidOriginSecrets) => None,
            };
            assert_eq!(found, secrets, "{setting:?}");
        }
    }

    #[test]
    fn a_request_without_a_current_secret_is_403() {
        let check = OriginCheck::parse(&format!("{OLD} {NEW}")).unwrap();
        let longer = format!("{OLD}0");
        for (sent, allowed) in [
            (&[(SECRET_HEADER, OLD)][..], true),
            (&[(SECRET_HEADER, NEW)], true),
            (&[], false),
            (&[(SECRET_HEADER, "")], false),
            (&[(SECRET_HEADER, &OLD[..31])], false),
            (&[(SECRET_HEADER, longer.as_str())], false),
            (&[(SECRET_HEADER, "-")], false),
            (&[(VIEWER_ADDRESS_HEADER, "192.0.2.9")], false),
        ] {
            let mut headers = headers(sent);
            assert_eq!(check.check(&mut headers).is_ok(), allowed, "{sent:?}");
            assert!(!headers.contains_key(SECRET_HEADER), "handlers do not see it");
        }
    }

    #[test]
    fn the_viewers_address_counts_only_with_the_secret() {
        let sent = [(SECRET_HEADER, OLD), (VIEWER_ADDRESS_HEADER, "2001:db8::9")];
        let viewer = |setting: &str| {
            let check = OriginCheck::parse(setting).unwrap();
            check.check(&mut headers(&sent)).map(|ip| ip.map(String::from)).ok()
        };
        assert_eq!(viewer(OLD), Some(Some("2001:db8::9".to_owned())));
        assert_eq!(viewer("off"), Some(None), "the gateway's caller is the client");
        assert_eq!(viewer(NEW), None);
    }
}
