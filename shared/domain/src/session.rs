//! A person's session at the dashboard.
//!
//! The browser holds one opaque cookie. It names the session and carries a secret. The table holds
//! only the digest of the secret (NIST SP 800-63B-4 section 5.1).

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::entropy::{Entropy, random};
use crate::field::Refusal;
use crate::ids::{ClinicId, SessionId, UserId};
use crate::time::Timestamp;
use crate::user::{User, UserStatus};

/// How long a session lasts after sign-in, however much it is used.
pub const SESSION_LIFE: Duration = Duration::from_hours(12);
/// The shortest time between two writes of the last use.
pub const USE_UPDATE_INTERVAL: Duration = Duration::from_mins(1);
/// How long a session may do what needs the password, after the password was sent.
pub const CONFIRMATION_LIFE: Duration = Duration::from_mins(10);

/// How many minutes a session may stay unused: 5 to 60, with a default of 30.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdleMinutes(u8);

impl IdleMinutes {
    /// Reads a number of minutes.
    pub fn new(minutes: u8) -> Result<Self, Refusal> {
        const RANGE: Refusal =
            Refusal::new("session_idle_minutes_range", "Send a whole number from 5 to 60.");
        if (5..=60).contains(&minutes) { Ok(Self(minutes)) } else { Err(RANGE) }
    }

    /// The number of minutes.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Converts to a duration.
    pub fn duration(self) -> Duration {
        Duration::from_mins(u64::from(self.0))
    }
}

impl Default for IdleMinutes {
    fn default() -> Self {
        Self(30)
    }
}

/// Names a session by the ids that its key in the table is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionRef {
    /// The clinic that the person works in.
    pub clinic: ClinicId,
    /// The person.
    pub user: UserId,
    /// The session.
    pub id: SessionId,
}

/// The value of a session cookie: the ids of a session and its secret. Its holder is signed in, so it
/// has no Display and a redacting Debug.
#[derive(Clone)]
pub struct SessionToken {
    session: SessionRef,
    secret: [u8; SECRET],
}

/// Bytes of an id.
const ID: usize = 16;
/// Bytes of the secret.
const SECRET: usize = 32;

/// The text is not the value of a session cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a session cookie")]
pub struct SessionTokenInvalid;

impl SessionToken {
    /// Reads the value of a cookie. The session may not exist.
    pub fn parse(text: &str) -> Result<Self, SessionTokenInvalid> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SessionTokenInvalid)?;
        let bytes: [u8; 3 * ID + SECRET] = bytes.try_into().map_err(|_| SessionTokenInvalid)?;
        let (clinic, rest) = bytes.split_first_chunk::<ID>().ok_or(SessionTokenInvalid)?;
        let (user, rest) = rest.split_first_chunk::<ID>().ok_or(SessionTokenInvalid)?;
        let (id, secret) = rest.split_first_chunk::<ID>().ok_or(SessionTokenInvalid)?;
        Ok(Self {
            session: SessionRef {
                clinic: ClinicId::from_bytes(*clinic),
                user: UserId::from_bytes(*user),
                id: SessionId::from_bytes(*id),
            },
            secret: secret.try_into().map_err(|_| SessionTokenInvalid)?,
        })
    }

    /// The session that it names.
    pub fn session(&self) -> SessionRef {
        self.session
    }

    /// The value of the cookie in plain text.
    pub fn reveal(&self) -> String {
        let SessionRef { clinic, user, id } = &self.session;
        let bytes = [&clinic.bytes()[..], user.bytes(), id.bytes(), &self.secret].concat();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// SHA-256 of the secret, in base64url.
    fn digest(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.secret))
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(redacted)")
    }
}

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which session it is.
    pub names: SessionRef,
    /// SHA-256 of the cookie's secret, in base64url.
    pub secret_digest: String,
    /// When the person signed in. A change of clinic keeps it.
    pub signed_in_at: Timestamp,
    /// When the session was last used, at most a minute ago.
    pub last_used_at: Timestamp,
    /// How long it may stay unused. Copied from the clinic at sign-in.
    pub idle_limit: IdleMinutes,
    /// The password epoch at sign-in. A new password ends every session of an earlier epoch.
    pub password_epoch: u32,
    /// The user's access epoch at sign-in. A deactivation ends every session of an earlier epoch.
    pub access_epoch: u32,
    /// When the password was last sent to confirm something.
    pub confirmed_at: Option<Timestamp>,
    /// The network address of the sign-in.
    pub ip: Option<String>,
}

impl Session {
    /// Starts a session of `user`, whose password was just judged or set. Returns its cookie.
    pub fn start(
        user: &User,
        idle_limit: IdleMinutes,
        ip: Option<String>,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Self, SessionToken) {
        let names =
            SessionRef { clinic: user.clinic, user: user.id, id: SessionId::new(now, entropy) };
        let token = SessionToken { session: names, secret: random(entropy) };
        let session = Self {
            names,
            secret_digest: token.digest(),
            signed_in_at: now,
            last_used_at: now,
            idle_limit,
            password_epoch: user.password_epoch,
            access_epoch: user.access_epoch,
            confirmed_at: None,
            ip,
        };
        (session, token)
    }

    /// Starts the session that replaces this one in another clinic of the same person. It ends when this
    /// one would have, and with the same next password.
    pub fn continue_as(
        &self,
        user: &User,
        idle_limit: IdleMinutes,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Self, SessionToken) {
        let (next, token) = Self::start(user, idle_limit, self.ip.clone(), now, entropy);
        let (signed_in_at, password_epoch) = (self.signed_in_at, self.password_epoch);
        (Self { signed_in_at, password_epoch, ..next }, token)
    }

    /// The moment it ends, if it is not used before.
    pub fn ends_at(&self) -> Timestamp {
        self.last_used_at.plus(self.idle_limit.duration()).min(self.expires_at())
    }

    /// The moment it ends, however much it is used.
    pub fn expires_at(&self) -> Timestamp {
        self.signed_in_at.plus(SESSION_LIFE)
    }

    /// Whether the holder of `token` is signed in as `user` at `now`.
    pub fn admits(&self, token: &SessionToken, user: &User, now: Timestamp) -> bool {
        let secret = token.digest().as_bytes().ct_eq(self.secret_digest.as_bytes());
        bool::from(secret) && token.session == self.names && self.is_open(user, now)
    }

    /// Whether the session of `user` still works: it has not ended, the password and the access are the
    /// same as at sign-in, and the person has dashboard access.
    pub fn is_open(&self, user: &User, now: Timestamp) -> bool {
        now < self.ends_at()
            && user.status == UserStatus::Active
            && user.access_epoch == self.access_epoch
            && user.password_epoch == self.password_epoch
            && user.profile.permissions.has_dashboard_access()
    }

    /// Whether the last use has to be written again.
    pub fn needs_use_update(&self, now: Timestamp) -> bool {
        now.since(self.last_used_at) >= USE_UPDATE_INTERVAL
    }

    /// Whether the password was sent a short time ago.
    pub fn is_confirmed(&self, now: Timestamp) -> bool {
        self.confirmed_at.is_some_and(|at| now.since(at) < CONFIRMATION_LIFE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::tests::FixedEntropy;
    use crate::person::permissions::AccessLevel;
    use crate::user::tests::user;
    use proptest::prelude::*;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_mins(minutes))
    }

    fn start(user: &User) -> (Session, SessionToken) {
        Session::start(user, IdleMinutes::default(), None, at(0), &FixedEntropy(7))
    }

    proptest! {
        #[test]
        fn a_cookie_is_read_as_it_was_written(bytes in proptest::array::uniform32(any::<u8>()), id in any::<[u8; 16]>()) {
            let session = SessionRef {
                clinic: ClinicId::from_bytes(id), user: UserId::from_bytes(id), id: SessionId::from_bytes(id)
            };
            let token = SessionToken { session, secret: bytes };
            let read = SessionToken::parse(&token.reveal()).unwrap();
            prop_assert_eq!((read.session, read.secret), (session, bytes));
        }

        #[test]
        fn no_text_makes_reading_a_cookie_panic(text in ".{0,140}") {
            let _ = SessionToken::parse(&text);
        }

        #[test]
        fn a_session_never_outlasts_its_limits(pauses in proptest::collection::vec(1_u64..70, 1..60)) {
            let admin = user(AccessLevel::Admin);
            let (mut session, token) = start(&admin);
            let mut now = 0;
            for pause in pauses {
                now += pause;
                let open = session.admits(&token, &admin, at(now));
                prop_assert_eq!(open, pause < 30 && now < 12 * 60);
                if !open {
                    break;
                }
                session.last_used_at = at(now);
            }
        }
    }

    #[test]
    fn only_the_cookie_of_the_session_is_admitted() {
        let admin = user(AccessLevel::Admin);
        let (session, token) = start(&admin);
        assert!(session.admits(&token, &admin, at(1)));
        let guessed = SessionToken { secret: [0; SECRET], ..token.clone() };
        assert!(!session.admits(&guessed, &admin, at(1)));
        let (other, _) =
            Session::start(&admin, IdleMinutes::default(), None, at(1), &FixedEntropy(8));
        assert!(!other.admits(&token, &admin, at(1)));
    }

    #[test]
    fn a_new_password_a_deactivation_and_the_loss_of_the_dashboard_end_a_session() {
        let admin = user(AccessLevel::Admin);
        let (session, _) = start(&admin);
        assert!(session.is_open(&admin, at(1)));
        let reset = User { password_epoch: admin.password_epoch + 1, ..admin.clone() };
        assert!(!session.is_open(&reset, at(1)));
        let deactivated = admin.clone().deactivate().unwrap().next;
        assert!(!session.is_open(&deactivated, at(1)));
        let reactivated = deactivated.reactivate().unwrap().next;
        assert!(!session.is_open(&reactivated, at(1)), "a reactivation opens no earlier session");
        assert!(!session.is_open(&user(AccessLevel::Member { dashboard: false }), at(1)));
    }

    #[test]
    fn another_clinic_gets_a_new_cookie_and_the_same_end() {
        let (session, token) = start(&user(AccessLevel::Admin));
        let there = User { clinic: ClinicId::from_bytes([9; 16]), ..user(AccessLevel::Admin) };
        let idle = IdleMinutes::new(5).unwrap();
        let (next, cookie) = session.continue_as(&there, idle, at(100), &FixedEntropy(8));
        assert_eq!(next.expires_at(), session.expires_at());
        assert_eq!(next.ends_at(), at(105));
        assert!(next.admits(&cookie, &there, at(101)) && !next.admits(&token, &there, at(101)));
        assert!(!next.is_confirmed(at(101)));
    }

    #[test]
    fn a_password_counts_as_confirmed_for_ten_minutes() {
        let (session, _) = start(&user(AccessLevel::Admin));
        assert!(!session.is_confirmed(at(0)), "signing in confirms nothing");
        let session = Session { confirmed_at: Some(at(1)), ..session };
        assert!(session.is_confirmed(at(10)) && !session.is_confirmed(at(11)));
    }

    #[test]
    fn an_idle_limit_is_5_to_60_minutes() {
        assert_eq!(IdleMinutes::default().duration(), Duration::from_mins(30));
        for (minutes, valid) in [(4, false), (5, true), (60, true), (61, false)] {
            assert_eq!(IdleMinutes::new(minutes).is_ok(), valid, "{minutes}");
        }
    }
}
