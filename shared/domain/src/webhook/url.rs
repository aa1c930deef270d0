//! The URL of a receiver.

use std::fmt;

use crate::embed::host_of;
use crate::field::Refusal;

/// The longest URL, in bytes.
const MAX_LENGTH: usize = 2048;

const INVALID: Refusal = Refusal::new(
    "webhook_url_invalid",
    "Send an https URL with a domain name, such as https://pacs.example/autoscribe. Leave out a port other than 443, a user name, an address and a fragment.",
);

/// Which receivers may get deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receivers {
    /// https to public addresses.
    Public,
    /// Also http to 127.0.0.1. Only on a developer's machine.
    ThisMachine,
}

impl Receivers {
    /// Refuses a URL whose receiver may get nothing.
    pub fn check(self, url: &ReceiverUrl) -> Result<(), Refusal> {
        if self == Self::Public && url.is_of_this_machine() { Err(INVALID) } else { Ok(()) }
    }
}

/// The URL of a receiver: https, port 443, and a domain name with a dot. An IP address is refused in every
/// spelling. `http://127.0.0.1` is read too, and [`Receivers`] decides whether it is allowed.
///
/// Only characters of RFC 3986 are accepted, so that every reader of the URL finds the same host in it.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiverUrl {
    text: String,
    host: String,
}

impl ReceiverUrl {
    /// Reads a URL. Writes the host in lower case, as an A-label.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let (scheme, rest) = text.split_once("://").ok_or(INVALID)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if !is_path_and_query(path) {
            return Err(INVALID);
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        let (origin, host) = match scheme.to_ascii_lowercase().as_str() {
            "https" => public_origin(authority),
            "http" => origin_of_this_machine(authority),
            _ => None,
        }
        .ok_or(INVALID)?;
        let text = format!("{origin}{slash}{path}");
        if text.len() <= MAX_LENGTH { Ok(Self { text, host }) } else { Err(INVALID) }
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The domain name.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the receiver is on this machine.
    pub fn is_of_this_machine(&self) -> bool {
        self.text.starts_with("http://")
    }
}

impl fmt::Debug for ReceiverUrl {
    /// Leaves out path and query, which may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceiverUrl({})", self.host)
    }
}

fn public_origin(authority: &str) -> Option<(String, String)> {
    let name = authority.strip_suffix(":443").unwrap_or(authority);
    let host = host_of(name)?;
    let public = host.contains('.') && host != "127.0.0.1";
    public.then(|| (format!("https://{host}"), host))
}

fn origin_of_this_machine(authority: &str) -> Option<(String, String)> {
    let port = authority.strip_prefix("127.0.0.1")?;
    let number = match port {
        "" => 80,
        port => {
            let digits = port.strip_prefix(':')?;
            let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
            plain.then(|| digits.parse().ok()).flatten()?
        }
    };
    let port: u16 = number;
    Some((format!("http://127.0.0.1:{port}"), "127.0.0.1".to_owned()))
}

/// Whether the text has only characters of a path and a query, and complete escapes (RFC 3986 sections 3.3
/// and 3.4).
fn is_path_and_query(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'%', [a, b, after @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => after,
            (b'%', _) => return false,
            _ if first.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(first) => after,
            _ => return false,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        ReceiverUrl::parse(text).ok().map(|url| url.as_str().to_owned())
    }

    #[test]
    fn a_receiver_has_a_domain_name_and_the_usual_port() {
        for (text, url) in [
            ("https://pacs.example", "https://pacs.example/"),
            ("HTTPS://PACS.Example:443/Hook?a=b&c=%2F", "https://pacs.example/Hook?a=b&c=%2F"),
            ("https://pacs.example?x", "https://pacs.example/?x"),
            ("https://praxis-süd.example/", "https://xn--praxis-sd-x9a.example/"),
            ("https://1.2.3.4.example/", "https://1.2.3.4.example/"),
            ("http://127.0.0.1:8080/hook", "http://127.0.0.1:8080/hook"),
            ("http://127.0.0.1/", "http://127.0.0.1:80/"),
        ] {
            assert_eq!(read(text).as_deref(), Some(url), "{text}");
        }
    }

    #[test]
    fn every_other_url_is_refused() {
        for wrong in [
            "",
            "pacs.example",
            "//pacs.example",
            "https://",
            "https:///hook",
            "https:/pacs.example",
            "ftp://pacs.example/",
            "http://pacs.example/",
            "https://pacs.example:8443/",
            "https://pacs.example:/",
            "https://pacs.example:0443/",
            "https://user@pacs.example/",
            "https://user:secret@pacs.example/",
            "https://pacs.example@evil.example/",
            "https://pacs.example/#fragment",
            "https://pacs.example#@evil.example/",
            "https://pacs.example\\@evil.example/",
            "https://pacs.example/a b",
            "https://pacs.example/\u{e9}",
            "https://pacs.example/a\nb",
            "https://pacs.example/%4",
            "https://pacs.example/%zz",
            "https://pacs.example./",
            "https://pacs..example/",
            "https://localhost/",
            "https://intranet/",
            "https://10.0.0.1/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.0.0.0x1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://\u{ff11}27.0.0.1/",
            "https://127\u{3002}0\u{3002}0\u{3002}1/",
            "http://127.0.0.1:0/",
            "http://127.0.0.1:70000/",
            "http://127.0.0.1:+80/",
            "http://127.0.0.1.evil.example/",
            "http://127.0.0.1@evil.example/",
            "http://localhost/",
            "http://127.0.0.2/",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let long = format!("https://pacs.example/{}", "x".repeat(MAX_LENGTH - 21));
        assert!(read(&long).is_some());
        assert_eq!(read(&format!("{long}x")), None);
    }

    #[test]
    fn this_machine_receives_only_where_it_may() {
        let here = ReceiverUrl::parse("http://127.0.0.1:8080/").unwrap();
        let there = ReceiverUrl::parse("https://pacs.example/").unwrap();
        assert_eq!(Receivers::Public.check(&here), Err(INVALID));
        assert_eq!(Receivers::ThisMachine.check(&here), Ok(()));
        assert_eq!(Receivers::Public.check(&there), Ok(()));
        assert_eq!(format!("{there:?}"), "ReceiverUrl(pacs.example)");
    }

    proptest! {
        #[test]
        fn an_accepted_url_reads_as_itself_and_nothing_panics(text in any::<String>(), tail in "[ -~]{0,20}") {
            for text in [text, format!("https://{tail}"), format!("https://pacs.example{tail}"), format!("http://127.0.0.1{tail}")] {
                if let Ok(url) = ReceiverUrl::parse(&text) {
                    prop_assert_eq!(ReceiverUrl::parse(url.as_str()), Ok(url.clone()));
                    let odd = |c: char| !c.is_ascii_graphic() || "#\\\"<>^`{|}".contains(c);
                    prop_assert!(!url.as_str().contains(odd), "{url:?}");
                    prop_assert!(url.is_of_this_machine() || url.host().contains('.'));
                }
            }
        }
    }
}
