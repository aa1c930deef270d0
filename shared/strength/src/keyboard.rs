//! Runs of neighbouring keys.

use crate::{Match, choose, mixtures};

struct Layout {
    /// Rows from the top: the column of the first key, and the keys.
    rows: &'static [(i8, &'static str)],
    /// Characters of a key: without and with shift, or one.
    per_key: usize,
    /// Where the neighbours of a key are: columns to the right, rows down.
    neighbours: &'static [(i8, i8)],
    /// Characters that a run can start with.
    starts: u64,
    /// Neighbours that a key has on average.
    degree: u64,
}

/// Each row is half a key to the right of the one above it.
const SLANTED: [(i8, i8); 6] = [(-1, 0), (0, -1), (1, -1), (1, 0), (0, 1), (-1, 1)];
const ALIGNED: [(i8, i8); 8] =
    [(-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1)];

const LAYOUTS: [Layout; 4] = [
    keyboard(&[
        (0, "`~1!2@3#4$5%6^7&8*9(0)-_=+"),
        (1, "qQwWeErRtTyYuUiIoOpP[{]}\\|"),
        (1, "aAsSdDfFgGhHjJkKlL;:'\""),
        (1, "zZxXcCvVbBnNmM,<.>/?"),
    ]),
    keyboard(&[
        (0, "`~1!2@3#4$5%6^7&8*9(0)[{]}"),
        (1, "'\",<.>pPyYfFgGcCrRlL/?=+\\|"),
        (1, "aAoOeEuUiIdDhHtTnNsS-_"),
        (1, ";:qQjJkKxXbBmMwWvVzZ"),
    ]),
    keypad(&[(1, "/*-"), (0, "789+"), (0, "456"), (0, "123"), (1, "0.")]),
    keypad(&[(1, "=/*"), (0, "789-"), (0, "456+"), (0, "123"), (1, "0.")]),
];

const fn keyboard(rows: &'static [(i8, &'static str)]) -> Layout {
    Layout { rows, per_key: 2, neighbours: &SLANTED, starts: 94, degree: 4 }
}

const fn keypad(rows: &'static [(i8, &'static str)]) -> Layout {
    Layout { rows, per_key: 1, neighbours: &ALIGNED, starts: 15, degree: 5 }
}

/// All runs of three keys or more.
pub(crate) fn matches(text: &[char]) -> Vec<Match> {
    LAYOUTS.iter().flat_map(|layout| layout.matches(text)).collect()
}

struct Key {
    column: i8,
    row: i8,
    shifted: bool,
}

impl Layout {
    fn matches(&self, text: &[char]) -> Vec<Match> {
        let mut found = Vec::new();
        let mut from = 0;
        while from < text.len() {
            let run = self.run(&text[from..]);
            if run.keys > 2 {
                found.push(Match { from, to: from + run.keys, guesses: self.guesses(&run) });
            }
            from += run.keys;
        }
        found
    }

    fn key(&self, typed: char) -> Option<Key> {
        for ((first, keys), row) in self.rows.iter().zip(0_i8..) {
            if let Some(index) = keys.chars().position(|key| key == typed) {
                return Some(Key {
                    column: first + i8::try_from(index / self.per_key).ok()?,
                    row,
                    shifted: index % self.per_key == 1,
                });
            }
        }
        None
    }

    /// The longest run that `text` begins with.
    fn run(&self, text: &[char]) -> Run {
        let mut run = Run { keys: 1, turns: 0, shifted: 0 };
        let Some(mut last) = self.key(text[0]) else {
            return run;
        };
        run.shifted += usize::from(last.shifted);
        let mut direction = None;
        for typed in &text[1..] {
            let Some(key) = self.key(*typed) else { break };
            let step = (key.column - last.column, key.row - last.row);
            if !self.neighbours.contains(&step) {
                break;
            }
            run.keys += 1;
            run.shifted += usize::from(key.shifted);
            if direction.replace(step) != Some(step) {
                run.turns += 1;
            }
            last = key;
        }
        run
    }

    /// All runs as long or shorter with as many turns or fewer, in as many ways of shifting.
    fn guesses(&self, run: &Run) -> u64 {
        let mut guesses = 0_u64;
        for keys in 2..=run.keys {
            let mut ways = self.starts;
            for turns in 1..=run.turns.min(keys - 1) {
                ways = ways.saturating_mul(self.degree);
                guesses = guesses.saturating_add(choose(keys - 1, turns - 1).saturating_mul(ways));
            }
        }
        match (run.shifted, run.keys - run.shifted) {
            (0, _) => guesses,
            (_, 0) => guesses.saturating_mul(2),
            (shifted, plain) => guesses.saturating_mul(mixtures(shifted, plain)),
        }
    }
}

struct Run {
    keys: usize,
    turns: usize,
    shifted: usize,
}
