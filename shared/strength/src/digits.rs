//! Years and dates.

use crate::Match;

/// Guesses at a year are at least that many: it may be any of those around.
const YEARS_AROUND: u64 = 20;
const DAYS_OF_A_YEAR: u64 = 365;
/// What people put between the numbers of a date.
const SEPARATORS: u64 = 4;

/// Years that dates have, and numbers of four digits else not.
const YEARS: std::ops::RangeInclusive<u16> = 1000..=2050;

fn years_off(year: u16, from: i16) -> u64 {
    let off = i32::from(year).abs_diff(i32::from(from));
    u64::from(off).max(YEARS_AROUND)
}

fn number(digits: &[char]) -> Option<u16> {
    let text: String = digits.iter().collect();
    let all = digits.iter().all(char::is_ascii_digit);
    all.then(|| text.parse().ok()).flatten()
}

/// The years of the last century and this one.
pub(crate) fn years(text: &[char], now: i16) -> Vec<Match> {
    let mut found = Vec::new();
    let mut from = 0;
    while from + 4 <= text.len() {
        let to = from + 4;
        match number(&text[from..to]) {
            Some(year @ 1900..=2099) => {
                found.push(Match { from, to, guesses: years_off(year, now) });
                from = to;
            }
            _ => from += 1,
        }
    }
    found
}

/// All dates that stand in no longer one.
pub(crate) fn dates(text: &[char], now: i16) -> Vec<Match> {
    let mut found = Vec::new();
    for from in 0..text.len() {
        for to in (from + 4)..=(from + 10).min(text.len()) {
            let part = &text[from..to];
            let guesses = together(part, now).or_else(|| separated(part, now));
            if let Some(guesses) = guesses {
                found.push(Match { from, to, guesses });
            }
        }
    }
    let inside = |a: &Match, b: &Match| b.from <= a.from && a.to <= b.to && a != b;
    let longest = |date: &Match| !found.iter().any(|other| inside(date, other));
    found.iter().copied().filter(longest).collect()
}

/// `11112011`: four to eight digits, split as dates are written; the year closest to now counts.
fn together(part: &[char], now: i16) -> Option<u64> {
    let splits: &[(usize, usize)] = match part.len() {
        4 => &[(1, 2), (2, 3)],
        5 => &[(1, 3), (2, 3)],
        6 => &[(1, 2), (2, 4), (4, 5)],
        7 => &[(1, 3), (2, 3), (4, 5), (4, 6)],
        8 => &[(2, 4), (4, 6)],
        _ => return None,
    };
    let years =
        splits.iter().filter_map(|(a, b)| year_of([&part[..*a], &part[*a..*b], &part[*b..]]));
    let off = years.map(|year| years_off(year, now)).min()?;
    Some(off * DAYS_OF_A_YEAR)
}

/// `11/11/2011`: three numbers, and twice the same separator.
fn separated(part: &[char], now: i16) -> Option<u64> {
    let separator = *part.iter().find(|c| !c.is_ascii_digit())?;
    if !(separator.is_whitespace() || "/\\_.-".contains(separator)) {
        return None;
    }
    let numbers: Vec<&[char]> = part.split(|c| *c == separator).collect();
    let numbers: [&[char]; 3] = numbers.try_into().ok()?;
    let lengths = numbers.map(<[char]>::len);
    if !matches!(lengths, [1..=4, 1..=2, 1..=4]) || part.len() < 6 {
        return None;
    }
    let year = year_of(numbers)?;
    Some(years_off(year, now) * DAYS_OF_A_YEAR * SEPARATORS)
}

/// The year of three numbers that are a day, a month and a year, in an order that people use.
fn year_of(numbers: [&[char]; 3]) -> Option<u16> {
    let [first, second, third] = numbers.map(number);
    let [first, second, third] = [first?, second?, third?];
    let impossible = |n: u16| n > 99 && !YEARS.contains(&n);
    if impossible(first) || impossible(third) {
        return None;
    }
    let orders = [(third, first, second), (first, second, third)];
    if let Some((year, a, b)) = orders.into_iter().find(|(year, ..)| YEARS.contains(year)) {
        return day_and_month(a, b).then_some(year);
    }
    let (year, ..) = orders.into_iter().find(|(_, a, b)| day_and_month(*a, *b))?;
    Some(if year > 50 { 1900 } else { 2000 } + year)
}

fn day_and_month(a: u16, b: u16) -> bool {
    let both = |day, month| (1..=31).contains(&day) && (1..=12).contains(&month);
    both(a, b) || both(b, a)
}
