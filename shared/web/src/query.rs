//! Query strings of lists. They are declared and read like bodies.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use domain::field::{FieldFaults, Refusal};
use domain::ids::ClinicId;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use crate::field::{
    FaultCollector, Field, FieldValue, NotedFault, RequestFields, take_fields, truncate_name,
};
use crate::field_value::read_text;
use crate::page::{Binding, FilterMeaning, LongPageLimit, PageLimit};
use crate::problem::Problem;

/// The parameters of a list before they are read.
#[derive(Debug)]
pub struct ListQuery(Vec<(String, String)>);

/// Where a list continues, and how many items the page has.
#[derive(Debug)]
pub struct Paging {
    /// How many items the page has at most.
    pub limit: usize,
    /// The last id of the previous page.
    pub after: Option<[u8; 16]>,
    /// What this list's cursors are bound to.
    pub binding: Binding,
}

/// The parameters of every list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParameters {
    /// How many items the page has at most. The default is 20.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Field<PageLimit>,
    /// The `cursor` of the previous page.
    #[param(value_type = Option<String>)]
    cursor: Field<String>,
}

/// The declaration of a list without filters.
#[derive(Deserialize)]
pub struct NoFilter {}

/// The values of a list's filters.
pub trait ListFilter {
    /// What the filters select. A cursor continues a list only under filters with the same meaning.
    fn meaning(&self) -> FilterMeaning;
}

impl ListFilter for () {
    fn meaning(&self) -> FilterMeaning {
        FilterMeaning::default()
    }
}

impl RequestFields for NoFilter {
    type Values = ();

    fn read(self, _: &mut FaultCollector) -> Result<(), NotedFault> {
        Ok(())
    }
}

/// A parameter that is `true` or `false`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryBool(pub bool);

impl FieldValue for QueryBool {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        read_text(&value, |text| match text {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(Refusal::new("wrong_type", "Send true or false.")),
        })
    }
}

impl FieldValue for PageLimit {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        read_text(&value, Self::parse)
    }
}

impl FieldValue for LongPageLimit {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        read_text(&value, Self::parse)
    }
}

/// The codes of faults that make a query unreadable. The answer is 400 instead of 422.
const UNREADABLE: [&str; 5] = [
    "cursor_invalid",
    "date_invalid",
    "event_type_unknown",
    "unknown_parameter",
    "repeated_parameter",
];

impl<S: Send + Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Query(pairs) = query.map_err(|_| Problem::query_invalid())?;
        Ok(Self(pairs))
    }
}

impl ListQuery {
    /// Reads the filter `F` of a list and where the list continues. Cursors are bound to `clinic`
    /// and `route`.
    ///
    /// An undeclared parameter is a fault, so that a misspelled filter never lists more than requested.
    pub fn read<F: RequestFields>(
        &self,
        route: &str,
        clinic: ClinicId,
    ) -> Result<(F::Values, Paging), Problem>
    where
        F::Values: ListFilter,
    {
        let mut faults = FaultCollector::default();
        let mut members = self.members();
        let filter: F = take_fields(&mut members)?;
        let page: PageParameters = take_fields(&mut members)?;
        let filter = filter.read(&mut faults);
        self.note_undeclared(&members, &mut faults);
        let read = filter.and_then(|filter| {
            let binding = Binding::new(clinic, route, &filter.meaning());
            let paging = page.read(binding, &mut faults)?;
            Ok((filter, paging))
        });
        faults.finish(read).map_err(refuse)
    }

    /// Reads the parameters of a list that pages in its own way.
    pub fn read_all<F: RequestFields>(&self) -> Result<F::Values, Problem> {
        let mut faults = FaultCollector::default();
        let mut members = self.members();
        let parameters: F = take_fields(&mut members)?;
        let read = parameters.read(&mut faults);
        self.note_undeclared(&members, &mut faults);
        faults.finish(read).map_err(refuse)
    }

    /// The first value of each parameter. An empty one counts as absent.
    fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        for (name, text) in &self.0 {
            let value = if text.is_empty() { Value::Null } else { Value::from(text.as_str()) };
            members.entry(name.as_str()).or_insert(value);
        }
        members
    }

    /// Notes repeated and undeclared parameters.
    fn note_undeclared(&self, left: &Map<String, Value>, faults: &mut FaultCollector) {
        const REPEATED: Refusal =
            Refusal::new("repeated_parameter", "Send this parameter only once.");
        const UNKNOWN: Refusal =
            Refusal::new("unknown_parameter", "Remove this parameter. The list does not have it.");
        for (at, (name, _)) in self.0.iter().enumerate() {
            if self.0[..at].iter().any(|(before, _)| before == name) {
                faults.note(truncate_name(name), REPEATED);
            } else if left.contains_key(name) {
                faults.note(truncate_name(name), UNKNOWN);
            }
        }
    }
}

impl PageParameters {
    fn read(self, binding: Binding, faults: &mut FaultCollector) -> Result<Paging, NotedFault> {
        const INVALID: Refusal =
            Refusal::new("cursor_invalid", "Send the cursor of a page with the same filters.");
        let limit = faults.optional(self.limit).unwrap_or_default().get();
        let after = faults.optional(self.cursor).map(|text| binding.read(&text)).transpose();
        // If a filter is invalid, the list that the cursor belongs to is unknown.
        let after = after.map_err(|_| faults.note_if_first("cursor", INVALID))?;
        Ok(Paging { limit, after, binding })
    }
}

fn refuse(faults: FieldFaults) -> Problem {
    let codes: Vec<_> = faults.0.iter().map(|fault| fault.code).collect();
    let problem = Problem::from(faults);
    match codes.into_iter().find(|code| UNREADABLE.contains(code)) {
        Some(code) => problem.as_bad_request(code),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Paging, Problem> {
        let pairs = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let clinic = ClinicId::from_bytes([1; 16]);
        let query = ListQuery(pairs.collect());
        query.read::<NoFilter>("keys", clinic).map(|((), paging)| paging)
    }

    #[test]
    fn an_empty_parameter_counts_as_absent() {
        let paging = read(&[("limit", ""), ("cursor", "")]).unwrap();
        assert_eq!((paging.limit, paging.after), (20, None));
    }

    #[test]
    fn a_cursor_continues_its_own_list() {
        let first = read(&[("limit", "2")]).unwrap();
        let cursor = first.binding.cursor(&[7; 16]);
        assert_eq!(read(&[("cursor", &cursor)]).unwrap().after, Some([7; 16]));
        assert_eq!(read(&[("cursor", "x")]).unwrap_err().code(), "cursor_invalid");
    }

    #[test]
    fn a_repeated_or_unknown_parameter_is_a_400() {
        let unknown = read(&[("limt", "1")]).unwrap_err();
        assert_eq!((unknown.status().as_u16(), unknown.code()), (400, "unknown_parameter"));
        let repeated = read(&[("limit", "1"), ("limit", "2")]).unwrap_err();
        assert_eq!((repeated.status().as_u16(), repeated.code()), (400, "repeated_parameter"));
        assert_eq!(read(&[("limit", "101")]).unwrap_err().status().as_u16(), 422);
    }
}
