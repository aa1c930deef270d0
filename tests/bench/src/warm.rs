//! Invites by a process that has started already.

use bench::{median, millis};
use tests::runtime_api::Function;

use crate::floor::{self, FLOOR, INVITE};
use crate::functions::Bench;
use crate::{Error, events, process};

const ROUNDS: usize = 5;
const INVITES: u32 = 1000;
/// The most CPU that an invite may take, in times of the floor's.
const MAX_RATIO: f64 = 2.0;

/// What a warm invite costs.
#[derive(Debug, Default)]
struct Warm {
    /// Milliseconds of user and system time.
    cpu: f64,
    /// MB after the first round.
    resident: f64,
}

struct Subject {
    function: Function,
    name: String,
    rounds: Vec<f64>,
    warm: Warm,
}

/// Rounds of invites, of `invite` and the floor in turn. The first round is the warm-up.
pub(crate) async fn measure() -> Result<String, Error> {
    let bench = Bench::new().await?;
    let mut invite = Subject::start(INVITE, &bench).await?;
    let mut floor = Subject::start(FLOOR, &bench).await?;
    for round in 0..=ROUNDS {
        invite.round(round, &bench).await?;
        floor.round(round, &bench).await?;
    }
    let (invite, floor) = (invite.end().await?, floor.end().await?);
    bench.running.stop().await;
    let mut table = floor::table("Warm");
    let resident = "resident after 1,000 invites, MB";
    floor::row(&mut table, resident, invite.resident, floor.resident, None);
    floor::row(&mut table, "CPU of an invite, ms", invite.cpu, floor.cpu, Some(MAX_RATIO));
    Ok(table.with(&format!(
        "{} Median of {ROUNDS} rounds of {INVITES} invites in turn.",
        floor::REMARKS
    )))
}

impl Subject {
    async fn start(name: &str, bench: &Bench) -> Result<Self, Error> {
        let mut function = bench.start(name).await?;
        function.startup_time().await?;
        Ok(Self { function, name: name.to_owned(), rounds: Vec::new(), warm: Warm::default() })
    }

    async fn round(&mut self, round: usize, bench: &Bench) -> Result<(), Error> {
        let pid = self.function.pid()?;
        let before = process::cpu(pid)?;
        for number in 0..INVITES {
            let name = format!("warm-{}-{round}-{number}", self.name);
            let event = events::invite(&bench.clinic, &name);
            self.function.send(event)?;
            let (response, _) = self.function.response().await?;
            events::check_status(&response, 201)?;
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
