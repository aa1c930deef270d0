//! Dashboard sessions.
//!
//! A session has a short-lived access token with the permissions, and a refresh token in a cookie. Each
//! refresh token works once and returns the next two tokens. If an old refresh token is used again,
//! someone else has a copy of it, so the session ends (RFC 9700 section 4.14.2).

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::credentials::token::{Keyring, LinkToken};
use crate::entropy::{Entropy, random};
use crate::ids::{ClinicId, SessionId, UserId};
use crate::person::email::Email;
use crate::time::Timestamp;
use crate::user::{User, UserStatus};

/// How long an access token is valid. The permissions in it are never older than this.
pub const ACCESS_TOKEN_LIFE: Duration = Duration::from_mins(15);
/// How long an unused session stays open.
pub const IDLE_LIMIT: Duration = Duration::from_hours(12);
/// How long a session stays open at most, even in constant use.
pub const SESSION_LIFE: Duration = Duration::from_hours(7 * 24);

/// A session as it is stored, with only the digest of its refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The clinic that the person signed in to.
    pub clinic: ClinicId,
    /// The person.
    pub user: UserId,
    /// The address of the person's account.
    pub email: Email,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When a token was last issued.
    pub refreshed_at: Timestamp,
    /// The account's epoch at sign-in. A new password raises it, which ends older sessions.
    pub account_epoch: u32,
    /// The user's epoch at sign-in. A deactivation raises it, which ends older sessions.
    pub access_epoch: u32,
    /// The SHA-256 of the newest refresh token, in hex. Only this token works.
    pub token_digest: String,
}

impl Session {
    /// Opens a session for `user` and returns it with its first refresh token.
    pub fn open(
        user: &User,
        account_epoch: u32,
        keyring: &Keyring,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Self, LinkToken) {
        let id = SessionId::new(now, entropy);
        let token = new_refresh_token(id, keyring, entropy);
        let session = Self {
            id,
            clinic: user.clinic,
            user: user.id,
            email: user.email.clone(),
            created_at: now,
            refreshed_at: now,
            account_epoch,
            access_epoch: user.access_epoch,
            token_digest: digest(token.reveal()),
        };
        (session, token)
    }

    /// When the session ends if it is not used before then.
    pub fn ends_at(&self) -> Timestamp {
        let idle = self.refreshed_at.plus(IDLE_LIMIT);
        idle.min(self.created_at.plus(SESSION_LIFE))
    }

    /// Whether this is the newest refresh token. Any other genuine token is an old one.
    pub fn is_newest(&self, token: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        digest(token).as_bytes().ct_eq(self.token_digest.as_bytes()).into()
    }

    /// Issues the next refresh token. Returns `None` if the session has ended.
    #[must_use]
    pub fn refresh(
        &self,
        keyring: &Keyring,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Option<(Self, LinkToken)> {
        if self.ends_at() <= now {
            return None;
        }
        let token = new_refresh_token(self.id, keyring, entropy);
        let next = Self { refreshed_at: now, token_digest: digest(token.reveal()), ..self.clone() };
        Some((next, token))
    }

    /// Whether the person may still use the session. A deactivation, a loss of dashboard access or a
    /// new password since sign-in closes it.
    pub fn is_open_to(&self, user: &User, account_epoch: u32) -> bool {
        user.status == UserStatus::Active
            && user.access_epoch == self.access_epoch
            && account_epoch == self.account_epoch
            && user.profile.permissions.has_dashboard_access()
    }
}

fn new_refresh_token(id: SessionId, keyring: &Keyring, entropy: &dyn Entropy) -> LinkToken {
    keyring.refresh_token(id, &random(entropy))
}

fn digest(token: &str) -> String {
    use std::fmt::Write as _;
    let hex = Sha256::digest(token.as_bytes());
    hex.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::token::RootKey;
    use crate::ids::tests::FixedEntropy;
    use crate::person::permissions::AccessLevel;
    use crate::user::tests::user;
    use proptest::prelude::*;

    fn keyring() -> Keyring {
        let key = RootKey { kid: 1, secret: vec![1; 32] };
        Keyring::new(key, vec![])
    }

    fn at(minutes: u64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_mins(minutes))
    }

    proptest! {
        #[test]
        fn only_the_newest_refresh_token_works(pauses in proptest::collection::vec(1_u64..700, 1..30)) {
            let (keyring, mut now) = (keyring(), 0);
            let (mut session, mut token) = Session::open(&user(AccessLevel::Admin), 0, &keyring, at(now), &FixedEntropy(0));
            for (fill, pause) in (1..).zip(pauses) {
                now += pause;
                let Some((next, fresh)) = session.refresh(&keyring, at(now), &FixedEntropy(fill)) else {
                    prop_assert!(session.ends_at() <= at(now));
                    break;
                };
                prop_assert!(next.is_newest(fresh.reveal()));
                prop_assert!(!next.is_newest(token.reveal()));
                prop_assert!(next.ends_at() <= at(0).plus(SESSION_LIFE));
                prop_assert_eq!(keyring.read_refresh_token(token.reveal()), Ok(session.id), "an old token is still recognized");
                (session, token) = (next, fresh);
            }
        }
    }

    #[test]
    fn an_unused_session_ends() {
        let (session, _) =
            Session::open(&user(AccessLevel::Admin), 0, &keyring(), at(0), &FixedEntropy(0));
        assert_eq!(session.ends_at(), at(0).plus(IDLE_LIMIT));
        assert!(session.refresh(&keyring(), at(12 * 60), &FixedEntropy(1)).is_none());
    }

    #[test]
    fn a_new_password_a_deactivation_or_a_loss_of_dashboard_access_closes_a_session() {
        let admin = user(AccessLevel::Admin);
        let (session, _) = Session::open(&admin, 3, &keyring(), at(0), &FixedEntropy(0));
        assert!(session.is_open_to(&admin, 3));
        assert!(!session.is_open_to(&admin, 4), "a new password");
        let closed = admin.clone().deactivate().unwrap().next;
        assert!(!session.is_open_to(&closed, 3));
        let again = closed.reactivate().unwrap().next;
        assert!(!session.is_open_to(&again, 3), "a reactivation opens no old session");
        assert!(!session.is_open_to(&user(AccessLevel::Member { dashboard: false }), 3));
    }
}
