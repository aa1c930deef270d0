//! The trace that a request belongs to: the caller's, from `traceparent` (W3C Trace Context), and Lambda's own.
//!
//! Both end up in the log, so only what has exactly the form of an id is taken.

use axum::http::HeaderMap;

/// Lambda's trace of the invocation that serves this request, as X-Ray shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XrayTrace(String);

impl XrayTrace {
    /// Reads the root of `Root=1-<8 hex>-<24 hex>;Parent=...;Sampled=...`.
    pub fn parse(header: &str) -> Option<Self> {
        let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
        let (time, rest) = root.strip_prefix("1-")?.split_once('-')?;
        (is_hex(time, 8) && is_hex(rest, 24)).then(|| Self(root.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of the caller's trace. A malformed header is ignored, as the specification asks.
pub(crate) fn find_trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all("traceparent").iter();
    let (Some(header), None) = (all.next(), all.next()) else { return None };
    read_traceparent(header.to_str().ok()?)
}

/// Reads the trace id of `<version>-<trace id>-<parent id>-<flags>`. A later version may add more fields.
fn read_traceparent(header: &str) -> Option<&str> {
    let mut fields = header.split('-');
    let (version, trace) = (fields.next()?, fields.next()?);
    let (parent, flags) = (fields.next()?, fields.next()?);
    let known =
        is_hex(version, 2) && version != "ff" && (version != "00" || fields.next().is_none());
    let valid = is_id(trace, 32) && is_id(parent, 16) && is_hex(flags, 2);
    (known && valid).then_some(trace)
}

fn is_id(text: &str, length: usize) -> bool {
    is_hex(text, length) && text.bytes().any(|byte| byte != b'0')
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_trace_id_is_read_from_a_valid_header_only() {
        let valid = format!("00-{TRACE}-00f067aa0ba902b7-01");
        assert_eq!(read_traceparent(&valid), Some(TRACE));
        assert_eq!(read_traceparent(&format!("01-{TRACE}-00f067aa0ba902b7-01-more")), Some(TRACE));
        for invalid in [
            "",
            "00",
            TRACE,
            &valid.to_uppercase(),
            &format!(" {valid}"),
            &format!("{valid}-more"),
            &valid.replace("00-", "ff-"),
            &valid.replace("00-", "0-"),
            &valid.replace(TRACE, &"0".repeat(32)),
            &valid.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &valid.replace(TRACE, &TRACE[1..]),
            &valid.replace(TRACE, "ada@clinic.example-4736a3ce929d00"),
        ] {
            assert_eq!(read_traceparent(invalid), None, "{invalid}");
        }
    }

    #[test]
    fn two_headers_are_ignored() {
        let header =
            HeaderValue::from_static("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        let mut headers = HeaderMap::new();
        headers.append("traceparent", header.clone());
        assert_eq!(find_trace_id(&headers), Some(TRACE));
        headers.append("traceparent", header);
        assert_eq!(find_trace_id(&headers), None);
    }

    #[test]
    fn the_root_of_an_invocation_is_read() {
        let root = "1-5759e988-bd862e3fe1be46a994272793";
        let found = XrayTrace::parse(&format!("Root={root};Parent=53995c3f42cd8ad8;Sampled=1"));
        assert_eq!(found.as_ref().map(XrayTrace::as_str), Some(root));
        assert_eq!(XrayTrace::parse(&format!("Self=1-2;Root={root}")), found);
        for invalid in
            ["", root, "Root=", "Root=1-5759e988-bd86", "Root=2-5759e988-bd862e3fe1be46a994272793"]
        {
            assert_eq!(XrayTrace::parse(invalid), None, "{invalid}");
        }
    }
}
