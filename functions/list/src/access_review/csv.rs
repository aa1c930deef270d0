//! The CSV of an access review (RFC 4180): a line for each person and period, and for each API key.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::person::{NameSuffix, PersonName};
use domain::review::PersonPeriod;
use domain::time::Timestamp;
use store::ActorNames;
use web::view::PermissionsView;

use super::ReviewPage;
use super::cell::write_cell;
use super::query::ReviewPaging;
use super::row::{KeyRow, PersonRow};

const COLUMNS: [&str; 32] = [
    "kind",
    "id",
    "lastName",
    "firstName",
    "middleName",
    "suffix1",
    "suffix2",
    "email",
    "status",
    "description",
    "scopes",
    "from",
    "until",
    "clinicRole",
    "level",
    "canManageStudies",
    "canCreateReports",
    "hasDashboardAccess",
    "npiNumber",
    "npiVerification",
    "npiAttestedBy",
    "grantedBy",
    "grantedByName",
    "grantedAt",
    "lastSignInOn",
    "lastViewOn",
    "openViewCount",
    "accessScope",
    "expiresAt",
    "revokedBy",
    "revokedAt",
    "lastUsedAt",
];

/// A line of the table. Cells without a value are empty.
#[derive(Default)]
struct Line([String; COLUMNS.len()]);

impl Line {
    fn set(mut self, column: &str, value: impl Into<String>) -> Self {
        if let Some(at) = COLUMNS.iter().position(|name| *name == column) {
            self.0[at] = value.into();
        }
        self
    }
}

/// The answer with a page. The first page begins with the names of the columns.
pub(super) fn answer(
    page: &ReviewPage,
    paging: &ReviewPaging,
    names: &ActorNames,
    cursor: Option<&str>,
) -> Response {
    let first = paging.after.is_none();
    let mut text = String::new();
    if first {
        write_line(&mut text, &COLUMNS.map(str::to_owned));
    }
    for row in &page.people.items {
        for period in &row.review.periods {
            write_line(&mut text, &person_line(row, period, names).0);
        }
    }
    for row in page.keys.iter().flatten() {
        write_line(&mut text, &key_line(row, names).0);
    }
    if let Some(skipped) = page.skipped() {
        let line = Line::default().set("kind", "skipped").set("id", skipped.to_string());
        write_line(&mut text, &line.0);
    }
    (headers(page, paging, cursor), text).into_response()
}

fn person_line(row: &PersonRow, period: &PersonPeriod, names: &ActorNames) -> Line {
    let name = &row.review.name;
    let part = |part: &Option<PersonName>| part.as_ref().map(|part| part.as_str().to_owned());
    let suffix = |part: &Option<NameSuffix>| part.as_ref().map(|part| part.as_str().to_owned());
    let day = |day: Option<domain::time::Day>| day.map_or_else(String::new, |day| day.to_string());
    let permissions = PermissionsView::from(&period.permissions);
    Line::default()
        .set("kind", "person")
        .set("id", row.user.id.to_string())
        .set("lastName", name.last.as_str())
        .set("firstName", name.first.as_str())
        .set("middleName", part(&name.middle).unwrap_or_default())
        .set("suffix1", suffix(&name.suffix1).unwrap_or_default())
        .set("suffix2", suffix(&name.suffix2).unwrap_or_default())
        .set("email", row.user.email.as_typed())
        .set("status", row.review.status.as_str())
        .set("from", period.from.to_string())
        .set("until", period.until.to_string())
        .set("clinicRole", period.role.as_str())
        .set("level", permissions.level)
        .set("canManageStudies", permissions.can_manage_studies.to_string())
        .set("canCreateReports", permissions.can_create_reports.to_string())
        .set("hasDashboardAccess", permissions.has_dashboard_access.to_string())
        .set("npiNumber", permissions.npi_number.unwrap_or_default())
        .set("npiVerification", permissions.npi_verification)
        .set("npiAttestedBy", permissions.npi_attested_by.unwrap_or_default())
        .set("grantedBy", period.granted_by.to_string())
        .set("grantedByName", names.of(period.granted_by).unwrap_or_default())
        .set("grantedAt", period.granted_at.to_string())
        .set("lastSignInOn", day(row.last_sign_in))
        .set("lastViewOn", day(row.last_view))
        .set("openViewCount", row.view_count.to_string())
}

/// A key's granter is the last person who made a secret for it.
fn key_line(row: &KeyRow, names: &ActorNames) -> Line {
    let (key, review) = (&row.key.key, &row.review);
    let (granted_at, granted_by) = review.rotated.unwrap_or((key.created_at, row.maker()));
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    Line::default()
        .set("kind", "apiKey")
        .set("id", key.id.to_string())
        .set("description", key.description.as_str())
        .set("scopes", scopes.join(" "))
        .set("from", review.from.to_string())
        .set("until", review.until.to_string())
        .set("grantedBy", granted_by.to_string())
        .set("grantedByName", names.of(granted_by).unwrap_or_default())
        .set("grantedAt", granted_at.to_string())
        .set("accessScope", key.access_scope.as_str())
        .set("expiresAt", time(key.expires_at))
        .set("revokedBy", review.revoked.map_or_else(String::new, |(_, by)| by.to_string()))
        .set("revokedAt", time(review.revoked.map(|(at, _)| at)))
        .set("lastUsedAt", time(row.last_used_at()))
}

fn headers(page: &ReviewPage, paging: &ReviewPaging, cursor: Option<&str>) -> HeaderMap {
    let at = page.day.day;
    let shown = if paging.after.is_none() { "present" } else { "absent" };
    let next = cursor.map(|cursor| {
        let limit = paging.limit;
        format!("</v1/accessReview?at={at}&format=csv&limit={limit}&cursor={cursor}>; rel=\"next\"")
    });
    let named = [
        (header::CONTENT_TYPE, Some(format!("text/csv; charset=utf-8; header={shown}"))),
        (
            header::CONTENT_DISPOSITION,
            Some(format!("attachment; filename=\"access-review-{at}.csv\"")),
        ),
        (header::LINK, next),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in named {
        // All of them are ASCII: a day, numbers, and a cursor in base64url.
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

fn write_line(text: &mut String, cells: &[String]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&write_cell(cell));
    }
    text.push_str("\r\n");
}
