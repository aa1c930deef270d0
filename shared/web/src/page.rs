//! `limit` and `cursor`.

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::field::Refusal;
use domain::ids::ClinicId;
use domain::invitation::Fingerprint;

use crate::field_value::whole_number;

/// The most items on a page.
const MAX_LIMIT: usize = 100;
/// The most items on a page of a long report.
const MAX_LONG_LIMIT: usize = 1000;

/// How many items a page has at most: 1 to 100, with a default of 20.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit(usize);

impl PageLimit {
    /// Reads a limit, written as in JSON. The SDKs send `20.0`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const RANGE: Refusal = Refusal::new("limit_range", "Send a whole number from 1 to 100.");
        read_limit(text, MAX_LIMIT).map(Self).ok_or(RANGE)
    }

    /// The number of items.
    pub fn get(self) -> usize {
        self.0
    }
}

/// How many items a page of a long report has at most: 1 to 1000, with a default of 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongPageLimit(usize);

impl LongPageLimit {
    /// Reads a limit as [`PageLimit::parse`] does.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const RANGE: Refusal = Refusal::new("limit_range", "Send a whole number from 1 to 1000.");
        read_limit(text, MAX_LONG_LIMIT).map(Self).ok_or(RANGE)
    }

    /// The number of items.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for LongPageLimit {
    fn default() -> Self {
        Self(100)
    }
}

fn read_limit(text: &str, max: usize) -> Option<usize> {
    let number = serde_json::from_str(text).ok().as_ref().and_then(whole_number)?;
    usize::try_from(number).ok().filter(|number| (1..=max).contains(number))
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(20)
    }
}

/// What the filters of a list select, in one spelling. Filters that select the same have the same meaning, even if
/// the query spells them in another way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterMeaning(Vec<(&'static str, String)>);

impl FilterMeaning {
    /// Adds a filter if the query has it. Every list adds its filters in the same order.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        self.0.extend(value.map(|value| (name, value.to_string())));
        self
    }
}

/// The clinic, route and filters that a cursor belongs to. A cursor from another list is refused.
#[derive(Clone, Debug)]
pub struct Binding(Fingerprint);

/// The cursor is malformed, or belongs to another clinic, route or filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorInvalid;

const TAG: usize = 12;

impl Binding {
    /// The binding of a list.
    pub fn new(clinic: ClinicId, route: &str, FilterMeaning(filters): &FilterMeaning) -> Self {
        let clinic = clinic.to_string();
        let mut parts = vec![clinic.as_bytes(), route.as_bytes()];
        parts.extend(filters.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]));
        Self(Fingerprint::of(&parts))
    }

    fn tag(&self) -> &[u8] {
        &self.0.as_str().as_bytes()[..TAG]
    }

    /// The cursor of a page that continues after this id.
    pub fn cursor(&self, id: &[u8; 16]) -> String {
        URL_SAFE_NO_PAD.encode([self.tag(), id].concat())
    }

    /// Reads the id in a cursor.
    pub fn read(&self, cursor: &str) -> Result<[u8; 16], CursorInvalid> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorInvalid)?;
        let (tag, id) = bytes.split_at_checked(TAG).ok_or(CursorInvalid)?;
        if tag == self.tag() {
            id.try_into().map_err(|_| CursorInvalid)
        } else {
            Err(CursorInvalid)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_works_only_for_its_clinic_route_and_filters() {
        let filters = |status: &str| FilterMeaning::default().with("status", Some(status));
        let (a, b) = (ClinicId::from_bytes([1; 16]), ClinicId::from_bytes([2; 16]));
        let binding = Binding::new(a, "users", &filters("sent"));
        let cursor = binding.cursor(&[7; 16]);
        assert_eq!(binding.read(&cursor), Ok([7; 16]));
        for other in [
            Binding::new(b, "users", &filters("sent")),
            Binding::new(a, "invitations", &filters("sent")),
            Binding::new(a, "users", &filters("revoked")),
        ] {
            assert_eq!(other.read(&cursor), Err(CursorInvalid));
        }
        for wrong in ["", "x", "AAAA", &cursor[1..], "é"] {
            assert_eq!(binding.read(wrong), Err(CursorInvalid));
        }
    }

    #[test]
    fn a_limit_is_1_to_100_and_20_by_default() {
        let limit = |text: &str| PageLimit::parse(text).map(PageLimit::get);
        assert_eq!(PageLimit::default().get(), 20);
        for (text, number) in [("1", 1), ("100", 100), ("50.0", 50), ("1e2", 100), ("20e-1", 2)] {
            assert_eq!(limit(text), Ok(number), "{text}");
        }
        for wrong in ["0", "101", "-1", "1.5", "x", "", "1e3", "1e400", "NaN", "inf", "+1", "\"1\""]
        {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
        let long = |text: &str| LongPageLimit::parse(text).map(LongPageLimit::get);
        assert_eq!((long("1000"), LongPageLimit::default().get()), (Ok(1000), 100));
        assert!(long("0").is_err() && long("1001").is_err());
    }
}
