//! Repetitions (`abcabc`) and sequences (`abcd`, `9753`).

use crate::Match;

/// The largest step of a sequence, in code points.
const MAX_STEP: i32 = 5;

/// Parts whose characters follow each other at one distance.
pub(crate) fn sequences(text: &[char]) -> Vec<Match> {
    let steps: Vec<i32> = text.windows(2).map(|pair| code(pair[1]) - code(pair[0])).collect();
    let mut found = Vec::new();
    let mut from = 0;
    for run in steps.chunk_by(|a, b| a == b) {
        let (step, to) = (run[0], from + run.len() + 1);
        let long = run.len() > 1 || step.abs() == 1;
        if long && (1..=MAX_STEP).contains(&step.abs()) {
            let start = match text[from] {
                'a' | 'A' | 'z' | 'Z' | '0' | '1' | '9' => 4,
                other if other.is_ascii_digit() => 10,
                _ => 26,
            };
            let directions = if step > 0 { 1 } else { 2 };
            found.push(Match { from, to, guesses: start * directions * (to - from) as u64 });
        }
        from += run.len();
    }
    found
}

fn code(c: char) -> i32 {
    // A code point has 21 bits.
    u32::from(c).cast_signed()
}

/// Parts that repeat something, of which `guesses` knows how many guesses it takes.
pub(crate) fn repeats(text: &[char], guesses: impl Fn(&[char]) -> u64) -> Vec<Match> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((start, period, length)) = first_repeat(&text[from..]) {
        let start = from + start;
        let times = (length / period) as u64;
        let once = guesses(&text[start..start + period]);
        from = start + length;
        found.push(Match { from: start, to: from, guesses: once.saturating_mul(times) });
    }
    found
}

/// Where the first repetition starts, the length of what it repeats, and its own length: of the
/// repetitions that start there, that of the longest part if it is longer than that of the shortest.
fn first_repeat(text: &[char]) -> Option<(usize, usize, usize)> {
    for start in 0..text.len() {
        let rest = &text[start..];
        let mut periods = (1..=rest.len() / 2).filter(|period| times(rest, *period) > 1);
        let Some(shortest) = periods.next() else {
            continue;
        };
        let longest = periods.next_back().unwrap_or(shortest);
        let (short, long) = (shortest * times(rest, shortest), longest * times(rest, longest));
        if long <= short {
            return Some((start, shortest, short));
        }
        let whole = &rest[..long];
        let period = (1..=longest).find(|period| times(whole, *period) * period == long);
        return Some((start, period.unwrap_or(longest), long));
    }
    None
}

/// How often the first `period` characters stand at the beginning of `text`, one after the other.
fn times(text: &[char], period: usize) -> usize {
    let first = &text[..period];
    text.chunks(period).take_while(|next| *next == first).count()
}
