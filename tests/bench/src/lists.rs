//! Pages of clinics of different sizes. All clinics are in one table and are measured alternately, so that other
//! load on the machine affects all of them equally.

use std::time::Duration;

use bench::{Durations, Table};
use emulator::{Emulator, Options};

use crate::MeasureError;
use crate::load;
use crate::seed::{self, FEW, SOMEONE};
use crate::service::{self, BenchClinic, INVITATIONS};

pub(crate) const SIZES: [usize; 3] = [100, 10_000, 100_000];
pub(crate) const ROUNDS: usize = 20;
pub(crate) const REQUESTS: usize = 15;
/// How often the whole clinic is read for a filter that is not a key.
const FULL_READS: usize = 3;
pub(crate) const COLUMNS: [&str; 8] = [
    "request",
    "p50 ms at 100",
    "p99",
    "p50 ms at 10,000",
    "p99",
    "p50 ms at 100,000",
    "p99",
    "100,000 : 100",
];
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Filters that are keys, with the number of invitations on the page.
const FILTERS: [(&str, &str, usize); 6] = [
    ("none", "", 20),
    ("status=sent", "&status=sent", 20),
    ("status=revoked, 10 of all", "&status=revoked", FEW),
    ("email=", "&email=", 1),
    ("delivery=failed, 10 of all", "&delivery=failed", FEW),
    ("expired=not-expired", "&expired=not-expired", 20),
];
const NO_KEY: (&str, &str, usize) = ("delivery=queued, 2 of all", "&delivery=queued", 2);

/// Measures the time of a page of 20.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    let running = service::start(Options::default()).await?;
    let mut clinics = Vec::new();
    for size in SIZES {
        let clinic = service::create_clinic(&running).await?;
        seed::fill(&running, &clinic, size).await?;
        clinics.push(clinic);
    }
    let mut times: [[Durations; SIZES.len()]; FILTERS.len()] = Default::default();
    for round in 0..=ROUNDS {
        for (filter, times) in FILTERS.iter().zip(&mut times) {
            for (clinic, times) in clinics.iter().zip(times) {
                let taken = load_pages(&running, clinic, filter, REQUESTS).await?;
                // The first round is the warm-up.
                if round > 0 {
                    times.extend(taken);
                }
            }
        }
    }
    let mut table = Table::new("A page of 20, by size of the clinic", COLUMNS);
    for ((name, ..), times) in FILTERS.iter().zip(&times) {
        add_row(&mut table, name, times);
    }
    let mut whole: [Durations; SIZES.len()] = Default::default();
    for (clinic, times) in clinics.iter().zip(&mut whole) {
        times.extend(load_pages(&running, clinic, &NO_KEY, FULL_READS).await?);
    }
    add_row(&mut table, NO_KEY.0, &whole);
    running.stop().await;
    Ok(table.with(
        "One request at a time, over HTTP as above. `delivery=queued` is not a key. To find 2 of 100,000, the whole clinic is \
         read. A page that holds an item stops after 4 MB.",
    ))
}

async fn load_pages(
    running: &Emulator,
    clinic: &BenchClinic,
    (name, query, items): &(&str, &str, usize),
    count: usize,
) -> Result<Durations, MeasureError> {
    let address = if *name == "email=" { SOMEONE } else { "" };
    let call = clinic.get(format!("{INVITATIONS}?limit=20{query}{address}"));
    let load = load::run(&running.url, vec![call; count], 1, LIMIT).await?;
    for answer in &load.answers {
        let page: serde_json::Value = serde_json::from_str(answer)?;
        let found = page["invitations"].as_array().map_or(0, Vec::len);
        if found > *items || found == 0 || (found < *items && *name != NO_KEY.0) {
            return Err(format!("{found} invitations on the page for {name}").into());
        }
    }
    Ok(load.times)
}

pub(crate) fn add_row(table: &mut Table, name: &str, times: &[Durations; SIZES.len()]) {
    let mut cells = vec![name.to_owned()];
    for times in times {
        cells.push(format!("{:.2}", times.p50()));
        cells.push(format!("{:.2}", times.p99()));
    }
    let [small, .., large] = times;
    cells.push(format!("{:.2}", large.p50() / small.p50()));
    table.row(cells);
}
