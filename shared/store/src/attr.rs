//! The names of the attributes in expressions and in the stream filter. The structs of the items use the
//! same names. A test in `invitation::item` checks this.

pub(crate) const PK: &str = "PK";
pub(crate) const SK: &str = "SK";
pub(crate) const GSI1: &str = "GSI1";
pub(crate) const GSI1PK: &str = "GSI1PK";
pub(crate) const GSI1SK: &str = "GSI1SK";
pub(crate) const GSI2: &str = "GSI2";
pub(crate) const GSI2PK: &str = "GSI2PK";
pub(crate) const GSI2SK: &str = "GSI2SK";
pub(crate) const GSI3: &str = "GSI3";
pub(crate) const GSI3PK: &str = "GSI3PK";
pub(crate) const GSI3SK: &str = "GSI3SK";
pub(crate) const GSI4: &str = "GSI4";
pub(crate) const GSI4PK: &str = "GSI4PK";
pub(crate) const GSI4SK: &str = "GSI4SK";
/// The number of an event, or of a clinic's newest event.
pub(crate) const EVENT_NUMBER: &str = "nu";
/// Until when a clinic's newest event is kept, in seconds.
pub(crate) const NEWEST_TTL: &str = "nt";
/// The epoch of a clinic's feed, a random number. A restore of the table ends it.
pub(crate) const FEED_EPOCH: &str = "ep";
/// The hour of a clinic's newest segment of the audit.
pub(crate) const SEALED_HOUR: &str = "sh";
/// The part of the hour that it has.
pub(crate) const SEALED_PART: &str = "sp";
/// The id of its last record, while the hour needs another part.
pub(crate) const SEALED_LAST: &str = "sl";
/// The hash of that segment.
pub(crate) const SEALED_HASH: &str = "sg";
/// The id of the last write of a single item. See `write`.
pub(crate) const WRITE_ID: &str = "wi";
/// Counts the writes of an item.
pub(crate) const VERSION: &str = "v";
/// An item's status.
pub(crate) const STATUS: &str = "st";
/// The profile, a map.
pub(crate) const PROFILE: &str = "p";
/// The level in a profile.
pub(crate) const LEVEL: &str = "lv";
/// Whether an API key works.
pub(crate) const ACTIVE: &str = "ac";
/// What an API key may do.
pub(crate) const SCOPES: &str = "sc";
/// When an API key expires, in milliseconds.
pub(crate) const KEY_EXPIRY: &str = "ex";
/// When a rotated secret of an API key ends, in milliseconds.
pub(crate) const SECRET_END: &str = "en";
/// The generation of an invitation's valid link.
pub(crate) const GENERATION: &str = "ge";
/// How far an email has come. The stream filter passes only `queued`.
pub(crate) const DELIVERY: &str = "dl";
/// The reason that SES gave.
pub(crate) const DELIVERY_DETAIL: &str = "dd";
/// The message id that SES assigned.
pub(crate) const MESSAGE_ID: &str = "mi";
/// The id of the trace of the request that queued the email.
pub(crate) const TRACE: &str = "tr";
/// Until when one mailer has leased the email, in milliseconds.
pub(crate) const SENDING_UNTIL: &str = "su";
/// How many attempts there were that may have sent the email.
pub(crate) const SEND_ATTEMPTS: &str = "sa";
/// How often the delivery of an invitation changed to another value that people see.
pub(crate) const DELIVERIES: &str = "dn";
/// The event of an item's last change that has one.
pub(crate) const LAST_EVENT: &str = "le";
/// How many active owners and admins a clinic has.
pub(crate) const MANAGERS: &str = "mg";
/// How many active owners a clinic has.
pub(crate) const OWNERS: &str = "ow";
/// A clinic's name.
pub(crate) const CLINIC_NAME: &str = "na";
/// How many days a clinic's invitations stay open.
pub(crate) const INVITATION_DAYS: &str = "dy";
/// How many minutes a session may stay unused.
pub(crate) const IDLE_MINUTES: &str = "im";
/// A clinic's time zone.
pub(crate) const TIME_ZONE: &str = "tz";
/// The address for replies to a clinic's emails.
pub(crate) const REPLY_TO: &str = "rt";
/// Until when a request with an idempotency key counts as running, in milliseconds.
pub(crate) const RUNNING_UNTIL: &str = "ru";
/// How many invitation emails were sent.
pub(crate) const SENT: &str = "se";
/// Attempts that are counted against a limit: judged wrong, or not judged yet.
pub(crate) const RESERVED: &str = "re";
/// Attempts that were judged wrong.
pub(crate) const WRONG: &str = "wr";
/// When the limit was reached, in milliseconds.
pub(crate) const LOCKED_AT: &str = "lk";
/// When the password was last sent in a session, in milliseconds.
pub(crate) const CONFIRMED_AT: &str = "cf";
/// Counts the passwords of an account. Its users have a copy.
pub(crate) const PASSWORD_EPOCH: &str = "pe";
/// Counts the deactivations of a user.
pub(crate) const ACCESS_EPOCH: &str = "ae";
/// Study management in a profile.
pub(crate) const MANAGE_STUDIES: &str = "ms";
/// Dashboard access in a profile.
pub(crate) const DASHBOARD: &str = "da";
/// When a person last signed in, in milliseconds.
pub(crate) const LAST_LOGIN: &str = "ll";
/// When the operator marked a corrupt item, in milliseconds.
pub(crate) const MARKED: &str = "mk";
/// When an API key or a session was last used, in milliseconds.
pub(crate) const LAST_USED: &str = "lu";
/// How many webhook endpoints a clinic has.
pub(crate) const WEBHOOKS: &str = "hn";
/// The days of a month on which a person signed in.
pub(crate) const SIGN_INS: &str = "si";
/// The days of a month on which a person opened a view.
pub(crate) const VIEWS: &str = "vw";
/// The id of the newest audit record of a clinic that was kept for reviews.
pub(crate) const NEWEST: &str = "nr";
/// How many of the records just before it matter to reviews.
pub(crate) const RECENT: &str = "rr";
