//! Attempts with a password, counted without the work of judging them.

use domain::network::Network;
use domain::person::email::Email;
use domain::time::Clock as _;
use store::{AttemptDecision, AttemptReservation, AttemptSource, GuessedAddress};

use super::app::App;

impl App {
    /// Reserves an attempt for an address from a network.
    pub(crate) async fn reserve_attempt(
        &self,
        email: &str,
        network: &str,
    ) -> AttemptDecision<AttemptReservation> {
        let email = Email::parse(email).unwrap();
        let account = self.store().load_account(&email).await.unwrap();
        let address = GuessedAddress::new(&email, account.as_ref());
        let source = AttemptSource::Network(Network::of(network));
        self.store().reserve_attempt(address, source, self.clock.now()).await.unwrap()
    }

    /// Counts a wrong password for an address. Returns false if a limit is reached.
    pub(crate) async fn count_wrong_guess(&self, email: &str, network: &str) -> bool {
        match self.reserve_attempt(email, network).await {
            AttemptDecision::Allow(attempt) => {
                let _reached = self.store().count_wrong(attempt).await;
                true
            }
            AttemptDecision::Wait(_) => false,
        }
    }

    /// Counts wrong passwords from a network, each for another address.
    pub(crate) async fn count_wrong_guesses(&self, count: usize, network: &str) {
        for n in 0..count {
            assert!(self.count_wrong_guess(&format!("n{n}@elsewhere.example"), network).await);
        }
    }

    /// Counts requests from a network for a password email.
    pub(crate) async fn count_reset_requests(&self, count: usize, network: &str) {
        for _ in 0..count {
            let counted = self.store().count_reset_from(Network::of(network), self.clock.now());
            assert!(matches!(counted.await.unwrap(), AttemptDecision::Allow(())));
        }
    }

    /// How many attempts all counters hold: in flight or wrong, and wrong.
    pub(crate) async fn sum_attempts(&self) -> (i64, i64) {
        let items = self.load_items().await;
        let sum = |name: &str| {
            let number = |item: &store::RawItem| item.get(name)?.as_n().ok()?.parse::<i64>().ok();
            items.iter().filter_map(number).sum()
        };
        (sum("re"), sum("wr"))
    }
}
