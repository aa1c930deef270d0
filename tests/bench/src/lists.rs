//! Pages of clinics of different sizes. All clinics are in one table and take turns, so that what
//! else happens on this machine happens to all of them.

use std::time::Duration;

use bench::{Table, Times};
use emulator::{Emulator, Options};

use crate::Error;
use crate::load;
use crate::seed::{self, FEW, SOMEONE};
use crate::service::{self, Clinic, INVITATIONS};

const SIZES: [usize; 3] = [100, 10_000, 100_000];
const ROUNDS: usize = 20;
const REQUESTS: usize = 15;
/// Of a filter that is no key: how often the whole clinic is read.
const FULL_READS: usize = 3;
const LIMIT: Duration = Duration::from_secs(30);

/// Filters that are keys, and how many invitations the page then has.
const FILTERS: [(&str, &str, usize); 5] = [
    ("none", "", 20),
    ("status=sent", "&status=sent", 20),
    ("status=revoked, 10 of all", "&status=revoked", FEW),
    ("email=", "&email=", 1),
    ("expired=not-expired", "&expired=not-expired", 20),
];
const NO_KEY: (&str, &str, usize) = ("delivery=failed, 10 of all", "&delivery=failed", FEW);

/// Times of a page of 20.
pub(crate) async fn measure() -> Result<String, Error> {
    let running = service::start(Options::default()).await?;
    let mut clinics = Vec::new();
    for size in SIZES {
        let clinic = service::clinic(&running).await?;
        seed::fill(&running, &clinic, size).await?;
        clinics.push(clinic);
    }
    let mut times: [[Times; SIZES.len()]; FILTERS.len()] = Default::default();
    for round in 0..=ROUNDS {
        for (filter, times) in FILTERS.iter().zip(&mut times) {
            for (clinic, times) in clinics.iter().zip(times) {
                let taken = pages(&running, clinic, filter, REQUESTS).await?;
                // The first round is the warm-up.
                if round > 0 {
                    times.extend(taken);
                }
            }
        }
    }
    let columns = [
        "filter",
        "p50 ms at 100",
        "p99",
        "p50 ms at 10,000",
        "p99",
        "p50 ms at 100,000",
        "p99",
        "100,000 : 100",
    ];
    let mut table = Table::new("A page of 20, by the size of the clinic", columns);
    for ((name, ..), times) in FILTERS.iter().zip(&times) {
        row(&mut table, name, times);
    }
    let mut whole: [Times; SIZES.len()] = Default::default();
    for (clinic, times) in clinics.iter().zip(&mut whole) {
        times.extend(pages(&running, clinic, &NO_KEY, FULL_READS).await?);
    }
    row(&mut table, NO_KEY.0, &whole);
    running.stop().await;
    Ok(table.with(
        "One request at a time, over HTTP as above. `delivery` is no key: to find 10 of 100,000 the whole clinic is \
         read, at most 4 MB for a page once it holds an item.",
    ))
}

async fn pages(
    running: &Emulator,
    clinic: &Clinic,
    (name, query, items): &(&str, &str, usize),
    count: usize,
) -> Result<Times, Error> {
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

fn row(table: &mut Table, name: &str, times: &[Times; SIZES.len()]) {
    let mut cells = vec![name.to_owned()];
    for times in times {
        cells.push(format!("{:.2}", times.p50()));
        cells.push(format!("{:.2}", times.p99()));
    }
    let [small, .., large] = times;
    cells.push(format!("{:.2}", large.p50() / small.p50()));
    table.row(cells);
}
