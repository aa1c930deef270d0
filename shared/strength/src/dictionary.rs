//! Words that people choose, as they are, turned round, or with digits and signs for letters.

use std::collections::BTreeMap;

use fst::raw::{Fst, Output};

use crate::{Match, mixtures};

/// Which characters stand for which letter.
pub(crate) const STAND_INS: [(char, &str); 12] = [
    ('a', "4@"),
    ('b', "8"),
    ('c', "({[<"),
    ('e', "3"),
    ('g', "69"),
    ('i', "1!|"),
    ('l', "1|7"),
    ('o', "0"),
    ('s', "$5"),
    ('t', "+7"),
    ('x', "%"),
    ('z', "2"),
];

/// Words of this one person.
pub(crate) struct Known(Fst<Vec<u8>>);

impl Known {
    /// The first word is the likeliest.
    pub(crate) fn new(words: &[&str]) -> Self {
        let mut ranks = BTreeMap::new();
        for (word, rank) in words.iter().zip(1_u64..) {
            let word: String = word.chars().map(lower).collect();
            ranks.entry(word).or_insert(rank);
        }
        let map = fst::Map::from_iter(ranks).unwrap_or_default();
        Self(map.into_fst())
    }
}

#[expect(clippy::expect_used, reason = "the build script wrote it, and every test reads it")]
fn common() -> Fst<&'static [u8]> {
    let built = include_bytes!(concat!(env!("OUT_DIR"), "/words.fst"));
    Fst::new(&built[..]).expect("words")
}

/// All words in `text`.
pub(crate) fn matches(text: &[char], known: &Known) -> Vec<Match> {
    let common = common();
    let mut found = Search::new(&common, text).run();
    found.extend(Search::new(&known.0, text).run());

    let reversed: Vec<char> = text.iter().rev().copied().collect();
    let mut backwards = Search::new(&common, &reversed).plain().run();
    backwards.extend(Search::new(&known.0, &reversed).plain().run());
    let end = text.len();
    found.extend(backwards.into_iter().map(|word| Match {
        from: end - word.to,
        to: end - word.from,
        guesses: word.guesses.saturating_mul(2),
    }));
    found
}

/// A walk along the automaton of one list from every character of a text.
struct Search<'a, D> {
    words: &'a Fst<D>,
    typed: &'a [char],
    lower: Vec<char>,
    stand_ins: bool,
    found: Vec<Match>,
}

/// Where a walk is, and what it took the characters for.
struct Step {
    from: usize,
    at: usize,
    node: usize,
    rank: Output,
}

/// A character, and the letter it stands for in this word; itself when it stays as typed.
type Reading = (char, char);

impl<'a, D: AsRef<[u8]>> Search<'a, D> {
    fn new(words: &'a Fst<D>, typed: &'a [char]) -> Self {
        Self {
            words,
            typed,
            lower: typed.iter().copied().map(lower).collect(),
            stand_ins: true,
            found: Vec::new(),
        }
    }

    fn plain(self) -> Self {
        Self { stand_ins: false, ..self }
    }

    fn run(mut self) -> Vec<Match> {
        for from in 0..self.typed.len() {
            let start =
                Step { from, at: from, node: self.words.root().addr(), rank: Output::zero() };
            self.walk(&start, &mut Vec::new());
        }
        self.found
    }

    fn walk(&mut self, step: &Step, readings: &mut Vec<Reading>) {
        let node = self.words.node(step.node);
        if node.is_final() && step.at > step.from {
            let rank = step.rank.cat(node.final_output()).value();
            self.report(step, rank, readings);
        }
        let Some(&typed) = self.lower.get(step.at) else {
            return;
        };
        let substitutes = self.stand_ins && STAND_INS.iter().any(|(_, all)| all.contains(typed));
        if !substitutes {
            self.advance(step, typed, readings);
        } else if let Some(&(_, letter)) = readings.iter().find(|(c, _)| *c == typed) {
            self.advance(step, letter, readings);
        } else {
            for letter in self.letters(typed, readings) {
                readings.push((typed, letter));
                self.advance(step, letter, readings);
                readings.pop();
            }
        }
    }

    fn advance(&mut self, step: &Step, letter: char, readings: &mut Vec<Reading>) {
        let (mut address, mut rank) = (step.node, step.rank);
        for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
            let node = self.words.node(address);
            let Some(index) = node.find_input(byte) else {
                return;
            };
            let transition = node.transition(index);
            rank = rank.cat(transition.out);
            address = transition.addr;
        }
        let next = Step { from: step.from, at: step.at + 1, node: address, rank };
        self.walk(&next, readings);
    }

    /// What a character not met in this word so far can be: one person replaces a letter by one
    /// character, and leaves a character that could stand for a letter as it is only in a word
    /// without replacements, or where other characters of the password took all its letters.
    fn letters(&self, typed: char, readings: &[Reading]) -> Vec<char> {
        let replaced = readings.iter().any(|(c, letter)| c != letter);
        let mut letters = Vec::new();
        if !replaced || self.spare(typed) {
            letters.push(typed);
        }
        let stays = readings.iter().filter(|(c, letter)| c == letter);
        if stays.into_iter().all(|(c, _)| self.spare(*c)) {
            let free = |letter: char| readings.iter().all(|(_, taken)| *taken != letter);
            letters.extend(letters_of(typed).filter(|letter| free(*letter)));
        }
        letters
    }

    fn spare(&self, typed: char) -> bool {
        let taken = |stand_ins: &str| {
            let mut others = stand_ins.chars().filter(|c| *c != typed);
            others.any(|other| self.lower.contains(&other))
        };
        let mut all = STAND_INS.iter().filter(|(_, all)| all.contains(typed));
        all.all(|(_, stand_ins)| taken(stand_ins))
    }

    fn report(&mut self, step: &Step, rank: u64, readings: &[Reading]) {
        let lower = &self.lower[step.from..step.at];
        let count = |c: char| lower.iter().filter(|other| **other == c).count();
        let variations = readings.iter().filter(|(c, letter)| c != letter);
        let spellings = variations.fold(1_u64, |ways, (c, letter)| {
            ways.saturating_mul(mixtures(count(*c), count(*letter)).max(2))
        });
        self.found.push(Match {
            from: step.from,
            to: step.at,
            guesses: rank
                .saturating_mul(capitals(&self.typed[step.from..step.at]))
                .saturating_mul(spellings),
        });
    }
}

fn letters_of(typed: char) -> impl Iterator<Item = char> {
    let of = move |(letter, all): &(char, &str)| all.contains(typed).then_some(*letter);
    STAND_INS.iter().filter_map(of)
}

/// One character for one, so that places stay the same: the few that have two stay as they are.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Ways to capitalise a word as strangely as this one. Its first letter alone, its last, or all are
/// common and count as one way more than none.
fn capitals(word: &[char]) -> u64 {
    let capital = |c: &&char| c.is_uppercase();
    let (upper, small) =
        (word.iter().filter(capital).count(), word.iter().filter(|c| c.is_lowercase()).count());
    let at_an_end = [word.first(), word.last()].iter().flatten().any(|c| c.is_uppercase());
    if upper == 0 {
        1
    } else if small == 0 || (upper == 1 && at_an_end) {
        2
    } else {
        mixtures(upper, small)
    }
}
