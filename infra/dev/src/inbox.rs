//! The inbox to look at, and as JSON for tests. A mail is somebody else's HTML: it is shown in a
//! frame that may run nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use emulator::{Captured, Inbox};
use serde_json::{Value, json};

use crate::pages::page;

/// The mail's own styles and inline images, its links in a tab of their own, and nothing else.
const MAIL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'self'; form-action 'none'; \
     frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
);

#[derive(Template)]
#[template(path = "inbox.html")]
struct List {
    mails: Vec<Captured>,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct One {
    mail: Captured,
}

pub(crate) fn router(inbox: Inbox) -> Router {
    Router::new()
        .route("/inbox", get(list))
        .route("/inbox.json", get(list_json))
        .route("/inbox/{id}", get(one))
        .route("/inbox/{id}/html", get(html))
        .with_state(inbox)
}

async fn list(State(inbox): State<Inbox>) -> Response {
    let mut mails = inbox.all();
    mails.reverse();
    page(&List { mails })
}

async fn list_json(State(inbox): State<Inbox>) -> Json<Value> {
    let mails = inbox.all();
    Json(mails.iter().rev().map(json_of).collect())
}

/// `/inbox/{id}` for people, `/inbox/{id}.json` for tests.
async fn one(State(inbox): State<Inbox>, Path(id): Path<String>) -> Response {
    let (id, json) = match id.strip_suffix(".json") {
        Some(id) => (id, true),
        None => (id.as_str(), false),
    };
    match inbox.get(id) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(mail) if json => Json(json_of(&mail)).into_response(),
        Some(mail) => page(&One { mail }),
    }
}

async fn html(State(inbox): State<Inbox>, Path(id): Path<String>) -> Response {
    let Some(mail) = inbox.get(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, links_in_new_tabs(mail.html())).into_response()
}

/// A link followed inside the frame would open a page that may run nothing.
fn links_in_new_tabs(html: &str) -> String {
    let base = "<base target=\"_blank\">";
    match html.split_once("<head>") {
        Some((before, after)) => format!("{before}<head>{base}{after}"),
        None => format!("{base}{html}"),
    }
}

fn json_of(mail: &Captured) -> Value {
    json!({
        "id": mail.id,
        "receivedAt": mail.received_at,
        "from": mail.from(),
        "to": mail.to(),
        "subject": mail.subject(),
        "html": mail.html(),
        "text": mail.text(),
        "request": mail.request,
    })
}

#[cfg(test)]
mod tests;
