//! Cookies of requests.

use axum::http::{HeaderMap, header};

/// How many cookies of one name are tried. A browser can send foreign cookies of the same name.
pub(crate) const MAX_COOKIES: usize = 4;

/// The values of the cookies with this name. Skips what is not UTF-8.
pub fn cookie_values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="))
        .filter_map(|value| std::str::from_utf8(value).ok())
}
