//! How much of a password remains without the parts that are easy to guess.

use unicode_normalization::UnicodeNormalization;

use crate::clinic::ClinicName;
use crate::fold::{fold, is_apostrophe};
use crate::person::email::Email;
use crate::person::{FullName, NameSuffix, PersonName};

/// The fewest letters in a word that is removed.
const WORD: usize = 4;

/// The fewest characters in a run that is removed. Most words contain two neighbors.
const RUN: usize = 3;

/// Words that are common in passwords for this product. The list of breached passwords covers other
/// popular words.
const COMMON: &[&str] = &[
    // The product.
    "autoscribe",
    "scribe",
    // Roles and workplaces.
    "admin",
    "administrator",
    "assistant",
    "clinic",
    "doctor",
    "hospital",
    "imaging",
    "manager",
    "medical",
    "member",
    "nurse",
    "owner",
    "physician",
    "radiologist",
    "radiology",
    "surgeon",
    "technologist",
    "user",
    // Seasons and months. May is too short to count as a word.
    "spring",
    "summer",
    "autumn",
    "fall",
    "winter",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    // Words that people type as a password.
    "access",
    "changeme",
    "default",
    "letmein",
    "login",
    "p@ssw0rd",
    "p@ssword",
    "pass",
    "passcode",
    "passphrase",
    "passw0rd",
    "password",
    "secret",
    "signin",
    "welcome",
];

/// Lines of neighboring keys on a US keyboard: rows, then columns that lean left, then right.
const KEYBOARD: &[&str] = &[
    "`1234567890-=",
    "qwertyuiop[]\\",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik,",
    "9ol.",
    "0p;/",
    "3wa",
    "4esz",
    "5rdx",
    "6tfc",
    "7ygv",
    "8uhb",
    "9ijn",
    "0okm",
];

const SHIFTED: &str = "~!@#$%^&*()_+{}|:\"<>?";
const UNSHIFTED: &str = "`1234567890-=[]\\;',./";

/// The words that are easy to guess for one person, longest first.
pub struct KnownWords(Vec<Vec<char>>);

impl KnownWords {
    /// Collects the words of the person's address and names, of their clinics' names, and the common
    /// ones.
    pub fn new<'a>(
        email: &Email,
        names: impl IntoIterator<Item = &'a FullName>,
        clinics: impl IntoIterator<Item = &'a ClinicName>,
    ) -> Self {
        let mut words = words_of(email.as_typed());
        for FullName { first, middle, last, suffix1, suffix2 } in names {
            let names = [Some(first), middle.as_ref(), Some(last)].into_iter().flatten();
            let suffixes = [suffix1, suffix2].into_iter().flatten();
            let parts = names.map(PersonName::as_str).chain(suffixes.map(NameSuffix::as_str));
            words.extend(parts.flat_map(words_of));
        }
        words.extend(clinics.into_iter().flat_map(|name| words_of(name.as_str())));
        words.extend(COMMON.iter().map(|word| word.chars().collect()));
        words.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        words.dedup();
        Self(words)
    }

    /// Counts the characters of `password` that remain without these words, years and runs.
    pub(super) fn leftover(&self, password: &str) -> usize {
        let mut rest = Rest::of(password);
        for word in &self.0 {
            rest.take_word(word);
        }
        rest.take_years();
        rest.take_runs();
        rest.0.iter().flatten().count()
    }
}

/// The words of a text. Anything except a letter separates words. A name with an apostrophe counts in
/// parts and as a whole.
fn words_of(text: &str) -> Vec<Vec<char>> {
    let letter = |c: char| c.is_alphabetic() && !is_apostrophe(c);
    let text: String = fold(text).nfc().collect();
    let pieces = text.split(|c| !letter(c));
    let wholes = text.split(|c| !letter(c) && !is_apostrophe(c));
    let words = pieces.chain(wholes).map(|word| word.chars().filter(|c| letter(*c)).collect());
    words.filter(|word: &Vec<char>| word.len() >= WORD).collect()
}

/// A password without case and accents. `None` replaces each removed character, so that the text on
/// both sides does not form a new word.
struct Rest(Vec<Option<char>>);

impl Rest {
    fn of(password: &str) -> Self {
        Self(fold(password).nfc().map(Some).collect())
    }

    fn take_word(&mut self, word: &[char]) {
        self.take(|rest| {
            let here = rest.iter().zip(word).take_while(|(c, w)| **c == Some(**w)).count();
            if here == word.len() { here } else { 0 }
        });
    }

    /// Removes the years from 1900 to 2099.
    fn take_years(&mut self) {
        let year = |rest: &[Option<char>]| {
            let [Some(a), Some(b), Some(c), Some(d)] = rest.first_chunk()? else {
                return None;
            };
            let century = matches!((a, b), ('1', '9') | ('2', '0'));
            (century && c.is_ascii_digit() && d.is_ascii_digit()).then_some(4)
        };
        self.take(|rest| year(rest).unwrap_or(0));
    }

    fn take_runs(&mut self) {
        self.take(|rest| Some(longest_run(rest)).filter(|run| *run >= RUN).unwrap_or(0));
    }

    /// Removes as many characters at each position as `here` returns.
    fn take(&mut self, here: impl Fn(&[Option<char>]) -> usize) {
        let mut at = 0;
        while at < self.0.len() {
            let length = here(&self.0[at..]);
            self.0[at..at + length].fill(None);
            at += length.max(1);
        }
    }
}

/// The length of the longest run at the start of the text.
fn longest_run(rest: &[Option<char>]) -> usize {
    let step =
        |from: char, by: i32| u32::from(from).checked_add_signed(by).and_then(char::from_u32);
    let next_letter =
        |a: char, b: char, by| a.is_alphanumeric() && b.is_alphanumeric() && step(a, by) == Some(b);
    let plain = [
        run(rest, |a, b| a == b),
        run(rest, |a, b| next_letter(a, b, 1)),
        run(rest, |a, b| next_letter(a, b, -1)),
    ];
    let keyboard = KEYBOARD.iter().flat_map(|line| {
        let place = |c| line.chars().position(|key| key == unshift(c));
        let next = move |a, b| place(a).is_some_and(|at| place(b) == Some(at + 1));
        [run(rest, next), run(rest, |a, b| next(b, a))]
    });
    plain.into_iter().chain(keyboard).max().unwrap_or(0)
}

fn run(rest: &[Option<char>], neighbors: impl Fn(char, char) -> bool) -> usize {
    let next = |pair: &&[Option<char>]| matches!(pair, [Some(a), Some(b)] if neighbors(*a, *b));
    1 + rest.windows(2).take_while(next).count()
}

/// The key that types this character on a US keyboard.
fn unshift(c: char) -> char {
    let shifted = SHIFTED.chars().zip(UNSHIFTED.chars()).find(|(shifted, _)| *shifted == c);
    shifted.map_or(c, |(_, key)| key)
}

#[cfg(test)]
mod tests;
