//! `npi-verifier` of the service under test, and the claims on NPIs in the table.

use domain::claim::Claim;
use domain::npi::Npi;
use domain::npi::due::NextLookup;
use domain::time::Clock as _;
use npi_verifier::{RunError, RunLimits, RunSummary, ScheduledEvent};

use store::CommitOutcome;

use super::app::App;

impl App {
    /// Runs the verifier once, as the schedule does.
    pub(crate) async fn run_verifier(&self) -> RunSummary {
        self.run_verifier_within(RunLimits::default()).await
    }

    /// Runs the verifier once. Returns its error.
    pub(crate) async fn try_run_verifier(&self) -> Result<RunSummary, RunError> {
        npi_verifier::handle(&self.running.npi_verifier, ScheduledEvent {}).await
    }

    /// Runs the verifier once with other limits.
    pub(crate) async fn run_verifier_within(&self, limits: RunLimits) -> RunSummary {
        let mut deps = self.running.npi_verifier.clone();
        deps.limits = limits;
        npi_verifier::handle(&deps, ScheduledEvent {}).await.expect("no fault")
    }

    pub(crate) async fn load_npi_claim(&self, npi: &str) -> Claim {
        let npi = Npi::parse(npi).unwrap();
        self.store().load_npi_claim(self.clinic(), npi).await.unwrap()
    }

    /// Makes an NPI due now, for a function that runs on the real clock.
    pub(crate) async fn make_due(&self, npi: &str) {
        let claim = self.load_npi_claim(npi).await;
        let due = claim.due.map(|due| NextLookup { at: self.clock.now(), ..due });
        let (claim, npi) = (claim.reschedule(due), Npi::parse(npi).unwrap());
        let written = self.store().write_npi_due_date(self.clinic(), npi, &claim).await;
        assert_eq!(written.unwrap(), CommitOutcome::Committed);
    }

    /// Counts the NPIs of all clinics that have a due date.
    pub(crate) async fn count_due_npis(&self) -> usize {
        let indexed = |item: &&store::RawItem| {
            item.get("GSI1PK").is_some_and(|v| v.as_s().is_ok_and(|v| v == "NPI#DUE"))
        };
        self.load_items().await.iter().filter(indexed).count()
    }

    /// Valid NPIs that the registry does not know.
    pub(crate) fn unknown_npis(count: usize) -> Vec<String> {
        let digits = (0..10).flat_map(|check| (0..100_u32).map(move |n| (n, check)));
        let numbers = digits.map(|(n, check)| format!("1777{n:05}{check}"));
        numbers.filter(|number| Npi::parse(number).is_ok()).take(count).collect()
    }
}
