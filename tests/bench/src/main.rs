//! `make bench` measures the service on this machine and prints the figures of docs/PERFORMANCE.md.
//!
//! `make bench PART=cold` measures one part. The Makefile builds the release binaries that a part needs.

mod access;
mod capacity;
mod client;
mod cold;
mod events;
mod floor;
mod functions;
mod lists;
mod load;
mod machine;
mod people;
mod process;
mod receiver;
mod requests;
mod review;
mod seed;
mod service;
mod sessions;
mod usage;
mod warm;
mod webhooks;

use machine::Machine;

/// Why a measurement failed. A measurement that fails prints no figures.
type MeasureError = Box<dyn std::error::Error + Send + Sync>;

/// The parts in the order of docs/PERFORMANCE.md. The Makefile lists the binaries that each needs.
const PARTS: [&str; 11] = [
    "functions",
    "cold",
    "warm",
    "sessions",
    "capacity",
    "requests",
    "access",
    "lists",
    "people",
    "review",
    "webhooks",
];

#[tokio::main]
async fn main() -> Result<(), MeasureError> {
    let machine = Machine::new()?;
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(format!("no part {unknown}: choose from {}", PARTS.join(", ")).into());
    }
    for part in PARTS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == part) {
            print(&Box::pin(measure(part)).await?);
        }
    }
    print(&machine.describe()?);
    Ok(())
}

async fn measure(part: &str) -> Result<String, MeasureError> {
    match part {
        "functions" => functions::measure().await,
        "cold" => cold::measure().await,
        "warm" => warm::measure().await,
        "sessions" => sessions::measure().await,
        "capacity" => capacity::measure().await,
        "requests" => Box::pin(requests::measure()).await,
        "access" => access::measure().await,
        "lists" => lists::measure().await,
        "people" => people::measure().await,
        "review" => review::measure().await,
        "webhooks" => Box::pin(webhooks::measure()).await,
        other => Err(format!("no part {other}").into()),
    }
}

#[expect(clippy::print_stdout, reason = "the output of this program")]
fn print(part: &str) {
    println!("{part}");
}
