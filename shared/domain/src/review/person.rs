//! The history of a person: from the audit records of a user to what the person could do when.

use super::{HistoryIncomplete, ReviewDay};
use crate::actor::Actor;
use crate::audit::{AuditAction, AuditRecord};
use crate::grant::may_issue;
use crate::npi::NpiStatus;
use crate::person::permissions::Permissions;
use crate::person::{ClinicRole, FullName};
use crate::study::ViewMode;
use crate::time::Timestamp;
use crate::user::{User, UserStatus};

/// The state of a user from one change to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PersonStep {
    since: Timestamp,
    status: UserStatus,
    role: ClinicRole,
    permissions: Permissions,
    granted_by: Actor,
    granted_at: Timestamp,
}

/// The whole history of a user, in the order of the changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonHistory {
    steps: Vec<PersonStep>,
    /// The names until each change of them.
    former_names: Vec<(Timestamp, FullName)>,
    name: FullName,
}

/// A person on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonReview {
    /// The status at the end of the day.
    pub status: UserStatus,
    /// The names at the end of the day.
    pub name: FullName,
    /// When the person could do something on this day, and what. Never empty.
    pub periods: Vec<PersonPeriod>,
}

/// A part of a day in which a person could do the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonPeriod {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
    /// The role in the clinic.
    pub role: ClinicRole,
    /// The permissions.
    pub permissions: Permissions,
    /// Who granted the permissions.
    pub granted_by: Actor,
    /// When they took effect.
    pub granted_at: Timestamp,
}

impl PersonHistory {
    /// Reads the history of a user. Every change must have its record, and the last one must lead to the user.
    pub fn read(user: &User, mut records: Vec<AuditRecord>) -> Result<Self, HistoryIncomplete> {
        // Clocks differ a little, so the order of the changes is not quite that of their times. Later changes
        // than the user's were made since the user was read.
        records.retain(|record| record.review.change <= user.changes);
        records.sort_by_key(|record| record.review.change);
        if !records.iter().map(|record| record.review.change).eq(1..=user.changes) {
            return Err(HistoryIncomplete);
        }
        let mut former_names = Vec::new();
        let (first, rest) = records.split_first().ok_or(HistoryIncomplete)?;
        let mut step = PersonStep::first(first)?;
        let mut steps = vec![step];
        for record in rest {
            step = step.next(user, record)?;
            former_names.extend(record.names.before.clone().map(|name| (step.since, name)));
            steps.push(step);
        }
        if !step.leads_to(user) {
            return Err(HistoryIncomplete);
        }
        Ok(Self { steps, former_names, name: user.profile.name.clone() })
    }

    /// The person on a day. `None` if they could do nothing then.
    pub fn on(&self, day: &ReviewDay) -> Option<PersonReview> {
        let mut periods: Vec<PersonPeriod> = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            let end = self.steps.get(at + 1).map_or(day.until, |next| next.since);
            let open = step.status == UserStatus::Active;
            let Some((from, until)) = day.clip(step.since, end).filter(|_| open) else {
                continue;
            };
            let period = step.period(from, until);
            match periods.last_mut() {
                // A change of names alone.
                Some(last) if last.is_continued_by(&period) => last.until = until,
                _ => periods.push(period),
            }
        }
        let last = self.steps.iter().rfind(|step| step.since < day.until)?;
        let mut later = self.former_names.iter().filter(|(at, _)| *at >= day.until);
        let name = later.next().map_or(&self.name, |(_, name)| name).clone();
        (!periods.is_empty()).then_some(PersonReview { status: last.status, name, periods })
    }

    /// When a person who opened a view of this mode could no longer have it.
    pub(super) fn first_loss(&self, mode: ViewMode, opened_at: Timestamp) -> Option<Timestamp> {
        self.first_since(opened_at, |step| !step.allows(mode))
    }

    /// When a person who opened a view for themselves could no longer issue it.
    pub(super) fn first_loss_of_issuing(&self, opened_at: Timestamp) -> Option<Timestamp> {
        self.first_since(opened_at, |step| {
            step.status != UserStatus::Active || !may_issue(&step.permissions)
        })
    }

    fn first_since(&self, at: Timestamp, is: impl Fn(&PersonStep) -> bool) -> Option<Timestamp> {
        let mut later = self.steps.iter().filter(|step| step.since >= at);
        later.find(|step| is(step)).map(|step| step.since)
    }
}

impl PersonStep {
    fn first(record: &AuditRecord) -> Result<Self, HistoryIncomplete> {
        if record.action != AuditAction::InvitationAccepted {
            return Err(HistoryIncomplete);
        }
        Ok(Self {
            since: record.at,
            status: UserStatus::Active,
            role: record.role.ok_or(HistoryIncomplete)?,
            permissions: record.after.ok_or(HistoryIncomplete)?,
            granted_by: record.review.granted_by.ok_or(HistoryIncomplete)?,
            granted_at: record.at,
        })
    }

    /// The state after a change.
    fn next(self, user: &User, record: &AuditRecord) -> Result<Self, HistoryIncomplete> {
        use UserStatus::{Active, Deactivated, Released};
        let (from, status) = match record.action {
            AuditAction::UserDeactivated => (Active, Deactivated),
            AuditAction::UserReactivated => (Deactivated, Active),
            AuditAction::UserReleased => (Deactivated, Released),
            _ => (self.status, self.status),
        };
        if self.status != from || record.before != Some(self.permissions) {
            return Err(HistoryIncomplete);
        }
        let since = record.at.max(self.since);
        let next = Self {
            since,
            status,
            role: record.role.unwrap_or(self.role),
            permissions: record.after.ok_or(HistoryIncomplete)?,
            ..self
        };
        let granted = self.is_regranted(&next, record.action, record.actor == Actor::User(user.id));
        Ok(if granted {
            Self { granted_by: record.actor, granted_at: since, ..next }
        } else {
            next
        })
    }

    /// Whether the actor of a change answers for the permissions from now on. The registry does not, and
    /// neither does a person whose new name only ends the verification of their NPI.
    fn is_regranted(&self, next: &Self, action: AuditAction, by_themselves: bool) -> bool {
        let unverified = |of: &Self| of.permissions.with_verification(NpiStatus::Pending);
        match action {
            AuditAction::UserReactivated
            | AuditAction::OwnershipTransferred
            | AuditAction::NpiAttested => true,
            AuditAction::UserEdited => {
                let changed = (self.role, self.permissions) != (next.role, next.permissions);
                let verification_only =
                    self.role == next.role && unverified(self) == unverified(next);
                changed && !(verification_only && by_themselves)
            }
            _ => false,
        }
    }

    fn leads_to(&self, user: &User) -> bool {
        let profile = &user.profile;
        (self.status, self.role, self.permissions)
            == (user.status, profile.role, profile.permissions)
    }

    fn allows(&self, mode: ViewMode) -> bool {
        let reports = mode != ViewMode::Dictation || self.permissions.may_report_now();
        self.status == UserStatus::Active && reports
    }

    fn period(&self, from: Timestamp, until: Timestamp) -> PersonPeriod {
        let Self { role, permissions, granted_by, granted_at, .. } = *self;
        PersonPeriod { from, until, role, permissions, granted_by, granted_at }
    }
}

impl PersonPeriod {
    fn is_continued_by(&self, next: &Self) -> bool {
        self.until == next.from && Self { from: self.from, until: self.until, ..*next } == *self
    }
}

#[cfg(test)]
pub(crate) mod tests;
