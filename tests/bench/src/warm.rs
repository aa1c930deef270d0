//! Invites by a warm process.

use bench::{median, millis};
use tests::runtime_api::FunctionProcess;

use crate::floor::{self, FLOOR, INVITE};
use crate::service::FunctionBench;
use crate::{MeasureError, events, process};

const ROUNDS: usize = 5;
const INVITES: u32 = 1000;
/// The most CPU time that an invite may use, as a multiple of the floor's.
const MAX_RATIO: f64 = 2.0;

/// The cost of a warm invite.
#[derive(Debug, Default)]
struct WarmCost {
    /// User and system time, in milliseconds.
    cpu: f64,
    /// Memory after the first round, in MB.
    resident: f64,
}

struct WarmFunction {
    function: FunctionProcess,
    name: String,
    rounds: Vec<f64>,
    warm: WarmCost,
}

/// Measures rounds of invites, alternately of `invite` and the floor. The first round is the warm-up.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    let bench = FunctionBench::new().await?;
    let mut invite = WarmFunction::start(INVITE, &bench).await?;
    let mut floor = WarmFunction::start(FLOOR, &bench).await?;
    for round in 0..=ROUNDS {
        invite.run_round(round, &bench).await?;
        floor.run_round(round, &bench).await?;
    }
    let (invite, floor) = (invite.finish().await?, floor.finish().await?);
    bench.running.stop().await;
    let mut table = floor::new_table("Warm");
    let resident = "resident after 1,000 invites, MB";
    floor::add_row(&mut table, resident, invite.resident, floor.resident, None);
    floor::add_row(&mut table, "CPU of an invite, ms", invite.cpu, floor.cpu, Some(MAX_RATIO));
    Ok(table.with(&format!(
        "{} Median of {ROUNDS} rounds of {INVITES} invites, alternating.",
        floor::REMARKS
    )))
}

impl WarmFunction {
    async fn start(name: &str, bench: &FunctionBench) -> Result<Self, MeasureError> {
        let mut function = bench.start(name).await?;
        function.wait_for_startup().await?;
        Ok(Self { function, name: name.to_owned(), rounds: Vec::new(), warm: WarmCost::default() })
    }

    async fn run_round(&mut self, round: usize, bench: &FunctionBench) -> Result<(), MeasureError> {
        let pid = self.function.pid()?;
        let before = process::read_cpu_time(pid)?;
        for number in 0..INVITES {
            let name = format!("warm-{}-{round}-{number}", self.name);
            let event = events::invite(&bench.clinic, &name);
            self.function.send(event)?;
            let (response, _) = self.function.wait_for_response().await?;
            events::check_status(&response, 201)?;
        }
        if round == 0 {
            self.warm.resident = process::read_resident_memory(pid)?;
            return Ok(());
        }
        let used = process::read_cpu_time(pid)?.saturating_sub(before);
        self.rounds.push(millis(used) / f64::from(INVITES));
        Ok(())
    }

    async fn finish(mut self) -> Result<WarmCost, MeasureError> {
        self.warm.cpu = median(self.rounds);
        self.function.stop().await?;
        Ok(self.warm)
    }
}
