//! The service under test, and the people who use it.

mod access;
mod actor;
mod app;
mod app_faults;
mod app_mails;
mod breached_list;
mod clock;
mod dpop;
mod mail;
mod person;
mod registry;
mod session;
mod stream;
mod verifier;

pub(crate) use access::{
    END, EPHEMERAL, INTROSPECT, Link, REDEEM, RENEW, REROUTE, VIEWER_ONLY, claims, header, study,
};
pub(crate) use actor::{Actor, Answer};
pub(crate) use app::App;
pub(crate) use app_faults::units;
pub(crate) use dpop::{ProofKey, proof_claims, with_token};
pub(crate) use mail::{link_in, text_of};
pub(crate) use person::{PASSWORD, admin, dashboard_member, member, radiologist, with};
pub(crate) use session::{Session, cookie_in, refresh_as};
