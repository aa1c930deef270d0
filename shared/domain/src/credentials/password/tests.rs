use super::*;
use crate::clinic::ClinicName;
use crate::ids::tests::FixedEntropy;
use crate::person::email::Email;
use crate::person::{FullName, PersonName};
use proptest::prelude::*;

fn known() -> KnownWords {
    let part = |text| PersonName::parse(text).unwrap();
    let ada = FullName {
        first: part("Adaline"),
        middle: None,
        last: part("Okafor"),
        suffix1: None,
        suffix2: None,
    };
    let email = Email::parse("ada.okafor@riverside.example").unwrap();
    KnownWords::new(&email, [&ada], [&ClinicName::parse("Riverside Imaging").unwrap()])
}

fn code(text: &str) -> Option<&'static str> {
    let new = Password::parse(text).and_then(|password| password.rate(&known()));
    new.err().map(|refused| refused.code)
}

fn hash(text: &str) -> PasswordHash {
    let rated = Password::parse(text).unwrap().rate(&known()).unwrap();
    rated.check_breach(BreachAnswer::NotListed).unwrap().hash(&FixedEntropy(1)).unwrap()
}

fn matches(hash: &PasswordHash, text: &str) -> bool {
    hash.matches(&Password::parse(text).unwrap())
}

/// Text with accents, other scripts, ligatures and emoji.
const TYPED: &str = "[ -~éèüÅñöşžđﬁ①ＡＢ가나ế한ß\u{301}\u{327}\u{1F600}\u{200d}αβ]{0,40}";

proptest! {
    #[test]
    fn rating_a_password_never_panics(text in any::<String>()) {
        let _ = code(&text);
    }

    #[test]
    fn composed_and_decomposed_text_is_the_same_password(text in TYPED) {
        let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());
        prop_assert_eq!(Password::parse(&composed), Password::parse(&text));
        prop_assert_eq!(Password::parse(&decomposed), Password::parse(&text));
        prop_assert_eq!(code(&composed), code(&decomposed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn a_hash_matches_composed_and_decomposed_text(text in "[éèüñöâêîôû]{4}[a-zéèüñöâêîôû ]{11,20}") {
        let decomposed: String = text.nfd().collect();
        let rate = |text: &str| Password::parse(text).unwrap().rate(&known());
        if let (Ok(a), Ok(b)) = (rate(&text), rate(&decomposed)) {
            let (a, b) = (a.breach_digest(), b.breach_digest());
            prop_assert_eq!(a.prefix(), b.prefix());
            prop_assert!(matches(&hash(&text), &decomposed));
            prop_assert!(matches(&hash(&decomposed), &text));
        }
    }
}

#[test]
fn a_new_password_has_15_to_128_characters() {
    for (password, expected) in [
        ("kT9#vQ2!xLpzR4", Some("password_length")),
        ("kT9#vQ2!xLpzR4w", None),
        ("", Some("password_length")),
        (&"kT9#vQ2!".repeat(16), None),
        (&format!("{}x", "kT9#vQ2!".repeat(16)), Some("password_length")),
    ] {
        assert_eq!(code(password), expected, "{password}");
    }
}

#[test]
fn characters_are_counted_in_the_normal_form() {
    let vowels = "éàüñôîûêâèçöëïÿ";
    let decomposed: String = vowels.nfd().collect();
    assert_eq!((vowels.chars().count(), decomposed.chars().count()), (15, 30));
    assert_eq!((code(vowels), code(&decomposed)), (None, None));
    let fourteen: String = vowels.nfd().take(28).collect();
    assert_eq!(code(&fourteen), Some("password_length"));
    // The ligature ﬃ counts as three characters. 15 times é is long enough, but it is a run.
    assert_eq!(code("kT9#vQ2!xLpzﬃ"), None);
    assert_eq!(code("kT9#vQ2!xLpﬃ"), Some("password_length"));
    assert_eq!(code(&"e\u{301}".repeat(15)), Some("password_weak"));
}

#[test]
fn a_mark_that_composes_with_nothing_counts_as_a_character() {
    let longest = "kq\u{331}T#".repeat(25) + "xyz";
    assert_eq!(longest.chars().count(), 128);
    assert_eq!(code(&longest), None);
    assert_eq!(code(&format!("{longest}w")), Some("password_length"));
}

#[test]
fn a_text_with_more_bytes_than_any_password_is_refused() {
    // One character is composed of at most four code points.
    let most = (0..=0x0010_ffff).filter_map(char::from_u32).map(|c| c.nfd().count()).max();
    assert_eq!(most, Some(4));
    let longest: String = "\u{1f82}\u{1f83}\u{1f84}\u{1f85}".repeat(32).nfd().collect();
    assert_eq!(longest.chars().count(), 512);
    assert!(Password::parse(&longest).is_ok());
    for long in ["é".repeat(129), "\u{fdfa}".repeat(8), "x".repeat(65_536), "\u{301}".repeat(1_025)]
    {
        assert_eq!(Password::parse(&long).unwrap_err().code, "password_length");
    }
}

#[test]
fn a_password_is_weak_unless_eight_characters_remain() {
    for (password, expected) in [
        ("okafor-riverside", Some("password_weak")),
        ("okafor-riverside-2026", Some("password_weak")),
        ("ÒKAFOR2024Radiology!", Some("password_weak")),
        ("passwordpassword", Some("password_weak")),
        ("qwertyuiopasdfgh", Some("password_weak")),
        ("abcdefghijklmnopqrstuvwxyz", Some("password_weak")),
        // Seven remain, then eight.
        ("riverside-tukmob", Some("password_weak")),
        ("riverside-tukmob7", None),
        ("lantern-gravel-otter", None),
        ("correcthorsebatterystaple", None),
        // No class of characters is required.
        ("unremarkable words", None),
        ("73920485716349058", None),
    ] {
        assert_eq!(code(password), expected, "{password}");
    }
}

#[test]
fn a_short_password_of_an_older_rule_can_be_compared() {
    assert!(Password::parse("short").is_ok());
    assert!(!matches(&hash("lantern-gravel-otter"), "short"));
}

#[test]
fn a_hash_is_argon2id_19_mib_2_1_and_matches_only_its_password() {
    let hash = hash("lantern-gravel-otter");
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
    assert!(matches(&hash, "lantern-gravel-otter"));
    assert!(matches(&hash, "ｌantern-gravel-otter"), "full-width letters are the same password");
    assert!(!matches(&hash, "lantern-gravel-otteR"));
    assert!(!matches(&hash, "lantern-gravel-ötter"));
    assert!(!matches(&PasswordHash::from_stored("x".into()), "x"));
    assert!(!matches(&PasswordHash::placeholder(), ""));
}

#[test]
fn debug_shows_no_secret() {
    let password = Password::parse("lantern-gravel-otter").unwrap();
    assert_eq!(format!("{password:?}"), "Password(redacted)");
    let known = known();
    assert_eq!(format!("{known:?}"), "KnownWords(redacted)");
    let rated = password.rate(&known).unwrap();
    assert_eq!(format!("{:?}", rated.breach_digest()), "BreachDigest(redacted)");
    assert_eq!(format!("{rated:?}"), "RatedPassword(redacted)");
    let new = rated.check_breach(BreachAnswer::NotListed).unwrap();
    assert_eq!(format!("{new:?}"), "NewPassword(redacted)");
    assert_eq!(format!("{:?}", new.hash(&FixedEntropy(1)).unwrap()), "PasswordHash(redacted)");
}

#[test]
fn only_a_listed_password_is_refused() {
    let rated = || Password::parse("correcthorsebatterystaple").unwrap().rate(&known()).unwrap();
    assert_eq!(rated().check_breach(BreachAnswer::Listed).unwrap_err().code, "password_breached");
    assert!(rated().check_breach(BreachAnswer::NotListed).is_ok());
    assert!(rated().check_breach(BreachAnswer::Unavailable).is_ok());
}
