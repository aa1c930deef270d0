//! What it takes to rate a new password, by `strength` and by the crate whose estimate it gives.

use std::time::Instant;

use bench::{Table, millis};

const WORDS: &str = "lantern-gravel-otter-92";
/// All characters that stand for letters.
const STAND_INS: &str = "4@8({[<369!|170$5+%2";

/// Called before anything else rates a password: the first one is slower.
pub(crate) fn measure() -> String {
    let stand_ins: String = STAND_INS.chars().cycle().take(100).collect();
    let columns = ["password", "`strength` ms", "crate `zxcvbn` ms"];
    let mut table = Table::new("Rating a new password", columns);
    for (name, password) in [
        ("three words and a number, the first rated", WORDS),
        ("the same again", WORDS),
        ("100 characters that stand for letters", &stand_ins),
    ] {
        let ours = timed(|| strength::guesses(password, &["ada"], 2026) > strength::SAFE);
        let theirs = timed(|| zxcvbn::zxcvbn(password, &["ada"]).score() > zxcvbn::Score::Two);
        table.row([name.to_owned(), ours, theirs]);
    }
    table.with("In the bench's process, once each.")
}

fn timed(rate: impl Fn() -> bool) -> String {
    let start = Instant::now();
    assert!(std::hint::black_box(rate()), "a safe password");
    format!("{:.2}", millis(start.elapsed()))
}
