//! The service under test, and the people who use it.

mod access;
mod actor;
mod app;
mod app_attempts;
mod app_emails;
mod app_events;
mod app_faults;
mod app_reports;
mod app_sealing;
mod app_webhooks;
mod breached_list;
mod clock;
mod dpop;
mod email;
mod killed;
mod person;
mod receiver;
mod registry;
mod secrets_manager;
mod session;
mod stream;
mod verifier;

pub(crate) use access::{
    EPHEMERAL, INTROSPECT, REDEEM, RENEW, REROUTE, REVOKE, VIEWER_ONLY, ViewerLink, claims, header,
    study,
};
pub(crate) use actor::{TestClient, TestResponse};
pub(crate) use app::App;
pub(crate) use app_events::{events_of_type, read_feed, types_of};
pub(crate) use app_faults::units;
pub(crate) use app_webhooks::WEBHOOKS;
pub(crate) use dpop::{ProofKey, proof_claims, with_token};
pub(crate) use email::{link_in, text_of};
pub(crate) use killed::Kill;
pub(crate) use person::{PASSWORD, admin, dashboard_member, member, radiologist, with};
pub(crate) use receiver::{ReceivedDelivery, WebhookReceiver};
pub(crate) use secrets_manager::SecretsManager;
pub(crate) use session::{BROWSER_COOKIE, BrowserSession, browser_cookie_in, cookie_in};
