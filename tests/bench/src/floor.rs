//! Tables that compare `invite` with the floor, the minimal function in `bin/floor.rs`.

use bench::{Table, within_bound};

pub(crate) const INVITE: &str = "invite";
pub(crate) const FLOOR: &str = "floor";

/// How `invite` and the floor are measured.
pub(crate) const REMARKS: &str = "Release binaries under a small Runtime API, with the database in the bench's \
    process. The floor (`tests/bench/src/bin/floor.rs`) is the minimal function. It writes items of the same size in \
    one transaction, and reads, authenticates and checks nothing. It makes 1 database call, and `invite` makes 2.";

/// An empty table that compares `invite` with the floor.
pub(crate) fn new_table(title: &str) -> Table {
    Table::new(
        &format!("{title} `invite`, compared with a minimal function"),
        ["", "invite", "floor", "ratio", "target"],
    )
}

/// Adds one figure of both. `most` is the largest allowed ratio.
pub(crate) fn add_row(table: &mut Table, name: &str, invite: f64, floor: f64, most: Option<f64>) {
    let ratio = invite / floor;
    let target = most.map(|most| format!("at most {most}: {}", within_bound(ratio, most)));
    table.row([
        name.to_owned(),
        format!("{invite:.2}"),
        format!("{floor:.2}"),
        format!("{ratio:.2}"),
        target.unwrap_or_default(),
    ]);
}
