//! Who may issue an access and who may use one. Asked when it is issued, when its link is
//! opened, and at each renewal, of what the table says then.

use super::Mode;
use crate::api_key::{ApiKey, Scope};
use crate::field::Refused;
use crate::user::{User, UserStatus};

/// Grants of one user that may be alive at once.
pub const MAX_OPEN: usize = 100;

/// Why a user may not view now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAllowed {
    /// Their access to the clinic has ended.
    Deactivated,
    /// Reporting was not granted, or their NPI is not verified.
    CannotCreateReports,
}

impl NotAllowed {
    /// Code and sentence.
    pub const fn refused(self) -> Refused {
        match self {
            Self::Deactivated => Refused::new(
                "user_deactivated",
                "the user is deactivated; reactivate first",
            ),
            Self::CannotCreateReports => Refused::new(
                "cannot_create_reports",
                "the user may not create reports: canCreateReports and a verified NPI are needed",
            ),
        }
    }
}

/// Whether this person may use a view of this mode as they stand now.
pub fn may_use(user: &User, mode: Mode) -> Result<(), NotAllowed> {
    match mode {
        _ if user.status != UserStatus::Active => Err(NotAllowed::Deactivated),
        Mode::Dictation if !user.profile.permissions.may_report_now() => {
            Err(NotAllowed::CannotCreateReports)
        }
        Mode::Dictation | Mode::ViewerOnly => Ok(()),
    }
}

/// Whether this API key may issue, and so whether what it issued may live on.
pub fn key_may_issue(key: &ApiKey) -> bool {
    key.active && key.scopes.contains(&Scope::AccessIssue)
}

/// Whether this person may issue at the dashboard, and so whether what they issued may live on.
pub fn user_may_issue(user: &User) -> bool {
    let permissions = &user.profile.permissions;
    let may = permissions.manages_clinic() || permissions.manage_studies;
    user.status == UserStatus::Active && permissions.dashboard() && may
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ApiKeyId, ClinicId};
    use crate::npi::Verification;
    use crate::permissions::Permissions;
    use crate::permissions::tests::any_wanted;
    use crate::time::Timestamp;
    use crate::user::tests::user;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_deactivated_view_nothing_and_who_may_not_report_only_reads(wanted in any_wanted(), active in any::<bool>()) {
            let Ok(permissions) = Permissions::grant(wanted) else { return Ok(()) };
            let mut user = user(permissions.standing);
            user.profile.permissions = permissions;
            if !active {
                user.status = UserStatus::Deactivated;
            }
            let verified = wanted.npi.is_some_and(|(_, v)| v == Verification::Verified);
            prop_assert_eq!(may_use(&user, Mode::ViewerOnly).is_ok(), active);
            prop_assert_eq!(may_use(&user, Mode::Dictation).is_ok(), active && wanted.create_reports && verified);
            prop_assert_eq!(may_use(&user, Mode::Dictation).is_ok(), user.assignable());
            let may_issue = active && wanted.dashboard && (permissions.manages_clinic() || wanted.manage_studies);
            prop_assert_eq!(user_may_issue(&user), may_issue);
        }
    }

    #[test]
    fn a_key_issues_with_its_scope_until_it_is_revoked() {
        let key = ApiKey {
            id: ApiKeyId::from_bytes([1; 16]),
            clinic: ClinicId::from_bytes([2; 16]),
            description: "PACS".to_owned(),
            scopes: vec![Scope::AccessIssue],
            active: true,
            created_at: Timestamp::EPOCH,
        };
        assert!(key_may_issue(&key));
        let (mut revoked, mut narrow) = (key.clone(), key);
        revoked.active = false;
        narrow.scopes = vec![Scope::UsersRead];
        assert!(!key_may_issue(&revoked) && !key_may_issue(&narrow));
    }
}
