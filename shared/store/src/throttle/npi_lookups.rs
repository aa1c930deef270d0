//! The budget of a clinic's questions to the NPI registry.

use domain::ids::{ClinicId, InvitationId};
use domain::time::Timestamp;

use super::AttemptDecision;
use super::counter::Counter;
use crate::page::readable;
use crate::{Store, StoreError, key};

impl Store {
    /// Counts an NPI lookup of a clinic. Invitations ask the registry too, and go first: they are never refused, and
    /// lookups share what they leave of the budget. They are found in the table, so that the budget costs them
    /// nothing.
    pub async fn count_npi_lookup(
        &self,
        clinic: ClinicId,
        now: Timestamp,
    ) -> Result<AttemptDecision<()>, StoreError> {
        let counter = Counter::of_npi_lookups(clinic, now);
        let budget = counter.limit.max();
        let verified = self.count_npis_of_invitations(clinic, counter.start(), budget).await?;
        let left = budget.saturating_sub(verified);
        if left == 0 {
            return Ok(AttemptDecision::Wait(counter.window.end.since(now)));
        }
        self.count(&counter, left, now).await
    }

    /// Counts the clinic's invitations with an NPI since `start`, among the newest `limit`.
    async fn count_npis_of_invitations(
        &self,
        clinic: ClinicId,
        start: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        let [from, to] = [InvitationId::floor(start), InvitationId::from_bytes([0xff; 16])];
        let bounds = (key::invitation(clinic, from).sk, key::invitation(clinic, to).sk);
        let size = i32::try_from(limit).unwrap_or(i32::MAX);
        let newest = self.query_newest(&key::clinic_partition(clinic), bounds, size).await?;
        let invitations = readable(newest.items.iter().map(|item| self.decode_invitation(item)))?;
        let with_npi =
            invitations.iter().filter(|i| i.details().profile.permissions.npi().is_some());
        Ok(u32::try_from(with_npi.count()).unwrap_or(u32::MAX))
    }
}
