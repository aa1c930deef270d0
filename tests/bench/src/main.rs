//! `make bench`: measures the service on this machine and prints docs/PERFORMANCE.md's figures.
//!
//! Expects the release binaries of the functions and of the floor beside its own profile's folder;
//! `make bench` builds them.

mod access;
mod capacity;
mod client;
mod cold;
mod events;
mod functions;
mod lists;
mod load;
mod machine;
mod process;
mod requests;
mod runtime_api;
mod seed;
mod service;
mod sessions;
mod usage;
mod warm;

use machine::Machine;

/// Whatever went wrong: a measurement that fails is not made.
type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let machine = Machine::new()?;
    print(&functions::measure().await?);
    print(&sessions::measure().await?);
    print(&capacity::measure().await?);
    print(&requests::measure().await?);
    print(&access::measure().await?);
    print(&lists::measure().await?);
    print(&machine.describe()?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn print(part: &str) {
    println!("{part}");
}
