//! The query of an access review.

use domain::clinic::Clinic;
use domain::field::{FieldFaults, Refusal};
use domain::review::DayOutOfRange;
use domain::time::Day;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use web::Problem;
use web::field::{FaultCollector, Field, FieldValue, NotedFault, RequestFields};
use web::field_value::read_text;
use web::page::{Binding, FilterMeaning, LongPageLimit};
use web::schema::ReviewFormatName;

/// The day, and the form of the answer.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReviewQuery {
    /// A day (`YYYY-MM-DD`) in the clinic's time zone, from the day on which the clinic was created to today. The
    /// default is today. Send it again with a `cursor`.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-24")]
    at: Field<AskedDay>,
    /// `json`, the default, or `csv`.
    #[param(value_type = Option<ReviewFormatName>)]
    format: Field<ReviewFormat>,
    /// How many people the page has at most. The default is 100. A page can have fewer, although `hasMore` is true.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Field<LongPageLimit>,
    /// The `cursor` of the previous page.
    #[param(value_type = Option<String>)]
    cursor: Field<String>,
}

/// What a query asks for.
pub(crate) struct AskedReview {
    pub(super) at: Option<Day>,
    format: ReviewFormat,
    limit: usize,
    cursor: Option<String>,
}

/// Where the review continues, and in which form.
pub(super) struct ReviewPaging {
    pub(super) format: ReviewFormat,
    pub(super) limit: usize,
    pub(super) after: Option<[u8; 16]>,
    pub(super) binding: Binding,
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ReviewFormat {
    #[default]
    Json,
    Csv,
}

/// A day as a query writes it.
pub(super) struct AskedDay(Day);

impl RequestFields for ReviewQuery {
    type Values = AskedReview;

    fn read(self, faults: &mut FaultCollector) -> Result<AskedReview, NotedFault> {
        Ok(AskedReview {
            at: faults.optional(self.at).map(|at| at.0),
            format: faults.optional(self.format).unwrap_or_default(),
            limit: faults.optional(self.limit).unwrap_or_default().get(),
            cursor: faults.optional(self.cursor),
        })
    }
}

impl AskedReview {
    /// Where the review of this day continues. A cursor is bound to the day and to the time zone that makes it.
    pub(super) fn paging(&self, clinic: &Clinic, at: Day) -> Result<ReviewPaging, Problem> {
        const INVALID: &str = "Send the cursor of a page of the same day.";
        let meaning = FilterMeaning::default()
            .with("at", Some(at))
            .with("timeZone", Some(clinic.time_zone.as_str()));
        let binding = Binding::new(clinic.id, "accessReview", &meaning);
        let after = self.cursor.as_ref().map(|cursor| binding.read(cursor)).transpose();
        let after = after.map_err(|_| Problem::bad_request("cursor_invalid", INVALID))?;
        Ok(ReviewPaging { format: self.format, limit: self.limit, after, binding })
    }
}

impl FieldValue for AskedDay {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const INVALID: Refusal = Refusal::new("date_invalid", "Send a day such as 2026-11-24.");
        read_text(&value, |text| Day::parse(text).map(Self).map_err(|_| INVALID))
    }
}

impl FieldValue for ReviewFormat {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const UNKNOWN: Refusal = Refusal::new("format_unknown", "Send json or csv.");
        read_text(&value, |text| match text {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            _ => Err(UNKNOWN),
        })
    }
}

/// 400: there is nothing to review on this day.
pub(super) fn out_of_range(DayOutOfRange { first, last }: DayOutOfRange) -> Problem {
    let detail = format!(
        "Send a day from {first}, when your clinic was created, to {last}, which is today in its time zone."
    );
    Problem::bad_request("date_out_of_range", detail)
}
