//! The inbox as pages for people and as JSON for tests. The HTML of an email is not trusted: a
//! frame shows it and runs no script.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use emulator::{CapturedEmail, Inbox};
use serde_json::{Value, json};

use crate::pages::render;

/// Allows the styles and inline images of the email, and links that open a new tab.
const EMAIL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'self'; form-action 'none'; \
     frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
);

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    emails: Vec<CapturedEmail>,
}

#[derive(Template)]
#[template(path = "email.html")]
struct EmailPage {
    email: CapturedEmail,
}

pub(crate) fn router(inbox: Inbox) -> Router {
    Router::new()
        .route("/inbox", get(show_inbox))
        .route("/inbox.json", get(list_emails))
        .route("/inbox/{id}", get(show_email))
        .route("/inbox/{id}/html", get(show_html))
        .with_state(inbox)
}

async fn show_inbox(State(inbox): State<Inbox>) -> Response {
    let mut emails = inbox.all();
    emails.reverse();
    render(&InboxPage { emails })
}

async fn list_emails(State(inbox): State<Inbox>) -> Json<Value> {
    let emails = inbox.all();
    Json(emails.iter().rev().map(email_json).collect())
}

/// `/inbox/{id}` for people, `/inbox/{id}.json` for tests.
async fn show_email(State(inbox): State<Inbox>, Path(id): Path<String>) -> Response {
    let (id, json) = match id.strip_suffix(".json") {
        Some(id) => (id, true),
        None => (id.as_str(), false),
    };
    match inbox.find(id) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(email) if json => Json(email_json(&email)).into_response(),
        Some(email) => render(&EmailPage { email }),
    }
}

async fn show_html(State(inbox): State<Inbox>, Path(id): Path<String>) -> Response {
    let Some(email) = inbox.find(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, EMAIL_POLICY),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, with_links_in_new_tabs(email.html())).into_response()
}

/// A link that opens inside the frame would show a page without scripts.
fn with_links_in_new_tabs(html: &str) -> String {
    let base = "<base target=\"_blank\">";
    match html.split_once("<head>") {
        Some((before, after)) => format!("{before}<head>{base}{after}"),
        None => format!("{base}{html}"),
    }
}

fn email_json(email: &CapturedEmail) -> Value {
    json!({
        "id": email.id,
        "receivedAt": email.received_at,
        "from": email.from(),
        "to": email.to(),
        "subject": email.subject(),
        "html": email.html(),
        "text": email.text(),
        "request": email.request,
    })
}

#[cfg(test)]
mod tests;
