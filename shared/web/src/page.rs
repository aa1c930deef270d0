//! `limit` and `cursor`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::field::Refusal;
use domain::ids::ClinicId;
use domain::invitation::Fingerprint;

/// The most items on a page.
const MAX_LIMIT: usize = 100;

/// How many items a page has at most: 1 to 100, with a default of 20.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit(usize);

impl PageLimit {
    /// Reads a limit. The SDKs send it as a floating-point number.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const RANGE: Refusal = Refusal::new("limit_range", "Send a whole number from 1 to 100.");
        let whole = text.strip_suffix(".0").unwrap_or(text);
        let number = whole.parse().map_err(|_| RANGE)?;
        if (1..=MAX_LIMIT).contains(&number) { Ok(Self(number)) } else { Err(RANGE) }
    }

    /// The number of items.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(20)
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
    /// The binding of a list. `filters` are the parameters except `limit` and `cursor`.
    pub fn new(clinic: ClinicId, route: &str, filters: &[(String, String)]) -> Self {
        let mut sorted: Vec<_> = filters.iter().collect();
        sorted.sort();
        let clinic = clinic.to_string();
        let mut parts = vec![clinic.as_bytes(), route.as_bytes()];
        parts.extend(sorted.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]));
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
        let filters = |v: &str| vec![("status".to_owned(), v.to_owned())];
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
        assert_eq!((limit("1"), limit("100"), limit("50.0")), (Ok(1), Ok(100), Ok(50)));
        for wrong in ["0", "101", "-1", "1.5", "x", "", "1e2"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }
}
