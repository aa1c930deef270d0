//! Where a segment is in the chain of its clinic, and in the bucket.

use std::fmt;

use domain::ids::ClinicId;

use crate::hour::Hour;

/// An hour, and the number of one of its parts. The first part is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The hour.
    pub hour: Hour,
    /// The part.
    pub part: u32,
}

impl Place {
    /// The first part of an hour.
    pub fn first_of(hour: Hour) -> Self {
        Self { hour, part: 1 }
    }

    /// The part after it.
    #[must_use]
    pub fn next_part(self) -> Self {
        Self { part: self.part.saturating_add(1), ..self }
    }

    /// Where the segment of a clinic is in the bucket. A list of the bucket has the segments in their order, up to
    /// part 9,999 of an hour.
    pub fn object_key(self, clinic: ClinicId) -> String {
        let text = self.hour.start().to_string().replace(['-', 'T'], "/");
        let hour = text.split(':').next().unwrap_or_default();
        match self.part {
            1 => format!("segments/{clinic}/{hour}.jws"),
            part => format!("segments/{clinic}/{hour}_{part:04}.jws"),
        }
    }

    /// The place of a clinic's segment with this key. `None` if no segment of the clinic belongs there.
    pub fn of_object_key(clinic: ClinicId, key: &str) -> Option<Self> {
        let folders: Vec<&str> = key.strip_suffix(".jws")?.rsplitn(5, '/').collect();
        let [name, day, month, year, _] = folders[..] else {
            return None;
        };
        let (hour, part) = name.split_once('_').unwrap_or((name, "1"));
        let hour = Hour::parse(&format!("{year}-{month}-{day}T{hour}:00:00Z"))?;
        let place = Self { hour, part: part.parse().ok().filter(|part| *part > 0)? };
        (place.object_key(clinic) == key).then_some(place)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            1 => write!(f, "{}", self.hour),
            part => write!(f, "{}, part {part}", self.hour),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_has_one_place_and_they_list_in_order() {
        let clinic = ClinicId::OPERATOR;
        let hour = Hour::parse("2026-11-24T09:00:00Z").unwrap();
        let place = |part| Place { hour, part };
        let folder = "segments/00000000-0000-0000-0000-000000000000/2026/11/24";
        assert_eq!(place(1).object_key(clinic), format!("{folder}/09.jws"));
        assert_eq!(place(12).object_key(clinic), format!("{folder}/09_0012.jws"));
        assert_eq!(place(1).to_string(), "2026-11-24T09:00:00Z");
        assert_eq!(place(1).next_part().to_string(), "2026-11-24T09:00:00Z, part 2");
        let places = [place(1), place(2), place(10), place(9999), Place::first_of(hour.next())];
        let keys = places.map(|place| place.object_key(clinic));
        assert!(keys.is_sorted() && places.is_sorted());
        for place in places.into_iter().chain([place(12345), place(u32::MAX)]) {
            let key = place.object_key(clinic);
            assert_eq!(Place::of_object_key(clinic, &key), Some(place), "{key}");
        }
        for name in ["9", "09_1", "09_0001", "09_0000", "09_00002", "09_", "09_+002", "09_0002x"] {
            let key = format!("{folder}/{name}.jws");
            assert_eq!(Place::of_object_key(clinic, &key), None, "{key}");
        }
        for key in ["", "segments/2026/11/24/09.jws", &format!("{}x", keys[0])] {
            assert_eq!(Place::of_object_key(clinic, key), None, "{key}");
        }
    }
}
