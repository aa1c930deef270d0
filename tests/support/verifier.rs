//! `npi-verifier` of the service under test, and what the table says of an NPI.

use domain::claim::Claim;
use domain::npi::Npi;
use domain::npi::due::NextLookup;
use domain::time::Clock as _;
use npi_verifier::{Bounds, Run, RunError, Tick};

use store::CommitOutcome;

use super::app::App;

impl App {
    /// One run, as the schedule calls it.
    pub(crate) async fn verify(&self) -> Run {
        self.verify_within(Bounds::default()).await
    }

    /// One run that may fail.
    pub(crate) async fn try_verify(&self) -> Result<Run, RunError> {
        npi_verifier::handle(&self.running.npi_verifier, Tick {}).await
    }

    /// One run with other bounds.
    pub(crate) async fn verify_within(&self, bounds: Bounds) -> Run {
        let mut deps = self.running.npi_verifier.clone();
        deps.bounds = bounds;
        npi_verifier::handle(&deps, Tick {}).await.expect("no fault")
    }

    pub(crate) async fn npi_claim(&self, npi: &str) -> Claim {
        let npi = Npi::parse(npi).unwrap();
        self.store().load_npi_claim(self.clinic(), npi).await.unwrap()
    }

    /// Makes an NPI due, for a function whose clock no test moves.
    pub(crate) async fn make_due(&self, npi: &str) {
        let claim = self.npi_claim(npi).await;
        let due = claim.due.map(|due| NextLookup { at: self.clock.now(), ..due });
        let (claim, npi) = (claim.reschedule(due), Npi::parse(npi).unwrap());
        let written = self.store().write_npi_due_date(self.clinic(), npi, &claim).await;
        assert_eq!(written.unwrap(), CommitOutcome::Committed);
    }

    /// Items in the index of what is due, of all clinics.
    pub(crate) async fn index_entries(&self) -> usize {
        let indexed = |item: &&store::RawItem| {
            item.get("GSI1PK").is_some_and(|v| v.as_s().is_ok_and(|v| v == "NPI#DUE"))
        };
        self.items().await.iter().filter(indexed).count()
    }

    /// Valid NPIs that the registry does not know.
    pub(crate) fn unknown_npis(count: usize) -> Vec<String> {
        let digits = (0..10).flat_map(|check| (0..100_u32).map(move |n| (n, check)));
        let numbers = digits.map(|(n, check)| format!("1777{n:05}{check}"));
        numbers.filter(|number| Npi::parse(number).is_ok()).take(count).collect()
    }
}
