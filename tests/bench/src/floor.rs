//! `invite` beside the floor, the minimal function in `bin/floor.rs`.

use bench::{Table, bounded};

pub(crate) const INVITE: &str = "invite";
pub(crate) const FLOOR: &str = "floor";

/// What every comparison with the floor has to say.
pub(crate) const REMARKS: &str = "Release binaries under a small Runtime API, with the database in the bench's \
    process and plain HTTP. The floor (`tests/bench/src/bin/floor.rs`) writes items of the same size in one \
    transaction. It reads, authenticates and checks nothing: 1 database call to invite's 2.";

/// An empty table of `invite` and the floor.
pub(crate) fn table(title: &str) -> Table {
    Table::new(
        &format!("{title}: `invite` beside the floor"),
        ["", "invite", "floor", "ratio", "target"],
    )
}

/// Adds a figure of both. `most` is the largest ratio allowed.
pub(crate) fn row(table: &mut Table, name: &str, invite: f64, floor: f64, most: Option<f64>) {
    let ratio = invite / floor;
    let target = most.map(|most| format!("at most {most}: {}", bounded(ratio, most)));
    table.row([
        name.to_owned(),
        format!("{invite:.2}"),
        format!("{floor:.2}"),
        format!("{ratio:.2}"),
        target.unwrap_or_default(),
    ]);
}
