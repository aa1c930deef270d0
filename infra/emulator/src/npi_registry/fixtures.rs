//! The numbers that the stand-in registry knows.

/// A number that the registry has an answer for, and the person to invite with it.
#[derive(Debug)]
pub struct NpiFixture {
    /// The NPI.
    pub number: &'static str,
    /// The surname to invite with, as a caller would type it.
    pub surname: &'static str,
    /// The result of the invitation: a value of `npiVerification`, or the code of the error.
    pub outcome: &'static str,
    /// What this number is an example of.
    pub example_of: &'static str,
    pub(super) answer: FixtureAnswer,
}

#[derive(Debug)]
pub(super) enum FixtureAnswer {
    /// An active person with this first name and surname.
    Person(&'static str, &'static str, RecordDetail),
    /// An active person, after 5 seconds.
    Late(&'static str, &'static str),
    Organization(&'static str),
    Deactivated,
    Unknown,
    NotJson,
    Down,
}

#[derive(Debug)]
pub(super) enum RecordDetail {
    Plain,
    /// The format of older versions: numbers and epochs are integers, and epochs are in seconds.
    Integers,
    FormerName(&'static str),
    Reactivated,
}

/// All numbers that the registry knows. Real NPIs begin with 1. The standard also allows 2, so
/// these belong to no one. 1234567893 is the example in CMS's own documents.
pub static FIXTURES: &[NpiFixture] = &[
    NpiFixture {
        number: "1234567893",
        surname: "Hale",
        outcome: "verified",
        example_of: "an active radiologist",
        answer: FixtureAnswer::Person("ANNA", "HALE", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000002",
        surname: "O’Brien",
        outcome: "verified",
        example_of: "an active radiologist with an apostrophe",
        answer: FixtureAnswer::Person("CONOR", "O'BRIEN", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000010",
        surname: "Nakamura",
        outcome: "verified",
        example_of: "an active radiologist in the older format, with integers",
        answer: FixtureAnswer::Person("KEN", "NAKAMURA", RecordDetail::Integers),
    },
    NpiFixture {
        number: "2000000028",
        surname: "García López",
        outcome: "verified",
        example_of: "accents and a hyphen: the registry writes GARCIA-LOPEZ",
        answer: FixtureAnswer::Person("MARIA", "GARCIA-LOPEZ", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000036",
        surname: "Brandt",
        outcome: "verified",
        example_of: "a former surname, now LINDQVIST",
        answer: FixtureAnswer::Person("ELSA", "LINDQVIST", RecordDetail::FormerName("BRANDT")),
    },
    NpiFixture {
        number: "2000000044",
        surname: "Moreau",
        outcome: "verified",
        example_of: "a number that was deactivated and is active again",
        answer: FixtureAnswer::Person("LUC", "MOREAU", RecordDetail::Reactivated),
    },
    NpiFixture {
        number: "2000000051",
        surname: "Doyle",
        outcome: "name_mismatch",
        example_of: "another person's number, WINTERBOTTOM's",
        answer: FixtureAnswer::Person("RUTH", "WINTERBOTTOM", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000069",
        surname: "Harbor",
        outcome: "npi_not_found",
        example_of: "an organization's number",
        answer: FixtureAnswer::Organization("HARBOR IMAGING LLC"),
    },
    NpiFixture {
        number: "2000000077",
        surname: "Quinn",
        outcome: "npi_deactivated",
        example_of: "a number that CMS deactivated",
        answer: FixtureAnswer::Deactivated,
    },
    NpiFixture {
        number: "2000000085",
        surname: "Silva",
        outcome: "npi_not_found",
        example_of: "a number without a record, as any other number",
        answer: FixtureAnswer::Unknown,
    },
    NpiFixture {
        number: "2000000093",
        surname: "Tanaka",
        outcome: "pending",
        example_of: "a maintenance page instead of JSON",
        answer: FixtureAnswer::NotJson,
    },
    NpiFixture {
        number: "2000000101",
        surname: "Unger",
        outcome: "pending",
        example_of: "an answer that comes after 5 seconds",
        answer: FixtureAnswer::Late("PAUL", "UNGER"),
    },
    NpiFixture {
        number: "2000000119",
        surname: "Varga",
        outcome: "pending",
        example_of: "a registry that is down (HTTP 503)",
        answer: FixtureAnswer::Down,
    },
    NpiFixture {
        number: "2000000127",
        surname: "Kaʻiulani",
        outcome: "verified",
        example_of: "an okina: the registry writes KAIULANI",
        answer: FixtureAnswer::Person("LEILANI", "KAIULANI", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000135",
        surname: "Müller",
        outcome: "verified",
        example_of: "an umlaut: the registry writes MUELLER",
        answer: FixtureAnswer::Person("JAN", "MUELLER", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000143",
        surname: "Jönsson",
        outcome: "verified",
        example_of: "an umlaut: the registry writes JOENSSON",
        answer: FixtureAnswer::Person("LARS", "JOENSSON", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000150",
        surname: "Åberg",
        outcome: "verified",
        example_of: "a ring: the registry writes AABERG",
        answer: FixtureAnswer::Person("SIV", "AABERG", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000168",
        surname: "Smith",
        outcome: "verified",
        example_of: "a suffix in the surname: the registry writes SMITH JR",
        answer: FixtureAnswer::Person("JOHN", "SMITH JR", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000176",
        surname: "St.John",
        outcome: "verified",
        example_of: "an abbreviation: the registry writes SAINT JOHN",
        answer: FixtureAnswer::Person("OLIVIA", "SAINT JOHN", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000184",
        surname: "Ħassan",
        outcome: "verified",
        example_of: "a letter with a bar: the registry writes HASSAN",
        answer: FixtureAnswer::Person("OMAR", "HASSAN", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000192",
        surname: "Dɛŋ",
        outcome: "verified",
        example_of: "African letters: the registry writes DENG",
        answer: FixtureAnswer::Person("MARY", "DENG", RecordDetail::Plain),
    },
    NpiFixture {
        number: "2000000200",
        surname: "Ste-Marie",
        outcome: "verified",
        example_of: "an abbreviation: the registry writes SAINTE MARIE",
        answer: FixtureAnswer::Person("LUCIE", "SAINTE MARIE", RecordDetail::Plain),
    },
];
