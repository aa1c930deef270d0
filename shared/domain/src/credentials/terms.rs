//! The terms of an invitation: what the invited person gets and agrees to.
//!
//! The person accepts the terms that they were shown. So a clinic cannot change them between the look and the
//! click. A MAC hides the NPI, which is short enough to be found from a plain digest.

use super::keyring::{InvitationLinks, InvitationTerms, Keyring};
use crate::ids::InvitationId;
use crate::person::profile::Profile;

/// The invitation has other terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("other terms")]
pub struct TermsChanged;

impl Keyring<InvitationLinks> {
    /// An opaque text that changes with the level, the permissions, the role and the NPI, but with nothing else.
    pub fn terms(&self, invitation: InvitationId, profile: &Profile) -> String {
        self.digest::<InvitationTerms>(&encode(invitation, profile))
    }

    /// Requires that the person was shown these terms.
    pub fn require_terms(
        &self,
        shown: &str,
        invitation: InvitationId,
        profile: &Profile,
    ) -> Result<(), TermsChanged> {
        let terms = encode(invitation, profile);
        if self.is_digest::<InvitationTerms>(shown, &terms) { Ok(()) } else { Err(TermsChanged) }
    }
}

fn encode(invitation: InvitationId, profile: &Profile) -> Vec<u8> {
    let permissions = &profile.permissions;
    let npi = permissions.npi().map(|(npi, _)| npi.as_str().to_owned());
    let allowed = [
        permissions.manage_studies,
        permissions.can_create_reports(),
        permissions.has_dashboard_access(),
    ];
    let parts = [
        invitation.to_string(),
        permissions.level().as_str().to_owned(),
        allowed.map(|allowed| if allowed { 'y' } else { 'n' }).iter().collect(),
        profile.role.as_str().to_owned(),
        npi.unwrap_or_default(),
    ];
    parts.join("\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::keyring::TokenKey;
    use crate::person::profile::tests::profile;

    fn key(kid: u8) -> TokenKey {
        TokenKey { kid, secret: vec![kid; 32] }
    }

    #[test]
    fn terms_outlive_the_rotation_of_their_key_but_not_its_end() {
        let (id, profile) = (InvitationId::from_bytes([7; 16]), profile());
        let terms = Keyring::<InvitationLinks>::new(key(1), vec![]).terms(id, &profile);
        let rotated = Keyring::<InvitationLinks>::new(key(2), vec![key(1)]);
        assert_eq!(rotated.require_terms(&terms, id, &profile), Ok(()));
        assert_ne!(rotated.terms(id, &profile), terms);
        let ended = Keyring::<InvitationLinks>::new(key(2), vec![]);
        assert_eq!(ended.require_terms(&terms, id, &profile), Err(TermsChanged));
    }
}
