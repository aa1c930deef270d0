//! The people and API keys of a review, before they are written as JSON or CSV.

use domain::actor::Actor;
use domain::clinic::TimeZone;
use domain::credentials::api_key::{KeyMaker, KeyWithSecrets};
use domain::review::{KeyReview, PersonReview, ReviewDay, ReviewedView, UsedDays};
use domain::time::{Day, Timestamp};
use domain::user::User;

use super::ReviewPage;

/// How many of a person's views a page shows. A reader can open hundreds on a day.
const SHOWN_VIEWS: usize = 50;

/// A person who could do something on the day.
pub(super) struct PersonRow {
    /// The user as it is now.
    pub(super) user: User,
    pub(super) review: PersonReview,
    /// The views that were open, the last opened first.
    pub(super) views: Vec<ReviewedView>,
    /// How many views were open.
    pub(super) view_count: usize,
    pub(super) last_sign_in: Option<Day>,
    pub(super) last_view: Option<Day>,
}

/// An API key that worked on the day.
pub(super) struct KeyRow {
    pub(super) key: KeyWithSecrets,
    pub(super) review: KeyReview,
}

impl PersonRow {
    pub(super) fn new(
        user: User,
        review: PersonReview,
        mut views: Vec<ReviewedView>,
        days: &UsedDays,
        (day, zone): (&ReviewDay, &TimeZone),
    ) -> Self {
        let view_count = views.len();
        views.truncate(SHOWN_VIEWS);
        let signed_in = user.last_login_at.filter(|at| *at < day.until).map(|at| at.day_in(zone));
        let last_sign_in = signed_in.max(days.last_sign_in(day.day));
        let last_view = days.last_view(day.day);
        Self { user, review, views, view_count, last_sign_in, last_view }
    }
}

impl KeyRow {
    /// `None` for a key that did not work on the day.
    pub(super) fn new(key: KeyWithSecrets, review: Option<KeyReview>) -> Option<Self> {
        review.map(|review| Self { key, review })
    }

    /// When the key was last used, as is known now: to the hour.
    pub(super) fn last_used_at(&self) -> Option<Timestamp> {
        self.key.secrets.iter().filter_map(|secret| secret.last_used_at).max()
    }

    pub(super) fn maker(&self) -> Actor {
        match self.key.key.created_by {
            KeyMaker::User(id) => Actor::User(id),
            KeyMaker::Operator => Actor::Operator,
        }
    }
}

impl ReviewPage {
    /// Everyone whose name the page shows.
    pub(super) fn actors(&self) -> Vec<Actor> {
        let mut actors = Vec::new();
        for person in &self.people.items {
            actors.extend(person.review.periods.iter().map(|period| period.granted_by));
            actors.extend(person.views.iter().map(|view| view.issued_by));
        }
        for key in self.keys.iter().flatten() {
            let changes = [key.review.rotated, key.review.revoked].into_iter().flatten();
            actors.push(key.maker());
            actors.extend(changes.map(|(_, actor)| actor));
        }
        actors
    }
}
