//! The cheapest way to put a password together from its patterns, the rest of it tried blindly.

use crate::Match;

/// Guesses at a character that follows no pattern.
const BLIND: u64 = 10;
/// A part of a longer password is worth at least that many guesses.
const PART_OF_ONE: u64 = 10;
const PART_OF_MORE: u64 = 50;
/// An attacker tries all that is cheaper before covers of one more part.
const BEFORE_ONE_MORE: u64 = 10_000;

/// The best cover, in so many parts, of the password up to some character.
#[derive(Clone, Copy)]
struct Cover {
    guesses: u64,
    product: u64,
}

struct Covers {
    length: usize,
    /// `[end][parts]`
    best: Vec<Vec<Option<Cover>>>,
}

/// Guesses for a password of `length` characters with these patterns.
pub(crate) fn cheapest(length: usize, matches: &[Match]) -> u64 {
    let mut covers = Covers { length, best: vec![Vec::new(); length + 1] };
    for end in 1..=length {
        for found in matches.iter().filter(|found| found.to == end) {
            covers.extend(*found);
        }
        for from in 0..end {
            covers.extend(blind(from, end));
        }
    }
    let whole = covers.best[length].iter().flatten();
    whole.map(|cover| cover.guesses).min().unwrap_or(0)
}

/// One guess more than the least of a pattern, which so goes first.
fn blind(from: usize, to: usize) -> Match {
    let tried = (from..to).fold(1, |tried: u64, _| tried.saturating_mul(BLIND));
    let guesses = tried.max(least(to - from) + 1);
    Match { from, to, guesses }
}

fn least(characters: usize) -> u64 {
    if characters == 1 { PART_OF_ONE } else { PART_OF_MORE }
}

impl Covers {
    /// Puts `part` behind each cover that ends where it begins.
    fn extend(&mut self, part: Match) {
        if part.from == 0 {
            self.offer(part, 1, 1);
            return;
        }
        for parts in 1..self.best[part.from].len() {
            if let Some(cover) = self.best[part.from][parts] {
                self.offer(part, parts + 1, cover.product);
            }
        }
    }

    /// Keeps the cover that ends with `part` unless one of as many parts or fewer is as cheap.
    fn offer(&mut self, part: Match, parts: usize, before: u64) {
        let whole = part.to - part.from == self.length;
        let floor = if whole { 1 } else { least(part.to - part.from) };
        let product = part.guesses.max(floor).saturating_mul(before);
        let orders = (1..=parts as u64).fold(1, u64::saturating_mul);
        let shorter = (1..parts).fold(1, |all: u64, _| all.saturating_mul(BEFORE_ONE_MORE));
        let guesses = orders.saturating_mul(product).saturating_add(shorter);

        let best = &mut self.best[part.to];
        let rivals = best.iter().take(parts + 1).flatten();
        if rivals.into_iter().any(|rival| rival.guesses <= guesses) {
            return;
        }
        if best.len() <= parts {
            best.resize(parts + 1, None);
        }
        best[parts] = Some(Cover { guesses, product });
    }
}
