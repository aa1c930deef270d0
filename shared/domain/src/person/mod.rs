//! A person's names, phone number and role in the clinic.

pub mod email;
pub mod permissions;
pub mod profile;
pub mod vouched;

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::field::Refusal;

/// The most characters in a name.
const MAX_CHARS: usize = 100;
/// The most digits in a part of a person's name.
const MAX_DIGITS: usize = 4;

const LENGTH: Refusal = Refusal::new("name_length", "Send 1 to 100 characters.");
const CHARACTERS: Refusal = Refusal::new(
    "name_characters",
    "Remove control characters, line breaks, invisible or direction-changing characters, and < > : @.",
);
const LINK: Refusal = Refusal::new(
    "name_looks_like_link",
    "Put a space after each period, so that the name does not look like a web address.",
);
const DIGITS: Refusal = Refusal::new(
    "name_digits",
    "Send at most 4 digits, so that emails with the name cannot carry a phone number.",
);

/// One part of a person's name: 1 to 100 characters that look like no link, with 4 digits at most.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Reads one part of a name. Emails greet people by name, so a name with more digits could carry a
    /// phone number or an amount to strangers.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = parse_shown_name(text)?;
        let digits = name.nfkc().filter(|c| c.is_numeric()).count();
        if digits > MAX_DIGITS { Err(DIGITS) } else { Ok(Self(name)) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads a name that emails show. It is trimmed, NFC and 1 to 100 characters long. It cannot break out of an
/// email header or a page, and email programs do not turn it into a link.
pub(crate) fn parse_shown_name(text: &str) -> Result<String, Refusal> {
    let name: String = text.trim().nfc().collect();
    if name.is_empty() || name.chars().count() > MAX_CHARS {
        return Err(LENGTH);
    }
    if name.chars().any(is_forbidden) {
        return Err(CHARACTERS);
    }
    if looks_like_link(&name) {
        return Err(LINK);
    }
    Ok(name)
}

fn is_forbidden(c: char) -> bool {
    use GeneralCategory as G;
    matches!(c, '<' | '>' | ':' | '@' | '＜' | '＞' | '：' | '＠')
        || matches!(
            c.general_category(),
            G::Control | G::Format | G::LineSeparator | G::ParagraphSeparator | G::PrivateUse | G::Surrogate | G::Unassigned
        )
        // Hangul fillers and the blank Braille pattern are invisible, although their category is letter or symbol.
        || matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}')
}

/// Whether a text contains `x.xx`: a letter or digit, a dot, and two more letters or digits. Any
/// character that IDNA reads as a dot counts.
fn looks_like_link(name: &str) -> bool {
    let chars: Vec<char> = name.chars().collect();
    chars.windows(4).any(|w| {
        w[0].is_alphanumeric()
            && matches!(w[1], '.' | '。' | '．' | '｡')
            && w[2].is_alphanumeric()
            && w[3].is_alphanumeric()
    })
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(redacted)")
    }
}

/// A phone number of 10 to 15 digits, without separators. E.164 allows 15.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number. Drops a leading `+` and the separators ` -().`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const INVALID: Refusal = Refusal::new(
            "phone_invalid",
            "Send 10 to 15 digits. Spaces, hyphens, parentheses, periods and a leading + are accepted.",
        );
        let text = text.trim();
        let bare = text.strip_prefix('+').unwrap_or(text);
        let digits: String = bare.chars().filter(|c| !" -().".contains(*c)).collect();
        let right = digits.bytes().all(|b| b.is_ascii_digit()) && (10..=15).contains(&digits.len());
        if right { Ok(Self(digits)) } else { Err(INVALID) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(redacted)")
    }
}

/// All parts of a person's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullName {
    /// First name.
    pub first: PersonName,
    /// Middle name.
    pub middle: Option<PersonName>,
    /// Last name. Only this part is compared with the NPI registry.
    pub last: PersonName,
    /// Suffix such as `Jr.` or `MD`.
    pub suffix1: Option<PersonName>,
    /// Second suffix.
    pub suffix2: Option<PersonName>,
}

impl FullName {
    /// First and last name, as in an email's greeting.
    pub fn first_and_last(&self) -> String {
        format!("{} {}", self.first.as_str(), self.last.as_str())
    }
}

macro_rules! clinic_roles {
    ($($variant:ident = $text:literal,)*) => {
        /// A person's role in the clinic: one of AutoScribe's 61.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ClinicRole { $(#[doc = $text] $variant,)* }

        impl ClinicRole {
            /// Every role, in AutoScribe's order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The role as AutoScribe writes it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads a role. The spelling must be AutoScribe's.
            pub fn parse(text: &str) -> Result<Self, Refusal> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(Refusal::new(
                        "clinic_role_unknown",
                        "Send one of the 61 clinic roles, spelled exactly, such as Radiologist.",
                    )),
                }
            }
        }
    };
}

clinic_roles! {
    Doctor = "Doctor",
    Physician = "Physician",
    Surgeon = "Surgeon",
    Radiologist = "Radiologist",
    Cardiologist = "Cardiologist",
    Neurologist = "Neurologist",
    Urologist = "Urologist",
    Gynecologist = "Gynecologist",
    Endocrinologist = "Endocrinologist",
    Oncologist = "Oncologist",
    RadiationOncologist = "Radiation Oncologist",
    Hematologist = "Hematologist",
    Gastroenterologist = "Gastroenterologist",
    Pulmonologist = "Pulmonologist",
    Nephrologist = "Nephrologist",
    Rheumatologist = "Rheumatologist",
    Dermatologist = "Dermatologist",
    Ophthalmologist = "Ophthalmologist",
    Otolaryngologist = "Otolaryngologist",
    Pediatrician = "Pediatrician",
    Obstetrician = "Obstetrician",
    Psychiatrist = "Psychiatrist",
    Anesthesiologist = "Anesthesiologist",
    EmergencyMedicinePhysician = "Emergency Medicine Physician",
    FamilyMedicinePhysician = "Family Medicine Physician",
    InternalMedicinePhysician = "Internal Medicine Physician",
    Pathologist = "Pathologist",
    NuclearMedicinePhysician = "Nuclear Medicine Physician",
    PainManagementSpecialist = "Pain Management Specialist",
    InfectiousDiseaseSpecialist = "Infectious Disease Specialist",
    Immunologist = "Immunologist",
    PhysicianAssistant = "Physician Assistant",
    NursePractitioner = "Nurse Practitioner",
    CertifiedRegisteredNurseAnesthetist = "Certified Registered Nurse Anesthetist",
    Psychologist = "Psychologist",
    MedicalAssistant = "Medical Assistant",
    Scribe = "Scribe",
    RegisteredNurse = "Registered Nurse",
    NurseManager = "Nurse Manager",
    PatientCareCoordinator = "Patient Care Coordinator",
    ImagingTechnologist = "Imaging Technologist",
    LaboratoryTechnician = "Laboratory Technician",
    MedicalLaboratoryScientist = "Medical Laboratory Scientist",
    PathologistsAssistant = "Pathologists' Assistant",
    Phlebotomist = "Phlebotomist",
    Pharmacist = "Pharmacist",
    PharmacyTechnician = "Pharmacy Technician",
    PhysicalTherapist = "Physical Therapist",
    OccupationalTherapist = "Occupational Therapist",
    SpeechLanguagePathologist = "Speech-Language Pathologist",
    RespiratoryTherapist = "Respiratory Therapist",
    Nutritionist = "Nutritionist",
    FrontDeskOperator = "Front Desk Operator",
    RevenueCycleManager = "Revenue Cycle Manager",
    AdministrativeDirector = "Administrative Director",
    AdministrativeAssistant = "Administrative Assistant",
    LegalAdministrator = "Legal Administrator",
    ITAdministrator = "IT Administrator",
    ITSupport = "IT Support",
    SoftwareEngineer = "Software Engineer",
    Other = "Other",
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = (PersonName::parse(&text), PhoneNumber::parse(&text), ClinicRole::parse(&text));
        }

        #[test]
        fn an_accepted_name_reads_as_itself_and_has_no_dangerous_characters(text in "\\PC{0,110}") {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert_eq!(&PersonName::parse(name.as_str()).unwrap(), &name);
                prop_assert!((1..=100).contains(&name.as_str().chars().count()));
                prop_assert!(!name.as_str().contains(['<', '>', '\r', '\n', '@']));
            }
        }

        #[test]
        fn a_phone_number_is_stored_as_its_digits(digits in "[0-9]{10,15}") {
            let spaced: String = digits.chars().flat_map(|c| [c, '-']).collect();
            let number = PhoneNumber::parse(&format!("+{spaced}")).unwrap();
            prop_assert_eq!(number.as_str(), digits);
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
            "MD/PhD",
            "St. John",
            "D’Arcy",
            "Łukasz",
            "M.D.",
            "Ph.D",
            "ʻAkahi",
            "3rd",
        ] {
            assert!(PersonName::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn control_characters_angle_brackets_and_invisible_characters_are_refused() {
        for name in [
            "Ada\r\nBcc: x",
            "Ada\nX",
            "Ada\0",
            "Ada\u{7f}",
            "<b>Ada</b>",
            "A>da",
            "A\u{200b}da",
            "A\u{202e}da",
            "A\u{2066}da",
            "\u{feff}Ada",
            "A\u{2028}da",
            "A\u{ad}da",
            "A\u{3164}da",
            "A\u{e000}da",
            "＜b＞",
        ] {
            assert_eq!(PersonName::parse(name).unwrap_err().code, "name_characters", "{name:?}");
        }
    }

    #[test]
    fn a_name_that_email_programs_turn_into_a_link_is_refused() {
        for name in
            ["evil.com", "www.evil.com", "Ada evil.co/x", "evil。com", "evil．com", "1.2.33.44"]
        {
            assert_eq!(PersonName::parse(name).unwrap_err().code, "name_looks_like_link", "{name}");
        }
        for name in ["http://evil", "mailto:x", "x@evil", "tel:123"] {
            assert_eq!(PersonName::parse(name).unwrap_err().code, "name_characters", "{name}");
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
        for wrong in [String::new(), "   ".into(), "a".repeat(101)] {
            assert_eq!(PersonName::parse(&wrong).unwrap_err().code, "name_length");
        }
    }

    #[test]
    fn a_phone_number_has_10_to_15_digits() {
        assert_eq!(PhoneNumber::parse("+1 (415) 555-0132").unwrap().as_str(), "14155550132");
        for wrong in
            ["123456789", "1234567890123456", "415-555-013x", "4155550132+", "", "٠١٢٣٤٥٦٧٨٩"]
        {
            assert!(PhoneNumber::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_of_the_61_roles_reads_as_itself() {
        assert_eq!(ClinicRole::ALL.len(), 61);
        for role in ClinicRole::ALL {
            assert_eq!(ClinicRole::parse(role.as_str()), Ok(*role));
        }
        assert!(ClinicRole::parse("radiologist").is_err());
    }
}
