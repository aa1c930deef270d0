//! Events of API Gateway's HTTP APIs, payload format 2.0 ("Working with AWS Lambda proxy integrations for HTTP APIs" in
//! its developer guide), that `lambda_http` cannot read as they are.
//!
//! It panics on some paths, queries, hosts and bodies, and drops every cookie if one is malformed. So what it cannot
//! read is left out of the event first.

use axum::http::uri::PathAndQuery;
use axum::http::{HeaderName, HeaderValue, Method};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::Problem;

/// The longest path and query that are read, in bytes. API Gateway takes 10 KB of request line and headers. A byte
/// becomes three in the URI, which can have 64 KiB.
const LONGEST: usize = 10 * 1024;

/// Leaves out what `lambda_http` cannot read. Returns the problem that the request is answered with, if the request
/// would mean something else without it.
pub fn make_readable(event: &mut Value) -> Option<Problem> {
    let event = event.as_object_mut()?;
    read_path(event);
    read_cookies(event);
    let unreadable = [
        (!read_method(event)).then(method_invalid),
        (!read_headers(event)).then(header_invalid),
        (!read_query(event)).then(Problem::query_invalid),
        (!read_body(event)).then(body_unreadable),
    ];
    unreadable.into_iter().flatten().next()
}

/// Makes the path start with one slash, and end where the query starts.
fn read_path(event: &mut Map<String, Value>) {
    let raw = text(event, "rawPath").unwrap_or_default();
    let path = raw.trim_start_matches('/').replace('?', "%3F").replace('#', "%23");
    let path = if path.len() > LONGEST { "/".to_owned() } else { format!("/{path}") };
    event.insert("rawPath".to_owned(), Value::String(path));
}

/// Leaves out malformed cookies, which can belong to other pages.
fn read_cookies(event: &mut Map<String, Value>) {
    let readable = |cookies: &str| {
        let pairs = cookies.split(';').map(str::trim);
        let pairs = pairs.filter(|pair| !pair.is_empty() && HeaderValue::from_str(pair).is_ok());
        pairs.collect::<Vec<_>>().join("; ")
    };
    if let Some(Value::Array(cookies)) = event.get_mut("cookies") {
        cookies.retain_mut(|cookie| {
            let kept = cookie.as_str().map(readable).unwrap_or_default();
            let keep = !kept.is_empty();
            *cookie = Value::String(kept);
            keep
        });
    }
    for (name, value) in headers(event).into_iter().flatten() {
        if name.eq_ignore_ascii_case("cookie")
            && let Some(cookies) = value.as_str()
        {
            *value = Value::String(readable(cookies));
        }
    }
}

/// Leaves out malformed headers, and those that say how the gateway was reached, which nothing reads. Returns false if
/// another one was malformed.
fn read_headers(event: &mut Map<String, Value>) -> bool {
    if let Some(Value::Object(context)) = event.get_mut("requestContext") {
        context.remove("domainName");
    }
    let Some(headers) = headers(event) else {
        return true;
    };
    headers.retain(|name, _| {
        !["host", "x-forwarded-proto"].iter().any(|read| name.eq_ignore_ascii_case(read))
    });
    let before = headers.len();
    headers.retain(|name, value| {
        HeaderName::from_bytes(name.as_bytes()).is_ok()
            && value.as_str().is_some_and(|value| HeaderValue::from_str(value).is_ok())
    });
    headers.len() == before
}

/// Leaves out a malformed query.
fn read_query(event: &mut Map<String, Value>) -> bool {
    let query = text(event, "rawQueryString").unwrap_or_default();
    // A `#` would end the query, and what follows would be lost.
    let readable = query.len() <= LONGEST
        && !query.contains('#')
        && format!("/?{query}").parse::<PathAndQuery>().is_ok();
    if !readable {
        event.insert("rawQueryString".to_owned(), Value::String(String::new()));
    }
    readable
}

/// Leaves out a body that is not the base64 that it says it is.
fn read_body(event: &mut Map<String, Value>) -> bool {
    let encoded = event.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
    let body = text(event, "body").unwrap_or_default();
    let readable = !encoded || STANDARD.decode(body).is_ok();
    if !readable {
        event.remove("body");
    }
    readable
}

/// Replaces a malformed method.
fn read_method(event: &mut Map<String, Value>) -> bool {
    let http = event.get_mut("requestContext").and_then(|context| context.get_mut("http"));
    let Some(method) = http.and_then(|http| http.get_mut("method")) else {
        return true;
    };
    let readable = method.as_str().is_some_and(|name| Method::from_bytes(name.as_bytes()).is_ok());
    if !readable {
        *method = Value::String(Method::GET.to_string());
    }
    readable
}

fn text<'a>(event: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    event.get(member).and_then(Value::as_str)
}

fn headers(event: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    event.get_mut("headers").and_then(Value::as_object_mut)
}

fn method_invalid() -> Problem {
    Problem::bad_request("method_invalid", "Send a valid HTTP method.")
}

fn header_invalid() -> Problem {
    Problem::bad_request("header_invalid", "Send headers without control characters.")
}

fn body_unreadable() -> Problem {
    Problem::bad_request("body_unreadable", "Send the body again. It was damaged.")
}

#[cfg(test)]
mod tests;
