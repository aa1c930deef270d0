//! The outbox: queued emails. Only one mailer at a time may send an email.
//!
//! An email is `queued`, then `sending`, then `sent` or `failed`. While it is `sending`, the index GSI2 holds it
//! with the end of its lease. Then its outcome is unknown, because the mailer crashed or SES did not answer,
//! and another attempt is due.

use std::collections::HashMap;
use std::time::Duration;

use domain::clinic::Clinic;
use domain::delivery::{DeliveryStatus, SendAttempt};
use domain::ids::{ClinicId, InvitationId, NoticeId};
use domain::invitation::{Invitation, InvitationStatus};
use domain::time::{Day, Timestamp};

use crate::invitation::item::SENDING;
use crate::item::{RawItem, number, number_of, text};
use crate::key::Key;
use crate::write::{ItemWrite, WriteOutcome};
use crate::{Notice, Part, Store, StoreError, Transaction, attr, key};

/// How long a lease lasts. No run of the function is longer, so two attempts never overlap.
const LEASE: Duration = Duration::from_mins(1);
/// How many attempts may have sent an email before it counts as failed. Each may be one more copy.
const MAX_ATTEMPTS: u32 = 3;
/// How long the count of a day stays in the table after the day, for an operator who looks into it.
const KEEP_COUNT: Duration = Duration::from_hours(7 * 24);

/// The id of an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailId {
    /// The email of an invitation, for one generation of its link.
    Invitation {
        /// The clinic.
        clinic: ClinicId,
        /// The invitation.
        id: InvitationId,
        /// The generation of the link.
        generation: u32,
    },
    /// A notice.
    Notice(NoticeId),
}

/// An email to send, as the table has it now.
#[derive(Clone, Debug)]
pub enum Mail {
    /// The email of an invitation.
    Invitation(Box<Invitation>),
    /// A notice.
    Notice(Box<Notice>),
}

impl Mail {
    /// When the change that queued the email was made.
    pub fn queued_at(&self) -> Timestamp {
        match self {
            Self::Invitation(invitation) => invitation.details().queued_at,
            Self::Notice(notice) => notice.id.created_at(),
        }
    }
}

/// The result of a mailer's request for a lease.
#[derive(Clone, Debug)]
pub enum MailLease {
    /// The mailer may send the email until the lease ends. The id is that of the trace of the request that queued it.
    Granted(Mail, SendAttempt, Option<String>),
    /// Another mailer has the lease, and settles the email. If it crashes, the email is due when the lease ends.
    Busy,
    /// No attempt is left, and none has a known outcome.
    Exhausted(Mail),
    /// There is nothing to send. The email was sent, it failed, or a newer link replaced it.
    Done,
}

impl MailId {
    pub(crate) fn key(self) -> Key {
        match self {
            Self::Invitation { clinic, id, .. } => key::invitation(clinic, id),
            Self::Notice(id) => key::notice(id),
        }
    }

    fn generation(self) -> Option<u32> {
        match self {
            Self::Invitation { generation, .. } => Some(generation),
            Self::Notice(_) => None,
        }
    }
}

impl Store {
    /// The email that a stream record's new image is about, if any.
    pub fn mail_id(&self, image: &RawItem) -> Result<Option<MailId>, StoreError> {
        let key = Key::of(image);
        if key.sk.starts_with(key::INVITATION) {
            let invitation = self.decode_invitation(image)?;
            let details = invitation.details();
            let (clinic, id, generation) = (details.clinic, details.id, details.generation);
            return Ok(Some(MailId::Invitation { clinic, id, generation }));
        }
        let notice = key.sk == "MAIL";
        notice
            .then(|| self.decode_notice(image).map(|notice| MailId::Notice(notice.id)))
            .transpose()
    }

    /// Leases a queued email, or one whose last attempt has an unknown outcome and is over.
    pub async fn lease_mail(&self, mail: MailId, now: Timestamp) -> Result<MailLease, StoreError> {
        let until = now.plus(LEASE);
        let free = format!(
            "{dl} = :queued OR ({dl} = :sending AND {su} <= :now AND {sa} < :max)",
            dl = attr::DELIVERY,
            su = attr::SENDING_UNTIL,
            sa = attr::SEND_ATTEMPTS,
        );
        let lease = Self::change_mail(mail, &free)
            .set(attr::DELIVERY, text(SENDING))
            .set(attr::SENDING_UNTIL, number(until.millis()))
            .set(attr::GSI2PK, text(key::MAIL_DUE))
            .set(attr::GSI2SK, text(until.to_string()))
            .add(attr::SEND_ATTEMPTS, 1)
            .value(":queued", text(DeliveryStatus::Queued.as_str()))
            .value(":sending", text(SENDING))
            .value(":now", number(now.millis()))
            .value(":max", number(MAX_ATTEMPTS));
        match self.write(lease).await? {
            WriteOutcome::Written(item) => {
                let attempt = SendAttempt { until, number: number_of(&item, attr::SEND_ATTEMPTS) };
                let trace = item.get(attr::TRACE).and_then(|trace| trace.as_s().ok()).cloned();
                Ok(MailLease::Granted(self.decode_mail(mail, &item)?, attempt, trace))
            }
            WriteOutcome::Unmet(item) if !is_sending(mail, &item) => Ok(MailLease::Done),
            WriteOutcome::Unmet(item) => {
                let until: i64 = number_of(&item, attr::SENDING_UNTIL);
                if until > now.millis() {
                    return Ok(MailLease::Busy);
                }
                Ok(MailLease::Exhausted(self.decode_mail(mail, &item)?))
            }
        }
    }

    fn decode_mail(&self, mail: MailId, item: &RawItem) -> Result<Mail, StoreError> {
        Ok(match mail {
            MailId::Invitation { .. } => Mail::Invitation(Box::new(self.decode_invitation(item)?)),
            MailId::Notice(_) => Mail::Notice(Box::new(self.decode_notice(item)?)),
        })
    }

    /// Lists emails whose last attempt is over with an unknown outcome, the oldest first.
    pub async fn list_due_mail(
        &self,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<RawItem>, StoreError> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(attr::GSI2)
            .key_condition_expression(format!(
                "{} = :due AND {} <= :now",
                attr::GSI2PK,
                attr::GSI2SK
            ))
            .expression_attribute_values(":due", text(key::MAIL_DUE))
            .expression_attribute_values(":now", text(now.to_string()))
            .limit(limit)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk(&e))?;
        let keys: Vec<_> = found.items().iter().map(Key::of).collect();
        Ok(self.get_all(&keys).await?.into_iter().flatten().collect())
    }

    /// Takes an item that cannot be read out of the list of due emails, so that it does not delay the others.
    pub async fn drop_due_mail(&self, item: &RawItem) -> Result<(), StoreError> {
        let listed = format!("attribute_exists({})", attr::GSI2PK);
        let drop = ItemWrite::update(Key::of(item)).remove(attr::GSI2PK).remove(attr::GSI2SK);
        self.write(drop.when(&listed)).await.map(|_| ())
    }

    /// Marks an email as accepted by SES. Only an email whose outcome is not known yet changes, so a
    /// report of SES that settled it first stays.
    pub async fn mark_sent(&self, mail: MailId, message_id: &str) -> Result<(), StoreError> {
        self.settle(mail, DeliveryStatus::Sent, attr::MESSAGE_ID, message_id).await
    }

    /// Marks an email as failed permanently.
    pub async fn mark_failed(&self, mail: MailId, reason: &str) -> Result<(), StoreError> {
        self.settle(mail, DeliveryStatus::Failed, attr::DELIVERY_DETAIL, reason).await
    }

    async fn settle(
        &self,
        mail: MailId,
        to: DeliveryStatus,
        attribute: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        let sending = format!("{} = :sending", attr::DELIVERY);
        let mut settled = Self::change_mail(mail, &sending)
            .set(attr::DELIVERY, text(to.as_str()))
            .set(attribute, text(value))
            .remove(attr::SENDING_UNTIL)
            .remove(attr::SEND_ATTEMPTS)
            .remove(attr::GSI2PK)
            .remove(attr::GSI2SK)
            .value(":sending", text(SENDING));
        if let MailId::Invitation { .. } = mail {
            settled = settled.add(attr::DELIVERIES, 1);
        }
        if let (MailId::Invitation { clinic, id, .. }, true) = (mail, to.is_problem()) {
            settled = settled
                .set(attr::GSI3PK, text(key::invitation_problems(clinic)))
                .set(attr::GSI3SK, text(id.to_string()));
        }
        self.write(settled).await.map(|_| ())
    }

    /// Ends the lease of an email that SES certainly did not take, so that the next attempt need not wait.
    /// This attempt does not count.
    pub async fn release_mail(
        &self,
        mail: MailId,
        attempt: SendAttempt,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let released = Self::move_attempt(mail, attempt, now).add(attr::SEND_ATTEMPTS, -1);
        self.write(released).await.map(|_| ())
    }

    /// Delays the next attempt for an email that SES may have taken.
    pub async fn defer_mail(
        &self,
        mail: MailId,
        attempt: SendAttempt,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(Self::move_attempt(mail, attempt, until)).await.map(|_| ())
    }

    /// Changes until when this attempt holds the email. The lease of a later attempt stays.
    fn move_attempt(mail: MailId, attempt: SendAttempt, until: Timestamp) -> ItemWrite {
        let own = format!("{} = :sending AND {} = :own", attr::DELIVERY, attr::SENDING_UNTIL);
        Self::change_mail(mail, &own)
            .set(attr::SENDING_UNTIL, number(until.millis()))
            .set(attr::GSI2SK, text(until.to_string()))
            .value(":sending", text(SENDING))
            .value(":own", number(attempt.until.millis()))
    }

    /// Counts an invitation email that a clinic sent on a day.
    pub async fn count_sent_invitation(
        &self,
        clinic: ClinicId,
        day: Day,
    ) -> Result<(), StoreError> {
        let count = ItemWrite::update(key::sent_invitations(clinic, day))
            .set("ttl", number(day.end().plus(KEEP_COUNT).seconds()))
            .add(attr::SENT, 1);
        self.write(count).await.map(|_| ())
    }

    /// Loads a clinic, and how many invitation emails it sent on a day, in one read.
    pub async fn load_clinic_and_sent_count(
        &self,
        clinic: ClinicId,
        day: Day,
    ) -> Result<Option<(Clinic, u32)>, StoreError> {
        let keys = [key::clinic(clinic), key::sent_invitations(clinic, day)];
        let mut found = self.get_all(&keys).await?.into_iter();
        let Some(clinic) = found.next().flatten() else {
            return Ok(None);
        };
        let sent = found.next().flatten();
        let sent = sent.map_or(0, |item| number_of(&item, attr::SENT));
        Ok(Some((self.decode_clinic(&clinic)?, sent)))
    }

    /// A change of an email's delivery if `condition` holds and the link still has this generation. Raises
    /// the version, so that a concurrent change to the item is retried.
    fn change_mail(mail: MailId, condition: &str) -> ItemWrite {
        let change = ItemWrite::update(mail.key()).add(attr::VERSION, 1).when(condition);
        match mail.generation() {
            Some(generation) => change
                .when(&format!("{} = :generation", attr::GENERATION))
                .value(":generation", number(generation)),
            None => change,
        }
    }
}

impl Transaction {
    /// Queues an email again with the same link. Requires that no mailer has a lease on it, and that it is
    /// queued or its outcome is not known.
    pub fn requeue_mail(&mut self, mail: MailId, now: Timestamp) -> Result<(), StoreError> {
        let (role, pending) = match mail {
            MailId::Invitation { .. } => (
                Part::Invitation,
                format!("{} = :pending AND {} = :generation AND ", attr::STATUS, attr::GENERATION),
            ),
            MailId::Notice(_) => (Part::Notice, String::new()),
        };
        let condition = format!(
            "{pending}{dl} IN (:queued, :sending) AND (attribute_not_exists({su}) OR {su} < :now)",
            dl = attr::DELIVERY,
            su = attr::SENDING_UNTIL,
        );
        let update = format!(
            "SET {} = :queued REMOVE {}, {}, {}, {} ADD {} :one",
            attr::DELIVERY,
            attr::SENDING_UNTIL,
            attr::SEND_ATTEMPTS,
            attr::GSI2PK,
            attr::GSI2SK,
            attr::VERSION
        );
        let mut values = HashMap::from([
            (":queued".to_owned(), text(DeliveryStatus::Queued.as_str())),
            (":sending".to_owned(), text(SENDING)),
            (":now".to_owned(), number(now.millis())),
            (":one".to_owned(), number(1)),
        ]);
        if let Some(generation) = mail.generation() {
            values.insert(":pending".to_owned(), text(InvitationStatus::Sent.as_str()));
            values.insert(":generation".to_owned(), number(generation));
        }
        self.update(role, mail.key(), &update, &condition, values)
    }
}

fn is_sending(mail: MailId, item: &RawItem) -> bool {
    let sending =
        item.get(attr::DELIVERY).and_then(|v| v.as_s().ok()).is_some_and(|v| v == SENDING);
    let generation = item.contains_key(attr::GENERATION).then(|| number_of(item, attr::GENERATION));
    sending && generation == mail.generation()
}
