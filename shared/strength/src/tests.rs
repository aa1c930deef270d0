//! The estimate beside the crate `zxcvbn`, and what it is by itself.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// The year that the crate takes from the clock.
#[expect(clippy::disallowed_methods, reason = "the crate to compare with reads the clock")]
fn this_year() -> i16 {
    let now = jiff::Timestamp::now();
    jiff::tz::Offset::UTC.to_datetime(now).year()
}

fn ours(password: &str, known: &[&str]) -> u64 {
    guesses(password, known, this_year())
}

fn theirs(password: &str, known: &[&str]) -> u64 {
    zxcvbn::zxcvbn(password, known).guesses()
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// What passwords are made of.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "password",
        "Dragon",
        "monkey",
        "LETMEIN",
        "sunshinE",
        "garcia",
        "Okafor",
        "radiology",
        "the",
        "mother",
        "board",
        "drowssap",
        "yeknom",
        "rofako",
    ];
    let replaced = [
        "p4ssword", "pa$$w0rd", "dr4g0n", "m0nkey", "1etmein", "!loveyou", "7rus7", "0k4f0r",
        "2pac", "4ever", "p@ssw4rd", "b|r6er", "+i6er", "b1993r",
    ];
    let patterns = [
        "qwerty",
        "qwErtyuiop",
        "zxcvfr",
        "aoeu",
        "1qaz2wsx",
        "!QAZ",
        "7894",
        "159",
        "abcdef",
        "zyx",
        "9753",
        "aaaa",
        "abcabcabc",
        "aabaab",
        "1991",
        "2026",
        "1887",
        "11111991",
        "1/2/87",
        "1999-12-31",
        "31.12.1999",
    ];
    prop_oneof![
        3 => select(owned(&words)),
        3 => select(owned(&replaced)),
        3 => select(owned(&patterns)),
        2 => "[a-zA-Z0-9!#$%@.éЖ-]{1,6}",
    ]
}

/// Where the crate leaves the paper, and this does not: a doubled character begins a sequence, square
/// brackets count as shifted, and capitals without small letters as no guess at all.
fn differs(password: &str) -> bool {
    let all: Vec<char> = password.chars().collect();
    let doubled = all
        .windows(3)
        .any(|w| w[0] == w[1] && (1..=5).contains(&u32::from(w[1]).abs_diff(u32::from(w[2]))));
    let shouted = password.split(char::is_lowercase).any(|part| {
        let capitals = part.chars().filter(|c| c.is_uppercase()).count();
        part.chars().count() > 2 && (1..part.chars().count()).contains(&capitals)
    });
    doubled || shouted || password.contains(['[', ']'])
}

/// Words with characters for some of their letters, each letter's at random.
fn replaced() -> impl Strategy<Value = String> {
    let words = [
        "password", "trustno1", "tallest", "ablaze", "classic", "2pac", "4ever", "illegal", "r2d2",
        "gogogo", "lilith", "sixtyone", "exact", "battle",
    ];
    let of = |letter: char| {
        let all = dictionary::STAND_INS.iter().find(|(of, _)| *of == letter);
        let stand_ins = all.map_or("", |(_, all)| all).chars();
        select(std::iter::once(letter).chain(stand_ins).collect::<Vec<_>>())
    };
    let spelt = move |word: &str| word.chars().map(of).collect::<Vec<_>>();
    (select(words.to_vec()).prop_flat_map(spelt), "[4@691!|7$5x]{0,3}")
        .prop_map(|(word, rest)| word.into_iter().collect::<String>() + &rest)
}

fn separated_date() -> impl Strategy<Value = String> {
    let number = || prop_oneof![0..60_u16, 990..1010_u16, 1900..2110_u16];
    let padded = (number(), any::<bool>())
        .prop_map(|(n, pad)| if pad { format!("{n:02}") } else { n.to_string() });
    let separator = || select(vec!['/', '\\', '_', '.', '-', ' ', ',']);
    (
        padded.clone(),
        separator(),
        (0..40_u8, 1..4_usize),
        prop::option::weighted(0.1, separator()),
        padded,
    )
        .prop_map(|(a, one, (b, width), other, c)| {
            format!("{a}{one}{b:0width$}{}{c}", other.unwrap_or(one))
        })
}

/// From 10^12 on the crate, which walks hash maps, contradicts itself from one call to the next.
fn equal(password: &str) -> Result<(), TestCaseError> {
    const SURE: u64 = 1_000_000_000_000;
    prop_assume!(!differs(password));
    let known = ["okafor", "ada", "northside radiology"];
    let (ours, theirs) = (ours(password, &known), theirs(password, &known));
    prop_assert_eq!(ours.min(SURE), theirs.min(SURE), "{}", password);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_global_rejects: 30_000, ..ProptestConfig::default() })]

    #[test]
    fn it_is_the_estimate_of_zxcvbn(pieces in prop::collection::vec(piece(), 1..6)) {
        equal(&pieces.concat())?;
    }

    #[test]
    fn of_words_with_replaced_letters(word in replaced()) {
        equal(&word)?;
    }

    #[test]
    fn of_dates_and_years(date in prop_oneof![separated_date(), "[0-3]{0,2}[0-9]{4,6}", "x?19[0-9]{2,4}"]) {
        equal(&date)?;
    }

    #[test]
    fn of_keys(keys in prop_oneof!["[0-9/*+=.-]{3,5}", "[4-9*+-]{3,4}", "[!@#$%^&QWE]{3,5}", "[aoeu',.p;qjk]{3,5}"]) {
        equal(&keys)?;
    }

    #[test]
    fn of_repeats_and_sequences(text in prop_oneof!["[ab]{2,14}", "[xyzk]{3,6}", "[bdgiln]{3,5}", "[qv]{2,3}[bglq]{4,6}"]) {
        equal(&text)?;
    }
}

proptest! {
    #[test]
    fn any_text_has_an_estimate(text in any::<String>(), known in any::<[String; 2]>(), year: i16) {
        let known = known.each_ref().map(String::as_str);
        let at_least = u64::from(!text.is_empty());
        prop_assert!(guesses(&text, &known, year) >= at_least);
    }

    #[test]
    fn a_word_of_the_person_is_found_however_it_is_spelt(
        (word, typed) in select(vec![
            ("Okafor", "okafor"), ("okafor", "OKAFOR"), ("okafor", "rofako"), ("okafor", "0k4f0r"),
            ("Ødegård", "ødegård"), ("ΝΊΚΟΣ", "νίκοσ"), ("李小龍", "李小龍"),
            ("ada@clinic.example", "ada@clinic.example"),
        ]),
        before in 0..5_usize,
    ) {
        let mut known = vec!["other"; before];
        let unknown = guesses(typed, &known, 2026);
        known.push(word);
        let known = guesses(typed, &known, 2026);
        prop_assert!(known <= 1 + 5 * 4, "{known}");
        prop_assert!(known < unknown, "{known} {unknown}");
    }
}

#[test]
fn what_people_choose_is_not_safe_and_what_they_do_not_is() {
    let choices = [
        "passwordpassword",
        "Password2026!",
        "p4$$w0rdp4$$w0rd",
        "drowssapdrowssap",
        "qwertyuiop[]",
        "1qaz2wsx3edc",
        "789456123000",
        "abcdefghijkl",
        "zyxwvutsrqpo",
        "aaaaaaaaaaaaa",
        "abcabcabcabc",
        "31.12.199931.12.1999",
        "19871988198",
    ];
    for chosen in choices {
        assert!(guesses(chosen, &[], 2026) < SAFE, "{chosen}");
    }
    for other in [
        "lantern-gravel-otter-92",
        "kT9#vQ2!xLpz",
        "gravel otter lantern",
        "Größenwahn-im-Kirschbaum",
    ] {
        assert!(guesses(other, &[], 2026) >= SAFE, "{other}");
    }
}

#[test]
fn where_the_crate_leaves_the_paper_the_paper_holds() {
    assert_eq!(guesses("PASSWORD1", &[], 2026), guesses("Password1", &[], 2026));
    assert!(guesses("aab", &[], 2026) > guesses("abc", &[], 2026));
    assert_eq!(keyboard::matches(&['[', ']', '\\'])[0].guesses, 94 * 4 + 94 * 4);
}

#[test]
fn a_year_is_the_dearer_the_longer_ago() {
    assert_eq!(guesses("1990", &[], 2026), 1 + 36);
    assert_eq!(guesses("2015", &[], 2026), 1 + 20);
    assert_eq!(guesses("11/11/1990", &[], 2026), 1 + 36 * 365 * 4);
}

#[test]
fn only_the_first_hundred_characters_are_looked_at() {
    let long: String = "kT9#vQ2!".chars().cycle().take(100).collect();
    assert_eq!(guesses(&format!("{long}xyz"), &[], 2026), guesses(&long, &[], 2026));
}

#[test]
fn of_parts_that_end_together_the_longer_comes_first() {
    let password = "62026passions";
    assert_eq!(ours(password, &[]), theirs(password, &[]));
}

#[test]
fn what_repeats_is_the_shortest_that_does() {
    let password = "qvqvxqvqvxqvqvxqvqvx";
    assert_eq!(ours(password, &[]), theirs(password, &[]));
}
