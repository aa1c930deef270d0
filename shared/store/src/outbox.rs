//! The outbox: queued emails. Only one mailer at a time may send an email.
//!
//! An email is `queued`, then `sending` until the lease ends, then `sent` or `failed`. If a mailer
//! crashes, the lease ends and the retry of the stream record takes a new one.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::clinic::Clinic;
use domain::delivery::DeliveryStatus;
use domain::ids::{ClinicId, InvitationId, NoticeId};
use domain::invitation::Invitation;
use domain::time::{Day, Timestamp};

use crate::invitation::item::SENDING;
use crate::item::{RawItem, number, text};
use crate::key::Key;
use crate::{Notice, Store, StoreError, attr, key};

/// How long a lease lasts. This is longer than sending takes, including all retries.
const LEASE: Duration = Duration::from_secs(30);
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

/// The result of a mailer's request for a lease.
#[derive(Clone, Debug)]
pub enum MailLease {
    /// The mailer may send the email until the lease ends.
    Granted(Mail),
    /// Another mailer has the lease. Try again later.
    Busy,
    /// There is nothing to send. The email was sent, it failed, or a newer link replaced it.
    Done,
}

impl MailId {
    fn key(self) -> Key {
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

    /// Leases a queued email, or one whose lease has ended.
    pub async fn lease_mail(&self, mail: MailId, now: Timestamp) -> Result<MailLease, StoreError> {
        let free = format!(
            "({dl} = :queued OR ({dl} = :sending AND {su} <= :now))",
            dl = attr::DELIVERY,
            su = attr::SENDING_UNTIL
        );
        let set = format!("SET {} = :sending, {} = :until", attr::DELIVERY, attr::SENDING_UNTIL);
        let values = HashMap::from([
            (":queued".to_owned(), text(DeliveryStatus::Queued.as_str())),
            (":sending".to_owned(), text(SENDING)),
            (":now".to_owned(), number(now.millis())),
            (":until".to_owned(), number(now.plus(LEASE).millis())),
        ]);
        match self.update_mail(mail, &set, &free, values).await? {
            MailUpdate::Written(item) => Ok(MailLease::Granted(match mail {
                MailId::Invitation { .. } => {
                    Mail::Invitation(Box::new(self.decode_invitation(&item)?))
                }
                MailId::Notice(_) => Mail::Notice(Box::new(self.decode_notice(&item)?)),
            })),
            MailUpdate::ConditionFailed(item) => {
                Ok(if is_sending(mail, &item) { MailLease::Busy } else { MailLease::Done })
            }
        }
    }

    /// Marks an email as accepted by SES.
    pub async fn mark_sent(&self, mail: MailId, message_id: &str) -> Result<(), StoreError> {
        let set = format!("SET {} = :to, {} = :value", attr::DELIVERY, attr::MESSAGE_ID);
        self.write_send_result(mail, set, DeliveryStatus::Sent, message_id).await
    }

    /// Marks an email as failed permanently.
    pub async fn mark_failed(&self, mail: MailId, reason: &str) -> Result<(), StoreError> {
        let set = format!("SET {} = :to, {} = :value", attr::DELIVERY, attr::DELIVERY_DETAIL);
        self.write_send_result(mail, set, DeliveryStatus::Failed, reason).await
    }

    /// Ends the lease of an email that could not be sent, so that the next retry need not wait.
    pub async fn release_mail(&self, mail: MailId, now: Timestamp) -> Result<(), StoreError> {
        let set = format!("SET {} = :now", attr::SENDING_UNTIL);
        let sending = format!("{} = :sending", attr::DELIVERY);
        let values = HashMap::from([
            (":sending".to_owned(), text(SENDING)),
            (":now".to_owned(), number(now.millis())),
        ]);
        self.update_mail(mail, &set, &sending, values).await.map(|_| ())
    }

    /// Counts an invitation email that a clinic sent on a day.
    pub async fn count_sent_invitation(
        &self,
        clinic: ClinicId,
        day: Day,
    ) -> Result<(), StoreError> {
        let request = self.client.update_item().table_name(&self.table);
        let request = request
            .set_key(Some(key::sent_invitations(clinic, day).into_attributes()))
            .update_expression(format!("SET #ttl = :ttl ADD {} :one", attr::SENT))
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":ttl", number(day.end().plus(KEEP_COUNT).seconds()))
            .expression_attribute_values(":one", number(1));
        request.send().await.map(|_| ()).map_err(|e| StoreError::from_sdk(&e))
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
        let sent = sent.and_then(|item| item.get(attr::SENT)?.as_n().ok()?.parse().ok());
        Ok(Some((self.decode_clinic(&clinic)?, sent.unwrap_or(0))))
    }

    async fn write_send_result(
        &self,
        mail: MailId,
        set: String,
        to: DeliveryStatus,
        value: &str,
    ) -> Result<(), StoreError> {
        let set = format!("{set} REMOVE {}", attr::SENDING_UNTIL);
        let sending = format!("{} = :sending", attr::DELIVERY);
        let values = HashMap::from([
            (":sending".to_owned(), text(SENDING)),
            (":to".to_owned(), text(to.as_str())),
            (":value".to_owned(), text(value)),
        ]);
        self.update_mail(mail, &set, &sending, values).await.map(|_| ())
    }

    /// Updates the delivery of an email if `condition` holds and the link still has this generation.
    /// Raises the version, so that a concurrent change to the item is retried.
    async fn update_mail(
        &self,
        mail: MailId,
        set: &str,
        condition: &str,
        mut values: HashMap<String, AttributeValue>,
    ) -> Result<MailUpdate, StoreError> {
        let condition = match mail.generation() {
            Some(generation) => {
                values.insert(":generation".to_owned(), number(generation));
                format!("{condition} AND {} = :generation", attr::GENERATION)
            }
            None => condition.to_owned(),
        };
        values.insert(":one".to_owned(), number(1));
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(mail.key().into_attributes()))
            .update_expression(format!("{set} ADD {} :one", attr::VERSION))
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(done) => Ok(MailUpdate::Written(done.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(MailUpdate::ConditionFailed(failed.item().cloned().unwrap_or_default()))
                }
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }
}

enum MailUpdate {
    Written(RawItem),
    ConditionFailed(RawItem),
}

fn is_sending(mail: MailId, item: &RawItem) -> bool {
    let sending =
        item.get(attr::DELIVERY).and_then(|v| v.as_s().ok()).is_some_and(|v| v == SENDING);
    let generation =
        item.get(attr::GENERATION).and_then(|v| v.as_n().ok()).and_then(|n| n.parse().ok());
    sending && generation == mail.generation()
}
