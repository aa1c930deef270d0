//! The header `Retry-After`.

use std::time::Duration;

use crate::time::Timestamp;

/// Reads `Retry-After`: a number of seconds, or a date (RFC 9110 section 10.2.3).
pub fn parse_retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // One that is too large for u64 asks for the longest pause.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    Timestamp::parse_http_date(text).map(|at| at.since(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn seconds_and_dates_are_read() {
        let now = Timestamp::parse("2026-11-24T09:30:00Z").unwrap();
        for (text, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("99999999999999999999", Some(u64::MAX)),
            ("Tue, 24 Nov 2026 09:31:00 GMT", Some(60)),
            ("Tue, 24 Nov 2026 09:29:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("Tue, 31 Nov 2026 09:31:00 GMT", None),
        ] {
            let found = parse_retry_after(text, now);
            assert_eq!(found, seconds.map(Duration::from_secs), "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = parse_retry_after(&text, Timestamp::EPOCH);
        }
    }
}
