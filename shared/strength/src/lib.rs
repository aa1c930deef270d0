//! How many guesses a password takes an attacker who knows what people choose: words and names,
//! turned round or spelt with digits, runs on the keyboard, repetitions, sequences, years and dates.
//!
//! The estimate is zxcvbn's (D. Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX
//! Security 2016), and a test holds it to the crate of that name. That crate is not linked: with two
//! engines for regular expressions it makes a function 1.6 MB larger, fills its tables for 15 ms at
//! the first password, and a single password can cost it most of a second.

mod cover;
mod dictionary;
mod digits;
mod keyboard;
mod runs;

use dictionary::Known;

/// From so many guesses on zxcvbn gives score 3, "safely unguessable": more than an attack on a
/// stolen, slowly hashed password tries at first.
pub const SAFE: u64 = 100_000_005;

/// Only that much of a password is looked at, so that no password is expensive to rate.
const LOOKED_AT: usize = 100;

/// A part of the password that follows a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Match {
    /// Its first character.
    from: usize,
    /// One past its last character.
    to: usize,
    /// Guesses until this part is found.
    guesses: u64,
}

/// What is the same for all parts of one password.
struct Attacker {
    known: Known,
    year: i16,
}

/// Guesses that `password` takes, at most `u64::MAX`. Words in `known` (names, addresses) are tried
/// first of all, in their order; years are the more likely the closer they are to `year`.
pub fn guesses(password: &str, known: &[&str], year: i16) -> u64 {
    let password: Vec<char> = password.chars().take(LOOKED_AT).collect();
    let attacker = Attacker { known: Known::new(known), year };
    attacker.guesses(&password)
}

impl Attacker {
    fn guesses(&self, text: &[char]) -> u64 {
        let mut matches = dictionary::matches(text, &self.known);
        matches.extend(keyboard::matches(text));
        matches.extend(runs::sequences(text));
        matches.extend(runs::repeats(text, |repeated| self.guesses(repeated)));
        matches.extend(digits::years(text, self.year));
        matches.extend(digits::dates(text, self.year));
        // The longer part first, of those that end together: the estimate depends on it.
        matches.sort_by_key(|found| found.from);
        cover::cheapest(text.len(), &matches)
    }
}

/// Ways to choose `k` of `n`, at most `u64::MAX`.
fn choose(n: usize, k: usize) -> u64 {
    let (mut n, k) = (n as u64, k as u64);
    let mut ways = 1_u64;
    for divisor in 1..=k {
        ways = ways.saturating_mul(n) / divisor;
        n = n.saturating_sub(1);
    }
    ways
}

/// Ways to mix `a` characters of one kind with `b` of another, none of the rarer kind apart.
fn mixtures(a: usize, b: usize) -> u64 {
    (1..=a.min(b)).fold(0, |sum, i| sum.saturating_add(choose(a + b, i)))
}

#[cfg(test)]
mod tests;
