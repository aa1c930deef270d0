//! The views that a person had open.

use std::collections::BTreeMap;

use super::{HistoryIncomplete, PersonHistory, ReviewDay};
use crate::actor::Actor;
use crate::audit::{AuditAction, AuditObject, AuditRecord};
use crate::ids::{AccessId, ApiKeyId};
use crate::study::ViewMode;
use crate::time::Timestamp;

/// A view of temporary access that was open on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewedView {
    /// The access.
    pub id: AccessId,
    /// What it allows.
    pub mode: ViewMode,
    /// Who issued its link.
    pub issued_by: Actor,
    /// When the link was opened.
    pub opened_at: Timestamp,
    /// When the view ended, or ends: it was revoked, its time was over, or the person could no longer have it, or its
    /// issuer could no longer issue it.
    pub ends_at: Timestamp,
}

impl ReviewedView {
    fn of(record: &AuditRecord) -> Option<Self> {
        let AuditObject::Access { id, mode, .. } = record.object else {
            return None;
        };
        Some(Self {
            id,
            mode: mode?,
            issued_by: record.review.granted_by?,
            opened_at: record.at,
            ends_at: record.review.until?,
        })
    }
}

impl PersonHistory {
    /// The views that were open on a day, the last opened first. The records are those of the person's opened
    /// and revoked views, and can include other days. `key_end` is when an API key stopped working, or will.
    pub fn views_on(
        &self,
        records: &[AuditRecord],
        day: &ReviewDay,
        key_end: impl Fn(ApiKeyId) -> Option<Timestamp>,
    ) -> Result<Vec<ReviewedView>, HistoryIncomplete> {
        let mut opened: BTreeMap<AccessId, ReviewedView> = BTreeMap::new();
        for record in records.iter().filter(|record| record.action == AuditAction::AccessRedeemed) {
            let view = ReviewedView::of(record).ok_or(HistoryIncomplete)?;
            opened.insert(view.id, view);
        }
        for record in records.iter().filter(|record| record.action == AuditAction::AccessRevoked) {
            if let AuditObject::Access { id, .. } = record.object
                && let Some(view) = opened.get_mut(&id)
            {
                view.ends_at = view.ends_at.min(record.at);
            }
        }
        let mut views: Vec<_> = opened.into_values().collect();
        for view in &mut views {
            let issuer_loss = match view.issued_by {
                Actor::ApiKey(id) => key_end(id),
                // From a session, people open views for themselves only.
                Actor::User(_) => self.first_loss_of_issuing(view.opened_at),
                _ => None,
            };
            let losses = [self.first_loss(view.mode, view.opened_at), issuer_loss];
            let first = losses.into_iter().flatten().min();
            view.ends_at = first.map_or(view.ends_at, |loss| view.ends_at.min(loss));
        }
        views.retain(|view| day.clip(view.opened_at, view.ends_at).is_some());
        views.sort_by_key(|view| std::cmp::Reverse((view.opened_at, view.id)));
        Ok(views)
    }
}
