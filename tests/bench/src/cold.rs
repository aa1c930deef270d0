//! Starts of a process.

use bench::median;

use crate::floor::{self, FLOOR, INVITE};
use crate::functions::Bench;
use crate::{Error, events, process};

/// Starts of each function.
pub(crate) const RUNS: usize = 20;
/// The longest that a first invite may take, in times of the floor's.
const MAX_RATIO: f64 = 1.5;

/// One start: milliseconds and megabytes.
#[derive(Debug, Default)]
pub(crate) struct Start {
    /// To the first call for an event.
    pub(crate) next: f64,
    /// To the end of the first invite, if there was one.
    answer: f64,
    /// User and system time until then.
    cpu: f64,
    /// Memory then.
    pub(crate) resident: f64,
}

/// Starts without an event.
pub(crate) async fn starts(name: &str, bench: &Bench) -> Result<Vec<Start>, Error> {
    let mut starts = Vec::new();
    for _ in 0..RUNS {
        let mut function = bench.start(name).await?;
        starts.push(Start {
            next: bench::millis(function.startup_time().await?),
            resident: process::resident(function.pid()?)?,
            ..Start::default()
        });
        function.stop().await?;
    }
    Ok(starts)
}

/// Starts with a first invite, of `invite` and the floor in turn.
pub(crate) async fn measure() -> Result<String, Error> {
    let bench = Bench::new().await?;
    let (mut invites, mut floors) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        invites.push(first_invite(INVITE, run, &bench).await?);
        floors.push(first_invite(FLOOR, run, &bench).await?);
    }
    bench.running.stop().await;
    let mut table = floor::table("Cold");
    let rows: [(_, fn(&Start) -> f64, _); 4] = [
        ("process start to first `next`, ms", |start| start.next, None),
        ("process start to end of first invite, ms", |start| start.answer, Some(MAX_RATIO)),
        ("CPU until then, ms", |start| start.cpu, None),
        ("resident after the first invite, MB", |start| start.resident, None),
    ];
    for (name, of, most) in rows {
        let [invite, floor] = [&invites, &floors].map(|starts| median(starts.iter().map(of)));
        floor::row(&mut table, name, invite, floor, most);
    }
    Ok(table.with(&format!("{} Medians of {RUNS} runs in turn.", floor::REMARKS)))
}

async fn first_invite(name: &str, run: usize, bench: &Bench) -> Result<Start, Error> {
    let mut function = bench.start(name).await?;
    function.send(events::invite(&bench.clinic, &format!("cold-{name}-{run}")))?;
    let next = function.startup_time().await?;
    let (response, at) = function.response().await?;
    events::check_status(&response, 201)?;
    let pid = function.pid()?;
    let start = Start {
        next: bench::millis(next),
        answer: bench::millis(at),
        cpu: bench::millis(process::cpu_of_threads(pid)?),
        resident: process::resident(pid)?,
    };
    function.stop().await?;
    Ok(start)
}
