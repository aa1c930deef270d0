//! Records what SES reports about emails. The writer may change only how far an email has come, so each write
//! touches no other attribute and returns none.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::delivery::{DeliveryStatus, EmailDelivery, SendAttempt};
use domain::invitation::InvitationDetails;
use serde::Deserialize;

use crate::codec::{BadField, time};
use crate::invitation::item::SENDING;
use crate::item::{number, text};
use crate::outbox::MailId;
use crate::{Store, StoreError, attr, key};

/// How far an email had come when it was read.
#[derive(Clone, Debug)]
pub struct StoredDelivery {
    /// The delivery.
    pub delivery: EmailDelivery,
    mail: MailId,
    /// The invitation, if the email is an invitation's.
    invitation: Option<Box<InvitationDetails>>,
    version: u64,
}

/// The delivery of a notice. [`NoticeItem`](crate::notice::NoticeItem) has the other attributes.
#[derive(Deserialize)]
struct DeliveryItem {
    #[serde(rename = "dl")]
    delivery: String,
    #[serde(rename = "dd")]
    detail: Option<String>,
    #[serde(rename = "mi")]
    message_id: Option<String>,
    #[serde(rename = "su")]
    sending_until: Option<i64>,
    #[serde(rename = "sa", default)]
    send_attempts: u32,
    #[serde(rename = "v")]
    version: u64,
}

impl DeliveryItem {
    fn read(self) -> Result<(EmailDelivery, u64), BadField> {
        let number = self.send_attempts;
        let attempt = |until| Ok(SendAttempt { until: time("su", until)?, number });
        let delivery = EmailDelivery {
            status: parse_status(&self.delivery)?,
            detail: self.detail,
            message_id: self.message_id,
            attempt: self.sending_until.map(attempt).transpose()?,
        };
        Ok((delivery, self.version))
    }
}

/// Reads a stored status. An email that is being sent still counts as queued.
pub(crate) fn parse_status(text: &str) -> Result<DeliveryStatus, BadField> {
    match text {
        SENDING => Ok(DeliveryStatus::Queued),
        other => DeliveryStatus::parse(other).ok_or(BadField(attr::DELIVERY)),
    }
}

impl Store {
    /// Loads how far an email has come. `None` if there is no such email, or if a newer link replaced it.
    pub async fn load_delivery(&self, mail: MailId) -> Result<Option<StoredDelivery>, StoreError> {
        let Some(item) = self.get(&mail.key()).await? else {
            return Ok(None);
        };
        let MailId::Invitation { generation, .. } = mail else {
            let (delivery, version) = self.decode_with(&item, DeliveryItem::read)?;
            return Ok(Some(StoredDelivery { delivery, mail, invitation: None, version }));
        };
        let details = self.decode_invitation(&item)?.details().clone();
        Ok((details.generation == generation).then(|| StoredDelivery {
            delivery: details.email_delivery.clone(),
            mail,
            version: details.version,
            invitation: Some(Box::new(details)),
        }))
    }

    /// Writes how far an email has come. Returns false if its item changed since it was read.
    pub async fn record_delivery(
        &self,
        before: &StoredDelivery,
        next: &EmailDelivery,
    ) -> Result<bool, StoreError> {
        let set = before.attributes_after(next);
        let changes: Vec<String> = set.keys().map(|name| format!("{name} = :{name}")).collect();
        let remove: Vec<&str> =
            CHANGED.into_iter().filter(|name| !set.contains_key(name)).collect();
        let values = set.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(before.mail.key().into_attributes()))
            .update_expression(format!("SET {} REMOVE {}", changes.join(", "), remove.join(", ")))
            .condition_expression(format!("{} = :expected", attr::VERSION))
            .set_expression_attribute_values(Some(values))
            .expression_attribute_values(":expected", number(before.version));
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(
                    UpdateItemError::ConditionalCheckFailedException(_)
                    | UpdateItemError::TransactionConflictException(_),
                ) => Ok(false),
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }
}

/// The attributes that a report changes, besides the count of changes. The function that records them may write
/// no other attribute.
const CHANGED: [&str; 10] = [
    attr::DELIVERY,
    attr::DELIVERY_DETAIL,
    attr::MESSAGE_ID,
    attr::SENDING_UNTIL,
    attr::SEND_ATTEMPTS,
    attr::GSI2PK,
    attr::GSI2SK,
    attr::GSI3PK,
    attr::GSI3SK,
    attr::VERSION,
];

impl StoredDelivery {
    /// The attributes of the email that are set after a report. It is not being sent anymore.
    fn attributes_after(&self, next: &EmailDelivery) -> HashMap<&'static str, AttributeValue> {
        let mut set = HashMap::from([
            (attr::DELIVERY, text(next.status.as_str())),
            (attr::VERSION, number(self.version + 1)),
        ]);
        set.extend(next.detail.clone().map(|detail| (attr::DELIVERY_DETAIL, text(detail))));
        set.extend(next.message_id.clone().map(|id| (attr::MESSAGE_ID, text(id))));
        let details = self.invitation.as_deref().cloned();
        let changed = next.status != self.delivery.status;
        if let Some(details) = details.as_ref().filter(|_| changed) {
            set.insert(attr::DELIVERIES, number(details.deliveries + 1));
        }
        let details =
            details.map(|details| InvitationDetails { email_delivery: next.clone(), ..details });
        if let Some(details) = details.filter(InvitationDetails::has_problem) {
            set.insert(attr::GSI3PK, text(key::invitation_problems(details.clinic)));
            set.insert(attr::GSI3SK, text(details.id.to_string()));
        }
        set
    }
}
