//! The names of attributes that expressions and the stream filter speak of. The structs of the
//! items carry the same names, which `invitation::item` tests.

pub(crate) const PK: &str = "PK";
pub(crate) const SK: &str = "SK";
pub(crate) const GSI1: &str = "GSI1";
pub(crate) const GSI1PK: &str = "GSI1PK";
pub(crate) const GSI1SK: &str = "GSI1SK";
/// Counts the writes of an item.
pub(crate) const VERSION: &str = "v";
/// An item's status.
pub(crate) const STATUS: &str = "st";
/// A profile, as a map.
pub(crate) const PROFILE: &str = "p";
/// The level within a profile.
pub(crate) const LEVEL: &str = "lv";
/// Whether an API key works.
pub(crate) const ACTIVE: &str = "ac";
/// Which link of an invitation is valid.
pub(crate) const GENERATION: &str = "ge";
/// How far a mail has come; `queued` is what the stream filter lets through.
pub(crate) const DELIVERY: &str = "dl";
/// The mail system's reason.
pub(crate) const DELIVERY_DETAIL: &str = "dd";
/// The mail system's message id.
pub(crate) const MESSAGE_ID: &str = "mi";
/// Until when one mailer has the mail to itself, in milliseconds.
pub(crate) const SENDING_UNTIL: &str = "su";
/// Active owners and admins of a clinic.
pub(crate) const MANAGERS: &str = "mg";
/// Until when a request with an idempotency key counts as running, in milliseconds.
pub(crate) const RUNNING_UNTIL: &str = "ru";
/// Guesses of a password within the window.
pub(crate) const GUESSES: &str = "gu";
/// Until when guesses count, in milliseconds.
pub(crate) const WINDOW_END: &str = "we";
/// Digest of the one refresh token that is good.
pub(crate) const TOKEN_DIGEST: &str = "rd";
/// When a session's token was last replaced, in milliseconds.
pub(crate) const REFRESHED_AT: &str = "ra";
/// Counts the passwords set by mail.
pub(crate) const EPOCH: &str = "ep";
/// Counts the deactivations of a user.
pub(crate) const ACCESS_EPOCH: &str = "ae";
/// Dashboard access within a profile.
pub(crate) const DASHBOARD: &str = "da";
/// When a person last signed in, in milliseconds.
pub(crate) const LAST_LOGIN: &str = "ll";
/// When an API key was last used, in milliseconds.
pub(crate) const LAST_USED: &str = "lu";
