//! Invites by a process that has started long ago.

use crate::functions::Bench;
use crate::runtime_api::Function;
use crate::{Error, events, process};
use bench::{median, millis};

pub(crate) const ROUNDS: usize = 5;
pub(crate) const INVITES: u32 = 1000;

/// What a warm invite costs.
#[derive(Debug, Default)]
pub(crate) struct Warm {
    /// Milliseconds of user and system time.
    pub(crate) cpu: f64,
    /// MB after the first round.
    pub(crate) resident: f64,
}

struct Subject {
    function: Function,
    name: String,
    rounds: Vec<f64>,
    warm: Warm,
}

/// Rounds of invites, of two functions in turn; the first round is the warm-up.
pub(crate) async fn beside(one: &str, other: &str, bench: &Bench) -> Result<(Warm, Warm), Error> {
    let mut one = Subject::start(one, bench).await?;
    let mut other = Subject::start(other, bench).await?;
    for round in 0..=ROUNDS {
        one.round(round, bench).await?;
        other.round(round, bench).await?;
    }
    Ok((one.end().await?, other.end().await?))
}

impl Subject {
    async fn start(name: &str, bench: &Bench) -> Result<Self, Error> {
        let mut function = bench.start(name).await?;
        function.first_next().await?;
        Ok(Self { function, name: name.to_owned(), rounds: Vec::new(), warm: Warm::default() })
    }

    async fn round(&mut self, round: usize, bench: &Bench) -> Result<(), Error> {
        let pid = self.function.pid()?;
        let before = process::cpu(pid)?;
        for number in 0..INVITES {
            let name = format!("warm-{}-{round}-{number}", self.name);
            let event = events::invite(&bench.clinic, &name);
            self.function.hand(event)?;
            let (answer, _) = self.function.answer().await?;
            events::answered(&answer, 201)?;
        }
        if round == 0 {
            self.warm.resident = process::resident(pid)?;
            return Ok(());
        }
        let used = process::cpu(pid)?.saturating_sub(before);
        self.rounds.push(millis(used) / f64::from(INVITES));
        Ok(())
    }

    async fn end(mut self) -> Result<Warm, Error> {
        self.warm.cpu = median(self.rounds);
        self.function.stop().await?;
        Ok(self.warm)
    }
}
