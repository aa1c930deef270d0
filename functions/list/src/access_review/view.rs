//! The JSON of an access review.

use std::num::NonZeroU32;

use domain::clinic::Clinic;
use domain::review::{PersonPeriod, ReviewedView};
use serde::Serialize;
use store::ActorNames;
use utoipa::ToSchema;
use web::name_view::NameView;
use web::schema::{AccessModeName, AccessScopeName, ClinicRoleName, ScopeName, UserStatusName};
use web::view::PermissionsView;

use super::ReviewPage;
use super::row::{KeyRow, PersonRow};

/// A page of an access review.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessReviewView {
    /// The day.
    #[schema(format = Date)]
    at: String,
    /// The clinic's time zone, in which it is this day.
    time_zone: String,
    /// The first instant of the day. RFC 3339.
    #[schema(format = DateTime)]
    from: String,
    /// The first instant after the day, or now. RFC 3339.
    #[schema(format = DateTime)]
    until: String,
    /// Everyone who could do anything at some moment of the day, newest first.
    people: Vec<ReviewedPersonView>,
    /// The API keys that worked at some moment of the day, newest first. Only on the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    api_keys: Option<Vec<ReviewedKeyView>>,
    /// The cursor of the next page, or null on the last page.
    cursor: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
    /// How many people and API keys this page leaves out because they cannot be read. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    skipped: Option<NonZeroU32>,
}

/// A person on the day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewedPersonView {
    /// `usr_` and 32 hex characters.
    user_id: String,
    /// The address.
    email: String,
    /// The names at the end of the day.
    #[serde(flatten)]
    name: NameView,
    /// The status at the end of the day.
    #[schema(value_type = UserStatusName)]
    status: &'static str,
    /// The last day with a sign-in at the dashboard, up to this day.
    #[schema(format = Date)]
    last_sign_in_on: Option<String>,
    /// The last day on which a view was opened, up to this day.
    #[schema(format = Date)]
    last_view_on: Option<String>,
    /// When the person could do something on this day, and what. A change of role or permissions begins a new period.
    periods: Vec<PeriodView>,
    /// The person's views that were open at some moment of the day, the last opened first. At most 50.
    open_views: Vec<OpenViewView>,
    /// How many views were open at some moment of the day.
    open_view_count: usize,
}

/// A part of the day in which a person could do the same.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PeriodView {
    /// Its first instant. RFC 3339.
    #[schema(format = DateTime)]
    from: String,
    /// The first instant after it. RFC 3339.
    #[schema(format = DateTime)]
    until: String,
    /// Role in the clinic.
    #[schema(value_type = ClinicRoleName)]
    clinic_role: &'static str,
    /// Permissions.
    #[serde(flatten)]
    permissions: PermissionsView,
    /// Who granted the permissions: `usr_...`, `key:<apiKeyId>` or `operator`.
    granted_by: String,
    /// What the granter is called now: first and last name, or the description of the key.
    granted_by_name: Option<String>,
    /// When the permissions took effect. RFC 3339.
    #[schema(format = DateTime)]
    granted_at: String,
}

/// A view of temporary access.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpenViewView {
    /// `acc_` and 32 hex characters.
    access_id: String,
    /// What it allows.
    #[schema(value_type = AccessModeName)]
    mode: &'static str,
    /// When its link was opened. RFC 3339.
    #[schema(format = DateTime)]
    opened_at: String,
    /// When it ended, or ends: it was revoked, its time was over, or the person or the issuer lost the permission. RFC 3339.
    #[schema(format = DateTime)]
    ends_at: String,
    /// Who issued its link: `usr_...` or `key:<apiKeyId>`.
    issued_by: String,
    /// What the issuer is called now.
    issued_by_name: Option<String>,
}

/// An API key on the day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewedKeyView {
    /// A UUID with hyphens.
    api_key_id: String,
    /// What the key is for, in the words of its creator.
    description: String,
    /// What the key may do.
    #[schema(value_type = Vec<ScopeName>)]
    scopes: Vec<&'static str>,
    /// Which temporary access the key sees and ends: the clinic's, or only its own.
    #[schema(value_type = AccessScopeName)]
    access_scope: &'static str,
    /// Since when it worked on this day. RFC 3339.
    #[schema(format = DateTime)]
    from: String,
    /// Until when it worked on this day. RFC 3339.
    #[schema(format = DateTime)]
    until: String,
    /// Who created it: `usr_...` or `operator`.
    created_by: String,
    /// What the creator is called now.
    created_by_name: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
    /// Who made its last secret, up to this day. Null if it was not rotated.
    rotated_by: Option<String>,
    /// What this person is called now.
    rotated_by_name: Option<String>,
    /// When the last secret was made. RFC 3339.
    #[schema(format = DateTime)]
    rotated_at: Option<String>,
    /// When it stops working. RFC 3339. Null if it works until it is revoked.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Who revoked it, on this day or later.
    revoked_by: Option<String>,
    /// When it was revoked. RFC 3339.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
    /// When it was last used, as is known now: to the hour, RFC 3339. Null if it was never used.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

impl AccessReviewView {
    pub(super) fn new(
        page: &ReviewPage,
        clinic: &Clinic,
        names: &ActorNames,
        cursor: Option<String>,
    ) -> Self {
        let people = page.people.items.iter().map(|row| ReviewedPersonView::new(row, names));
        let keys = page.keys.as_ref();
        Self {
            at: page.day.day.to_string(),
            time_zone: clinic.time_zone.as_str().to_owned(),
            from: page.day.from.to_string(),
            until: page.day.until.to_string(),
            people: people.collect(),
            api_keys: keys
                .map(|keys| keys.iter().map(|key| ReviewedKeyView::new(key, names)).collect()),
            has_more: cursor.is_some(),
            cursor,
            skipped: page.skipped(),
        }
    }
}

impl ReviewedPersonView {
    fn new(row: &PersonRow, names: &ActorNames) -> Self {
        Self {
            user_id: row.user.id.to_string(),
            email: row.user.email.as_typed().to_owned(),
            name: (&row.review.name).into(),
            status: row.review.status.as_str(),
            last_sign_in_on: row.last_sign_in.map(|day| day.to_string()),
            last_view_on: row.last_view.map(|day| day.to_string()),
            periods: row.review.periods.iter().map(|one| PeriodView::new(one, names)).collect(),
            open_views: row.views.iter().map(|view| OpenViewView::new(view, names)).collect(),
            open_view_count: row.view_count,
        }
    }
}

impl PeriodView {
    fn new(period: &PersonPeriod, names: &ActorNames) -> Self {
        Self {
            from: period.from.to_string(),
            until: period.until.to_string(),
            clinic_role: period.role.as_str(),
            permissions: (&period.permissions).into(),
            granted_by: period.granted_by.to_string(),
            granted_by_name: names.of(period.granted_by),
            granted_at: period.granted_at.to_string(),
        }
    }
}

impl OpenViewView {
    fn new(view: &ReviewedView, names: &ActorNames) -> Self {
        Self {
            access_id: view.id.to_string(),
            mode: view.mode.as_str(),
            opened_at: view.opened_at.to_string(),
            ends_at: view.ends_at.to_string(),
            issued_by: view.issued_by.to_string(),
            issued_by_name: names.of(view.issued_by),
        }
    }
}

impl ReviewedKeyView {
    fn new(row: &KeyRow, names: &ActorNames) -> Self {
        let (key, review) = (&row.key.key, &row.review);
        Self {
            api_key_id: key.id.to_string(),
            description: key.description.as_str().to_owned(),
            scopes: key.scopes.iter().map(|scope| scope.as_str()).collect(),
            access_scope: key.access_scope.as_str(),
            from: review.from.to_string(),
            until: review.until.to_string(),
            created_by: key.created_by.to_string(),
            created_by_name: names.of(row.maker()),
            created_at: key.created_at.to_string(),
            rotated_by: review.rotated.map(|(_, by)| by.to_string()),
            rotated_by_name: review.rotated.and_then(|(_, by)| names.of(by)),
            rotated_at: review.rotated.map(|(at, _)| at.to_string()),
            expires_at: key.expires_at.map(|at| at.to_string()),
            revoked_by: review.revoked.map(|(_, by)| by.to_string()),
            revoked_at: review.revoked.map(|(at, _)| at.to_string()),
            last_used_at: row.last_used_at().map(|at| at.to_string()),
        }
    }
}
