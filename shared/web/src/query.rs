//! Query strings, read like bodies: every faulty parameter is told at once.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use domain::field::{Faults, Refused};
use domain::ids::ClinicId;

use crate::page::{Binding, limit};
use crate::problem::Problem;

/// The parameters that are not taken yet, and the faults so far.
#[derive(Debug)]
pub struct Parameters {
    route: &'static str,
    all: Vec<(String, String)>,
    left: Vec<(String, String)>,
    faults: Faults,
}

/// Where a list goes on and how far.
#[derive(Debug)]
pub struct Paging {
    /// Items on the page.
    pub limit: usize,
    /// The last id of the page before.
    pub after: Option<[u8; 16]>,
    /// What this list's cursors are bound to.
    pub binding: Binding,
}

/// Parameters whose faults are 400, not 422: the request cannot be read at all.
const UNREADABLE: [&str; 4] =
    ["cursor_invalid", "date_invalid", "unknown_parameter", "repeated_parameter"];

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let unreadable =
            |_| Problem::bad_request("query_invalid", "The query string cannot be read.");
        let Query(all) = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(unreadable)?;
        Ok(Self { route: "", left: all.clone(), all, faults: Faults::default() })
    }
}

impl Parameters {
    /// The parameters of a list, whose cursors belong to `route`.
    #[must_use]
    pub fn of(self, route: &'static str) -> Self {
        Self { route, ..self }
    }

    /// One parameter. An empty one counts as missing. `None` also means that a fault was noted.
    pub fn take<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Refused>,
    ) -> Option<T> {
        let at = self.left.iter().position(|(key, _)| key == name)?;
        let (_, text) = self.left.remove(at);
        if text.is_empty() {
            return None;
        }
        parse(&text).map_err(|refused| self.faults.push(refused.at(name))).ok()
    }

    /// `true` or `false`.
    pub fn take_bool(&mut self, name: &str) -> Option<bool> {
        self.take(name, |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Refused::new("wrong_type", "must be true or false")),
        })
    }

    /// `limit` and `cursor`, when every parameter was right and none is left over: a misspelt
    /// filter must never list more than was asked for.
    pub fn finish(mut self, clinic: ClinicId) -> Result<Paging, Problem> {
        let filters: Vec<_> = self
            .all
            .iter()
            .filter(|(name, _)| name != "limit" && name != "cursor")
            .cloned()
            .collect();
        let binding = Binding::new(clinic, self.route, &filters);
        let limit = self.take("limit", |text| limit(Some(text)));
        let after = self.take("cursor", |text| {
            let refused = Refused::new(
                "cursor_invalid",
                "must be the cursor of a page with the same filters",
            );
            binding.read(text).map_err(|_| refused)
        });
        let left = std::mem::take(&mut self.left);
        for (name, _) in &left {
            let known = self.all.iter().filter(|(key, _)| key == name).count() > 1;
            let refused = if known {
                Refused::new("repeated_parameter", "must be given once")
            } else {
                Refused::new("unknown_parameter", "is not a parameter of this list")
            };
            self.faults.push(refused.at(name.chars().take(40).collect::<String>()));
        }
        let unreadable =
            self.faults.0.iter().find(|f| UNREADABLE.contains(&f.code)).map(|f| f.code);
        match (self.faults.or(()), unreadable) {
            (Ok(()), _) => Ok(Paging { limit: limit.unwrap_or(20), after, binding }),
            (Err(faults), Some(code)) => Err(Problem::from(faults).as_bad_request(code)),
            (Err(faults), None) => Err(faults.into()),
        }
    }
}
