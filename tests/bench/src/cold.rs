//! Starts of a process.

use crate::functions::Bench;
use crate::{Error, events, process};

/// Starts of each function.
pub(crate) const RUNS: usize = 20;

/// One start: milliseconds and megabytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Start {
    /// To the first call for an event.
    pub(crate) next: f64,
    /// To the end of the first invite, if there was one.
    pub(crate) answer: f64,
    /// User and system time until then.
    pub(crate) cpu: f64,
    /// Memory then.
    pub(crate) resident: f64,
}

/// Starts without an event.
pub(crate) async fn starts(name: &str, bench: &Bench) -> Result<Vec<Start>, Error> {
    let mut starts = Vec::new();
    for _ in 0..RUNS {
        let mut function = bench.start(name).await?;
        starts.push(Start {
            next: bench::millis(function.first_next().await?),
            resident: process::resident(function.pid()?)?,
            ..Start::default()
        });
        function.stop().await?;
    }
    Ok(starts)
}

/// Starts with a first invite, of two functions in turn.
pub(crate) async fn beside(
    one: &str,
    other: &str,
    bench: &Bench,
) -> Result<(Vec<Start>, Vec<Start>), Error> {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        ones.push(first_invite(one, run, bench).await?);
        others.push(first_invite(other, run, bench).await?);
    }
    Ok((ones, others))
}

async fn first_invite(name: &str, run: usize, bench: &Bench) -> Result<Start, Error> {
    let mut function = bench.start(name).await?;
    function.hand(events::invite(&bench.clinic, &format!("cold-{name}-{run}")))?;
    let next = function.first_next().await?;
    let (answer, at) = function.answer().await?;
    events::answered(&answer, 201)?;
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
