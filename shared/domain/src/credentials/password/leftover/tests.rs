use super::*;
use crate::person::PersonName;

fn name(first: &str, middle: Option<&str>, last: &str) -> FullName {
    FullName {
        first: PersonName::parse(first).unwrap(),
        middle: middle.map(|middle| PersonName::parse(middle).unwrap()),
        last: PersonName::parse(last).unwrap(),
        suffix1: None,
        suffix2: NameSuffix::parse("FACR").ok(),
    }
}

/// A person with accents, hyphens, an apostrophe and two sets of names.
fn known() -> KnownWords {
    let email = Email::parse("Z.Lofgren_desk42+night@Harbor-Imaging.example").unwrap();
    let names = [name("Zoë", Some("Anne-Marie"), "O’Brien-Löfgren"), name("Li", None, "Łukasz")];
    let clinic = ClinicName::parse("Riverside Imaging Center").unwrap();
    KnownWords::new(&email, &names, [&clinic])
}

fn leftovers(cases: &[(&str, usize)]) {
    let known = known();
    for (password, expected) in cases {
        assert_eq!(known.leftover(password), *expected, "{password}");
    }
}

#[test]
fn other_characters_remain() {
    leftovers(&[("", 0), ("correct horse", 13), ("kT9#vQ2!xLpz", 12), ("日本語のパス", 6)]);
}

#[test]
fn words_of_the_names_are_removed_in_any_case_and_with_any_accents() {
    leftovers(&[
        ("lofgren-tuk", 4),
        ("LÖFGREN-tuk", 4),
        ("lo\u{308}fgre\u{301}n-tuk", 4),
        ("ＬＯＦＧＲＥＮ-tuk", 4),
        ("lukaszLukaszŁUKASZ", 0),
        ("tukmarietuk", 6),
        ("facrtuk", 3),
    ]);
}

#[test]
fn a_name_with_an_apostrophe_is_removed_with_or_without_it() {
    leftovers(&[("obrientuk", 3), ("o'brientuk", 5), ("O’Brien tuk", 6)]);
    let email = Email::parse("k@clinic.example").unwrap();
    let hawaiian = KnownWords::new(&email, &[name("Kai", None, "ʻAkahi")], []);
    assert_eq!(hawaiian.leftover("akahitukʻ"), 4);
}

#[test]
fn words_of_fewer_than_four_letters_remain() {
    leftovers(&[("zoe-li-zoë", 10), ("may-the-dr", 10)]);
}

#[test]
fn punctuation_and_digits_separate_the_words_of_an_address() {
    leftovers(&[
        ("deskdesk7tuk", 4),
        ("nighttuk", 3),
        ("harbor.tuk.example", 5),
        // Neither the whole address nor the digits count as a word.
        ("desk42tuk", 5),
    ]);
}

#[test]
fn words_of_the_clinic_and_common_words_are_removed() {
    leftovers(&[
        ("riversidetuk", 3),
        ("CENTERtuk", 3),
        ("AutoScribe", 0),
        ("radiologist", 0),
        ("SummerAutumnFALL", 0),
        ("december-tuk", 4),
        ("Passw0rdP@ssw0rdpásswòrd", 0),
        ("welcome letmein", 1),
    ]);
}

#[test]
fn the_longest_word_is_removed_first_and_its_surroundings_form_no_new_word() {
    // "passphrase" goes before "pass", and "administrator" before "admin".
    leftovers(&[("passphrases", 1), ("administrators", 1), ("riversides", 1)]);
    // Removing "marie" does not join "pass" and "word". "pass" is a word by itself.
    leftovers(&[("passmarieword", 4), ("anmariene", 4), ("20marie24", 4), ("xymariez", 3)]);
}

#[test]
fn years_from_1900_to_2099_are_removed() {
    leftovers(&[
        ("tuk2024", 3),
        ("1900tuk2099", 3),
        ("tuk1899", 7),
        ("tuk2150", 7),
        ("20242025", 0),
        ("７２０２４7", 2),
        ("202a4", 5),
    ]);
}

#[test]
fn runs_of_one_character_are_removed_from_three_on() {
    leftovers(&[("aaatuk", 3), ("aAaÁ!!!!tuk", 3), ("aatuk", 5), ("   t  ", 3)]);
    leftovers(&[("éèëêtuk", 3), ("e\u{331}e\u{331}e\u{331}tuk", 3)]);
}

#[test]
fn runs_of_neighboring_keys_are_removed_in_both_directions() {
    leftovers(&[
        ("qwertytuk", 3),
        ("ASDFtuk", 3),
        ("lkjhgtuk", 3),
        ("1qaz2wsxtuk", 3),
        ("!QAZ@WSXtuk", 3),
        ("zaq1xsw2tuk", 3),
        ("zse4xdr5tuk", 3),
        ("!@#$%^&*()tuk", 3),
        ("0987tuk", 3),
        ("uiop[]tuk", 3),
        // Two neighbors are no run, and neither is a change of direction.
        ("qwtuk", 5),
        ("sawa", 4),
    ]);
}

#[test]
fn runs_in_the_alphabet_are_removed_in_both_directions() {
    leftovers(&[
        ("abcdtuk", 3),
        ("4321tuk", 3),
        ("0123tuk", 3),
        ("ZYXWtuk", 3),
        ("tukабвгд", 3),
        ("tukδγβα", 3),
        ("abdtuk", 6),
        ("a1b2c3", 6),
    ]);
}

#[test]
fn runs_that_touch_are_all_removed() {
    leftovers(&[("qwertyuiop12345678", 0), ("abcabcabcabcabc", 0), ("aaabbbccc111", 0)]);
}

#[test]
fn invisible_characters_neither_count_nor_hide_a_word() {
    leftovers(&[("pass\u{200b}word\u{ad}\u{200d}", 0), ("tuk\u{feff}\u{2060}", 3)]);
}

#[test]
fn a_letter_of_another_script_counts_once() {
    leftovers(&[("비밀번호", 4), ("नमस्ते", 5), ("ẞmob", 5)]);
}
