//! Cold starts.

use bench::median;

use crate::floor::{self, FLOOR, INVITE};
use crate::service::FunctionBench;
use crate::{MeasureError, events, process};

/// How often each function is started.
pub(crate) const RUNS: usize = 20;
/// The most that a first invite may take, as a multiple of the floor's time.
const MAX_RATIO: f64 = 1.5;

/// One start, in milliseconds and megabytes.
#[derive(Debug, Default)]
pub(crate) struct ProcessStart {
    /// Time until the first call for an event.
    pub(crate) next: f64,
    /// Time until the end of the first invite.
    answer: f64,
    /// User and system time until the end of the first invite.
    cpu: f64,
    /// Memory at the end.
    pub(crate) resident: f64,
}

/// Starts a function several times without an event.
pub(crate) async fn measure_starts(
    name: &str,
    bench: &FunctionBench,
) -> Result<Vec<ProcessStart>, MeasureError> {
    let mut starts = Vec::new();
    for _ in 0..RUNS {
        let mut function = bench.start(name).await?;
        starts.push(ProcessStart {
            next: bench::millis(function.wait_for_startup().await?),
            resident: process::read_resident_memory(function.pid()?)?,
            ..ProcessStart::default()
        });
        function.stop().await?;
    }
    Ok(starts)
}

/// Reads one figure of a start.
type Figure = fn(&ProcessStart) -> f64;

/// Starts `invite` and the floor alternately, each with a first invite.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    let bench = FunctionBench::new().await?;
    let (mut invites, mut floors) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        invites.push(measure_first_invite(INVITE, run, &bench).await?);
        floors.push(measure_first_invite(FLOOR, run, &bench).await?);
    }
    bench.running.stop().await;
    let mut table = floor::new_table("Cold");
    let rows: [(_, Figure, _); 4] = [
        ("process start to first `next`, ms", |start| start.next, None),
        ("process start to end of first invite, ms", |start| start.answer, Some(MAX_RATIO)),
        ("CPU until then, ms", |start| start.cpu, None),
        ("resident after the first invite, MB", |start| start.resident, None),
    ];
    for (name, of, most) in rows {
        let [invite, floor] = [&invites, &floors].map(|starts| median(starts.iter().map(of)));
        floor::add_row(&mut table, name, invite, floor, most);
    }
    Ok(table.with(&format!("{} Medians of {RUNS} runs, alternating.", floor::REMARKS)))
}

async fn measure_first_invite(
    name: &str,
    run: usize,
    bench: &FunctionBench,
) -> Result<ProcessStart, MeasureError> {
    let mut function = bench.start(name).await?;
    function.send(events::invite(&bench.clinic, &format!("cold-{name}-{run}")))?;
    let next = function.wait_for_startup().await?;
    let (response, at) = function.wait_for_response().await?;
    events::check_status(&response, 201)?;
    let pid = function.pid()?;
    let start = ProcessStart {
        next: bench::millis(next),
        answer: bench::millis(at),
        cpu: bench::millis(process::read_cpu_time_of_threads(pid)?),
        resident: process::read_resident_memory(pid)?,
    };
    function.stop().await?;
    Ok(start)
}
