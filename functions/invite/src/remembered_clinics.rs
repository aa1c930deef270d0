//! What invites remember of each clinic: how long its invitations stay open, and how many invitation
//! emails it sent today.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use changes::Context;
use domain::clinic::{InvitationDays, InvitationsPerDay};
use domain::ids::ClinicId;
use domain::time::Timestamp;
use web::Problem;

/// How long a clinic is remembered. A change takes effect within this time.
const MEMORY: Duration = Duration::from_mins(1);

/// The clinics that this process remembers, and the quota of invitation emails. Clones share one memory.
///
/// With a remembered clinic, an invite of a new person reads only its caller. The conditions of the
/// transaction check everything else. The quota bounds abuse and is not exact: `mailer` counts an email when
/// it is sent, and the count can be a minute old.
#[derive(Clone, Debug, Default)]
pub struct RememberedClinics {
    quota: InvitationsPerDay,
    clinics: Arc<Mutex<HashMap<ClinicId, Remembered>>>,
}

#[derive(Clone, Copy, Debug)]
struct Remembered {
    days: InvitationDays,
    sent_today: u32,
    until: Timestamp,
}

impl RememberedClinics {
    /// Uses this quota for each clinic and day.
    pub fn new(quota: InvitationsPerDay) -> Self {
        Self { quota, ..Self::default() }
    }

    /// Requires that the clinic may send another invitation email today. Returns how long its invitations
    /// stay open.
    pub(crate) async fn require_quota(
        &self,
        context: &Context,
        clinic: ClinicId,
    ) -> Result<InvitationDays, Problem> {
        let now = context.now();
        let remembered = match self.get(clinic, now) {
            Some(remembered) => remembered,
            None => self.load(context, clinic, now).await?,
        };
        if remembered.sent_today < self.quota.get() {
            return Ok(remembered.days);
        }
        Err(quota_reached(self.quota, now.day().end().since(now)))
    }

    fn get(&self, clinic: ClinicId, now: Timestamp) -> Option<Remembered> {
        let clinics = self.clinics.lock().unwrap_or_else(PoisonError::into_inner);
        clinics.get(&clinic).copied().filter(|remembered| now < remembered.until)
    }

    async fn load(
        &self,
        context: &Context,
        id: ClinicId,
        now: Timestamp,
    ) -> Result<Remembered, Problem> {
        let found = context.store.load_clinic_and_sent_count(id, now.day()).await?;
        let (clinic, sent_today) =
            found.ok_or_else(|| Problem::internal("an API key without its clinic"))?;
        // The count of one day is not used on the next one.
        let until = now.plus(MEMORY).min(now.day().end());
        let remembered = Remembered { days: clinic.invitation_days, sent_today, until };
        let mut clinics = self.clinics.lock().unwrap_or_else(PoisonError::into_inner);
        clinics.insert(id, remembered);
        Ok(remembered)
    }
}

fn quota_reached(quota: InvitationsPerDay, wait: Duration) -> Problem {
    let detail = format!(
        "Your clinic has sent {} invitation emails today. Continue tomorrow (UTC), or ask AutoScribe for more.",
        quota.get()
    );
    Problem::too_many("invitation_quota", detail, wait).as_final()
}
