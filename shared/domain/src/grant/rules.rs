//! Who may issue access and who may use it. Callers check these rules when an access is issued, when its
//! link is opened, and at each renewal. Each time they read the table again.

use super::state::GrantDetails;
use crate::actor::Issuer;
use crate::audit::AccessRefusal;
use crate::credentials::api_key::{ApiKey, Scope};
use crate::field::Refusal;
use crate::person::permissions::Permissions;
use crate::study::ViewMode;
use crate::time::Timestamp;
use crate::user::{User, UserStatus};

/// The most live grants of one user. Requests that run at once do not count each other's.
pub const MAX_OPEN_GRANTS: usize = 300;

/// Why a user may not view a study now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerNotAllowed {
    /// The user is deactivated.
    Deactivated,
    /// The user was released.
    Released,
    /// The user may not create reports, or their NPI is not verified.
    CannotCreateReports,
}

impl ViewerNotAllowed {
    /// The refusal, with its code and detail.
    pub const fn refusal(self) -> Refusal {
        match self {
            Self::Deactivated => Refusal::new(
                "user_deactivated",
                "This user is deactivated. Reactivate the user and try again.",
            ),
            Self::Released => Refusal::new(
                "user_released",
                "This user was released. Invite the person again and send the new userId.",
            ),
            Self::CannotCreateReports => Refusal::new(
                "cannot_create_reports",
                "This user cannot create reports. Set canCreateReports and have the NPI verified.",
            ),
        }
    }
}

/// Checks that a user may use a view of this mode now.
pub fn check_viewer(user: &User, mode: ViewMode) -> Result<(), ViewerNotAllowed> {
    match mode {
        _ if user.status == UserStatus::Deactivated => Err(ViewerNotAllowed::Deactivated),
        _ if user.status == UserStatus::Released => Err(ViewerNotAllowed::Released),
        ViewMode::Dictation if !user.profile.permissions.may_report_now() => {
            Err(ViewerNotAllowed::CannotCreateReports)
        }
        ViewMode::Dictation | ViewMode::ViewerOnly => Ok(()),
    }
}

/// The issuer of an access, as the table has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CurrentIssuer {
    /// A PACS or script.
    ApiKey(ApiKey),
    /// A person at the dashboard.
    User(Box<User>),
}

impl CurrentIssuer {
    /// Whether the issuer may issue access of this mode at `now`. If not, the access that they issued ends
    /// too.
    pub fn may_issue(&self, mode: ViewMode, now: Timestamp) -> bool {
        match self {
            Self::ApiKey(key) => {
                let dictates = mode != ViewMode::Dictation || key.may(Scope::AccessDictate, now);
                key.may(Scope::AccessIssue, now) && dictates
            }
            Self::User(user) => {
                user.status == UserStatus::Active && may_issue(&user.profile.permissions)
            }
        }
    }

    fn issuer(&self) -> Issuer {
        match self {
            Self::ApiKey(key) => Issuer::ApiKey(key.id),
            Self::User(user) => Issuer::User(user.id),
        }
    }
}

/// Whether these permissions let an active person issue access at the dashboard.
pub(crate) fn may_issue(permissions: &Permissions) -> bool {
    let may = permissions.manages_clinic() || permissions.manage_studies;
    permissions.has_dashboard_access() && may
}

/// Checks that the user and the issuer of a grant still allow its use. `None` means that the item does
/// not exist. [`super::Grant`] checks expiry and revocation.
pub fn check_parties(
    details: &GrantDetails,
    user: Option<&User>,
    issuer: Option<&CurrentIssuer>,
    now: Timestamp,
) -> Result<(), AccessRefusal> {
    let mode = details.view.mode();
    let right_issuer =
        issuer.is_some_and(|by| by.issuer() == details.issuer && by.may_issue(mode, now));
    let still_may =
        |user: &User| user.access_epoch == details.access_epoch && check_viewer(user, mode).is_ok();
    let right_user = (details.view.user())
        .is_none_or(|id| user.is_some_and(|user| user.id == id && still_may(user)));
    match (right_issuer, right_user) {
        (_, false) => Err(AccessRefusal::User),
        (false, true) => Err(AccessRefusal::Issuer),
        (true, true) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::api_key;
    use crate::embed::EmbedOrigins;
    use crate::grant::{LinkSeconds, NewGrant, View, ViewSeconds};
    use crate::ids::{AccessId, StudyId, UserId};
    use crate::npi::NpiStatus;
    use crate::person::permissions::tests::any_request;
    use crate::person::permissions::{AccessLevel, Permissions};
    use crate::study::StudyRef;
    use crate::user::tests::user;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_deactivated_user_views_nothing_and_only_a_user_who_may_report_dictates(requested in any_request(), active in any::<bool>()) {
            let Ok(permissions) = Permissions::grant(requested) else { return Ok(()) };
            let mut user = user(permissions.access_level);
            user.profile.permissions = permissions;
            if !active {
                user.status = UserStatus::Deactivated;
            }
            let verified = requested.npi.is_some_and(|(_, v)| matches!(v, NpiStatus::Verified(_)));
            prop_assert_eq!(check_viewer(&user, ViewMode::ViewerOnly).is_ok(), active);
            prop_assert_eq!(check_viewer(&user, ViewMode::Dictation).is_ok(), active && requested.create_reports && verified);
            prop_assert_eq!(check_viewer(&user, ViewMode::Dictation).is_ok(), user.is_assignable());
            let may_issue = active && requested.dashboard && (permissions.manages_clinic() || requested.manage_studies);
            prop_assert_eq!(CurrentIssuer::User(user.into()).may_issue(ViewMode::ViewerOnly, Timestamp::EPOCH), may_issue);
        }
    }

    fn key() -> ApiKey {
        api_key::tests::key(&[Scope::AccessIssue, Scope::AccessDictate])
    }

    #[test]
    fn a_key_issues_access_only_with_the_scope_and_while_it_works() {
        let may = |key: &ApiKey| {
            [ViewMode::ViewerOnly, ViewMode::Dictation]
                .map(|mode| CurrentIssuer::ApiKey(key.clone()).may_issue(mode, Timestamp::EPOCH))
        };
        let with = |scopes: &[Scope]| api_key::tests::key(scopes);
        let (mut revoked, mut expired) = (key(), key());
        revoked.active = false;
        expired.expires_at = Some(Timestamp::EPOCH);
        assert_eq!(may(&key()), [true, true]);
        assert_eq!(may(&with(&[Scope::AccessIssue])), [true, false]);
        assert_eq!(may(&with(&[Scope::AccessDictate])), [false, false]);
        assert_eq!(may(&with(&[Scope::UsersRead])), [false, false]);
        assert_eq!(may(&revoked), [false, false]);
        assert_eq!(may(&expired), [false, false]);
    }

    #[test]
    fn a_grant_needs_its_own_user_and_an_issuer_who_may_issue() {
        let user = user(AccessLevel::Member { dashboard: false });
        let details = NewGrant {
            id: AccessId::from_bytes([3; 16]),
            clinic: user.clinic,
            view: View::Dictation {
                user: user.id,
                study: StudyRef::Id(StudyId::from_bytes([4; 16])),
            },
            issuer: Issuer::ApiKey(key().id),
            access_epoch: user.access_epoch,
            embed_origins: EmbedOrigins::default(),
            link: LinkSeconds::default(),
            view_seconds: ViewSeconds::default(),
        }
        .issue(Timestamp::EPOCH)
        .details;
        let pacs = CurrentIssuer::ApiKey(key());
        let check_parties =
            |details: &GrantDetails, user: Option<&User>, issuer: Option<&CurrentIssuer>| {
                super::check_parties(details, user, issuer, Timestamp::EPOCH)
            };
        assert_eq!(check_parties(&details, Some(&user), Some(&pacs)), Ok(()));
        let gone = user.clone().deactivate().unwrap().next;
        let back = gone.clone().reactivate().unwrap().next;
        let mut other = user.clone();
        other.id = UserId::from_bytes([9; 16]);
        for wrong in [None, Some(&gone), Some(&back), Some(&other)] {
            let refused = check_parties(&details, wrong, Some(&pacs));
            assert_eq!(refused, Err(AccessRefusal::User));
        }
        let mut revoked = key();
        revoked.active = false;
        let another_issuer = CurrentIssuer::User(user.clone().into());
        for wrong in [None, Some(&CurrentIssuer::ApiKey(revoked)), Some(&another_issuer)] {
            let refused = check_parties(&details, Some(&user), wrong);
            assert_eq!(refused, Err(AccessRefusal::Issuer));
        }
        let read = GrantDetails {
            view: View::ViewerOnly {
                user: None,
                study: StudyRef::Id(StudyId::from_bytes([4; 16])),
            },
            ..details
        };
        assert_eq!(check_parties(&read, None, Some(&pacs)), Ok(()));
    }
}
