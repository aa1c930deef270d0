//! What the dashboard asks for first, in clinics of different sizes. All clinics are in one table and are measured
//! alternately, so that other load on the machine affects all of them equally.

use bench::{Durations, Table};
use emulator::{Emulator, Options};

use crate::MeasureError;
use crate::lists::{COLUMNS, LIMIT, REQUESTS, ROUNDS, SIZES, add_row};
use crate::load;
use crate::seed;
use crate::service::{self, BenchClinic, USERS};

/// Requests with the number of rows of the answer.
const FIRST_REQUESTS: [(&str, &str, usize); 4] = [
    ("Users", "?limit=50", 50),
    ("Users, q= of every person", "?limit=50&q=person-", 50),
    ("Invitations, Confirmed", "/invitations?limit=50&status=accepted", 50),
    ("Invitations, counts", "/invitations/summary", 0),
];
/// A search that reads up to 4 MB for the rest of its page, so it is repeated less often.
const SEARCH: [(&str, &str, usize); 1] =
    [("Users, q= of one of the newest", "?limit=50&q=person-50@", 1)];
const SEARCHES: usize = 10;

/// Measures the time of an answer.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    let running = service::start(Options::default()).await?;
    let mut clinics = Vec::new();
    for size in SIZES {
        let clinic = service::create_clinic(&running).await?;
        seed::fill_with_people(&running, &clinic, size).await?;
        clinics.push(clinic);
    }
    let times = measure_requests(&running, &clinics, &FIRST_REQUESTS, ROUNDS, REQUESTS).await?;
    let searches = measure_requests(&running, &clinics, &SEARCH, SEARCHES, 1).await?;
    running.stop().await;
    let mut table = Table::new("The dashboard's first requests, by number of people", COLUMNS);
    for ((name, ..), times) in FIRST_REQUESTS.iter().zip(&times).chain(SEARCH.iter().zip(&searches))
    {
        add_row(&mut table, name, times);
    }
    Ok(table.with(
        "Pages of 50, as the dashboard asks for them, one request at a time. Each person has an accepted \
         invitation. A search that finds few people reads on until it has read 4 MB.",
    ))
}

/// Measures requests to the routes of users, alternately in each clinic.
async fn measure_requests(
    running: &Emulator,
    clinics: &[BenchClinic],
    requests: &[(&str, &str, usize)],
    rounds: usize,
    repeats: usize,
) -> Result<Vec<[Durations; SIZES.len()]>, MeasureError> {
    let mut times: Vec<[Durations; SIZES.len()]> = Vec::new();
    times.resize_with(requests.len(), Default::default);
    for round in 0..=rounds {
        for ((name, path, rows), times) in requests.iter().zip(&mut times) {
            for (clinic, times) in clinics.iter().zip(times) {
                let call = clinic.get(format!("{USERS}{path}"));
                let load = load::run(&running.url, vec![call; repeats], 1, LIMIT).await?;
                for answer in &load.answers {
                    let page: serde_json::Value = serde_json::from_str(answer)?;
                    let found = page["users"].as_array().or(page["invitations"].as_array());
                    if found.map_or(0, Vec::len) != *rows {
                        return Err(format!("{found:?} rows for {name}").into());
                    }
                }
                // The first round is the warm-up.
                if round > 0 {
                    times.extend(load.times);
                }
            }
        }
    }
    Ok(times)
}
