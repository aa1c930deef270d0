//! Which web pages may show a view in a frame.

use std::net::Ipv4Addr;

use crate::field::Refusal;

/// The most origins that a list can hold.
const MAX_ORIGINS: usize = 20;

/// A web origin that may embed a view, in the form that CSP's `frame-ancestors` takes. It is `https://`,
/// a host name, and a port if that is not 443. `http://` is accepted only for this machine, for
/// development.
///
/// Origins are compared in lower case, with the host as an A-label (UTS 46). IP addresses other than
/// 127.0.0.1 are refused, because browsers never match them (CSP level 3, "host-part matches").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmbedOrigin(String);

impl EmbedOrigin {
    /// Reads an origin.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const INVALID: Refusal = Refusal::new(
            "embed_origin_invalid",
            "Send an origin without a path, such as https://pacs.example or https://pacs.example:8443. Use http only for localhost and 127.0.0.1.",
        );
        let (scheme, authority) = text.split_once("://").ok_or(INVALID)?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port_of(port).ok_or(INVALID)?)),
            None => (authority, None),
        };
        let host = host_of(host).ok_or(INVALID)?;
        let here = matches!(host.as_str(), "localhost" | "127.0.0.1");
        let (scheme, usual) = match scheme.to_ascii_lowercase().as_str() {
            "https" => ("https", 443),
            "http" if here => ("http", 80),
            _ => return Err(INVALID),
        };
        Ok(Self(match port.filter(|port| *port != usual) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }))
    }

    /// The origin as browsers write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn port_of(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    digits.then(|| text.parse().ok()).flatten()
}

/// Returns the A-label of a host name, or 127.0.0.1. An A-label has only letters, digits and hyphens.
pub(crate) fn host_of(text: &str) -> Option<String> {
    let host = idna::domain_to_ascii_strict(text).ok()?;
    let label = |l: &str| {
        let ends = l.starts_with('-') || l.ends_with('-');
        let plain = l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (1..=63).contains(&l.len()) && plain && !ends
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    // A browser reads a host whose last label is a number, decimal or hexadecimal, as an address
    // (URL standard, "ends in a number").
    let hex =
        |t: &str| t.strip_prefix("0x").is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
    let address = top.bytes().all(|b| b.is_ascii_digit()) || hex(top);
    let named = host.len() <= 253 && host.split('.').all(label) && !address;
    let here = host == Ipv4Addr::LOCALHOST.to_string();
    (named || here).then_some(host)
}

/// Up to 20 different origins that may embed a view. If the list is empty, none may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmbedOrigins(Vec<EmbedOrigin>);

impl EmbedOrigins {
    /// Keeps the order and drops repeats.
    pub fn new(origins: Vec<EmbedOrigin>) -> Result<Self, Refusal> {
        const TOO_MANY: Refusal =
            Refusal::new("embed_origins_too_many", "Send at most 20 origins.");
        let mut each: Vec<EmbedOrigin> = Vec::with_capacity(origins.len());
        for origin in origins {
            if !each.contains(&origin) {
                each.push(origin);
            }
        }
        if each.len() > MAX_ORIGINS {
            return Err(TOO_MANY);
        }
        Ok(Self(each))
    }

    /// The origins.
    pub fn as_slice(&self) -> &[EmbedOrigin] {
        &self.0
    }

    /// The value of `Content-Security-Policy` that lets only these origins frame the viewer.
    pub fn frame_ancestors(&self) -> String {
        if self.0.is_empty() {
            return "frame-ancestors 'none'".to_owned();
        }
        let origins: Vec<&str> = self.0.iter().map(EmbedOrigin::as_str).collect();
        format!("frame-ancestors {}", origins.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        EmbedOrigin::parse(text).ok().map(|o| o.as_str().to_owned())
    }

    proptest! {
        #[test]
        fn an_accepted_origin_is_one_word_of_a_policy_and_nothing_panics(text in any::<String>(), host in "[ -~]{0,12}") {
            for text in [text, format!("https://{host}"), format!("http://localhost:{host}")] {
                if let Some(origin) = read(&text) {
                    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ":/.-".contains(c);
                    prop_assert!(origin.chars().all(word), "{origin}");
                    prop_assert_eq!(read(&origin), Some(origin), "an accepted origin reads as itself");
                }
            }
        }

        #[test]
        fn a_host_name_with_a_port_is_accepted(host in "[a-z][a-z0-9]{0,8}(\\.[a-z][a-z0-9]{0,8}){0,3}", port in 1_u16..) {
            let origin = format!("https://{host}:{port}");
            let shown = if port == 443 { format!("https://{host}") } else { origin.clone() };
            prop_assert_eq!(read(&origin.to_uppercase()), Some(shown));
        }
    }

    #[test]
    fn an_origin_has_only_a_scheme_a_host_and_a_port() {
        for (text, origin) in [
            ("https://PACS.Example", "https://pacs.example"),
            ("https://pacs.example:443", "https://pacs.example"),
            ("https://pacs.example:8443", "https://pacs.example:8443"),
            ("https://praxis-süd.example", "https://xn--praxis-sd-x9a.example"),
            ("https://workstation", "https://workstation"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
        ] {
            assert_eq!(read(text).as_deref(), Some(origin), "{text}");
        }
        for wrong in [
            "",
            "pacs.example",
            "https://",
            "https://pacs.example/",
            "https://pacs.example/path",
            "https://pacs.example?q",
            "https://pacs.example#f",
            "https://user@pacs.example",
            "https://*.pacs.example",
            "https://pacs.example:0",
            "https://pacs.example:",
            "https://pacs.example:+443",
            "https://pacs.example:70000",
            "https://pacs.example; script-src *",
            "https://a b",
            "https://-a.example",
            "https://pacs..example",
            "https://10.1.2.3",
            "https://0x7f.1",
            "https://1.0x7f",
            "https://[::1]",
            "http://pacs.example",
            "http://localhost.evil.example",
            "javascript://pacs.example",
            "null",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_policy_names_each_origin_once_or_none() {
        let origin = |text: &str| EmbedOrigin::parse(text).unwrap();
        let twice = vec![
            origin("https://b.example"),
            origin("https://a.example"),
            origin("https://B.example"),
        ];
        assert_eq!(
            EmbedOrigins::new(twice).unwrap().frame_ancestors(),
            "frame-ancestors https://b.example https://a.example"
        );
        assert_eq!(EmbedOrigins::default().frame_ancestors(), "frame-ancestors 'none'");
        let many = (0..21).map(|n| origin(&format!("https://p{n}.example")));
        let many: Vec<_> = many.collect();
        assert!(EmbedOrigins::new(many[..20].to_vec()).is_ok());
        assert!(EmbedOrigins::new(many).is_err());
    }
}
