use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn reading_never_panics(text in any::<String>()) {
        let _ = (PersonName::parse(&text), NameSuffix::parse(&text));
    }

    #[test]
    fn an_accepted_name_reads_as_itself_and_has_no_dangerous_characters(text in "\\PC{0,110}") {
        if let Ok(name) = PersonName::parse(&text) {
            prop_assert_eq!(&PersonName::parse(name.as_str()).unwrap(), &name);
            prop_assert!((1..=100).contains(&name.as_str().chars().count()));
            prop_assert!(!name.as_str().contains(['<', '>', '\r', '\n', '@']));
        }
        if let Ok(suffix) = NameSuffix::parse(&text) {
            prop_assert_eq!(&NameSuffix::parse(suffix.as_str()).unwrap(), &suffix);
        }
    }

    #[test]
    fn a_name_with_a_real_domain_is_refused(host in "[a-z]{1,10}", top in "com|net|io|co\\.uk|рф") {
        for dot in [".", "\u{2024}", "\u{fe52}", "。", "．", "｡"] {
            let name = format!("Ada {host}{}, MD", format!(".{top}").replace('.', dot));
            prop_assert_eq!(PersonName::parse(&name).unwrap_err().code, "name_looks_like_link");
        }
    }
}

#[test]
fn names_of_real_people_are_accepted() {
    for name in [
        "Ada",
        "O'Brien",
        "Anne-Marie",
        "de la Cruz",
        "J. R.",
        "J.R.",
        "Nguyễn",
        "王",
        "محمد",
        "Jr.",
        "St. John",
        "D’Arcy",
        "Łukasz",
        "M.D.",
        "Ph.D",
        "ʻAkahi",
        "3rd",
        "Kaʻiulani",
        "Sahaiʔa",
        "Gal·la",
        // Without a space after the period.
        "St.John",
        "J.Smith",
        "Ma.Theresa",
        "Sta.Maria",
        "Ma.José",
        "J.R.R.Tolkien",
        "Dr.A.P.J.Kalam",
        "M.O'Hara",
        "J.St-Pierre",
        "M.Al-Hassan",
        "V.Krishnan-Iyer",
        "د.محمد",
        "М.Иванова",
        "ו.כהן",
        // The Swedish Sankt.
        "S:t Cyr",
    ] {
        assert!(PersonName::parse(name).is_ok(), "{name}");
    }
}

#[test]
fn joiners_pass_where_a_script_needs_them_and_direction_marks_at_the_ends_are_dropped() {
    for (name, expected) in [
        ("علی\u{200c}رضا", "علی\u{200c}رضا"),
        ("می\u{200c}ترا", "می\u{200c}ترا"),
        ("ශ්\u{200d}රී", "ශ්\u{200d}රී"),
        ("श्\u{200d}याम", "श्\u{200d}याम"),
        ("അരുണ്\u{200d}", "അരുണ്\u{200d}"),
        ("র\u{200d}্যাচেল", "র\u{200d}্যাচেল"),
        ("渡辺\u{e0100}", "渡辺\u{e0100}"),
        ("\u{200f}משה\u{200f}", "משה"),
        ("\u{202b}משה\u{202c}", "משה"),
        ("\u{2068}محمد\u{2069}", "محمد"),
        (" \u{200e}Ada\u{a0}", "Ada"),
        ("\u{feff}Ada\u{200b}", "Ada"),
        ("علی\u{200c}", "علی"),
    ] {
        assert_eq!(PersonName::parse(name).unwrap().as_str(), expected, "{name:?}");
    }
}

#[test]
fn control_characters_angle_brackets_and_invisible_characters_are_refused() {
    for name in [
        "Ada\r\nBcc: x",
        "Ada\nX",
        "Ada\0X",
        "Ada\u{7f}X",
        "<b>Ada</b>",
        "A>da",
        "A\u{200b}da",
        "A\u{202e}da",
        "A\u{2066}da",
        "A\u{200f}da",
        "A\u{200c}da",
        "A\u{200d}da",
        "مح\u{200f}مد",
        "A\u{feff}da",
        "A\u{2028}da",
        "A\u{ad}da",
        "A\u{34f}da",
        "A\u{fe0f}da",
        "A\u{e0061}da",
        "A\u{3164}da",
        "A\u{e000}da",
        "＜b＞",
        "﹤b﹥",
        "x﹫y",
        "St: Cyr",
    ] {
        assert_eq!(PersonName::parse(name).unwrap_err().code, "name_characters", "{name:?}");
        assert_eq!(NameSuffix::parse(name).unwrap_err().code, "name_characters", "{name:?}");
    }
}

#[test]
fn a_name_that_email_programs_turn_into_a_link_is_refused() {
    for name in [
        "evil.com",
        "EVIL.COM",
        "www.evil",
        "ｗｗｗ．evil",
        "www.evil.com",
        "Ada evil.co/x",
        "a/b",
        "a／b",
        "a\u{2044}b",
        "a\u{2215}b",
        "evil.com.",
        "evil..com",
        "(evil.com)",
        "see evil.com now",
        "evil.com, MD",
        "evil.com?x=1",
        "evil.com'",
        "evil.com-x",
        "evil.de-",
        "-evil.io",
        "Win at evil.io- now",
        "evil.com_x",
        "bit.ly",
        "e.co",
        "Ann.De-Vries.de",
        "evil。com",
        "evil．com",
        "evil｡com",
        "evil\u{2024}com",
        "evil\u{fe52}com",
        "evil\u{a4f8}com",
        "ｅｖｉｌ.ｃｏｍ",
        "evil.xn--p1ai",
        "пример.рф",
        "1.2.3.4",
        "1.2.33.44",
    ] {
        assert_eq!(PersonName::parse(name).unwrap_err().code, "name_looks_like_link", "{name}");
    }
    for name in ["http://evil", "mailto:x", "x@evil", "tel:123"] {
        assert_eq!(PersonName::parse(name).unwrap_err().code, "name_characters", "{name}");
    }
}

#[test]
fn a_suffix_may_look_like_a_link() {
    for suffix in ["R.Ph.", "M.Sc.", "Dr.PH", "MD/PhD", "B.Sc.N.Ed", "M.S.Ed.", "Dipl.-Ing.", "III"]
    {
        assert_eq!(NameSuffix::parse(suffix).unwrap().as_str(), suffix);
    }
    for wrong in [String::new(), "\u{200e}".into(), "a".repeat(101)] {
        assert_eq!(NameSuffix::parse(&wrong).unwrap_err().code, "name_length");
    }
}

#[test]
fn a_name_has_4_digits_at_most() {
    for name in ["3rd", "Louis 14", "Ada 1234", "Ada ①②③④", "王 三一二五"] {
        assert!(PersonName::parse(name).is_ok(), "{name}");
    }
    for name in [
        "Call 415 555 0132",
        "Ada 12345",
        "1 2 3 4 5",
        "٠١٢٣٤",
        "Ada １２３４５",
        "Ada ①②③④⑤",
        "Ada ¹²³⁴⁵",
        "Ada ㉑㉑㉑",
    ] {
        assert_eq!(PersonName::parse(name).unwrap_err().code, "name_digits", "{name}");
    }
}

#[test]
fn a_name_has_1_to_100_characters() {
    assert!(PersonName::parse(&"é".repeat(100)).is_ok());
    for wrong in [String::new(), "   ".into(), "\u{200f}".into(), "a".repeat(101)] {
        assert_eq!(PersonName::parse(&wrong).unwrap_err().code, "name_length");
    }
}
