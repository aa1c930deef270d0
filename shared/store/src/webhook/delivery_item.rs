//! The item of a delivery.

use domain::ids::{ClinicId, DeliveryId, EventId, WebhookId};
use domain::time::Timestamp;
use domain::webhook::{
    AttemptResult, DeliveryState, LastAttempt, SendFailure, WebhookDelivery, WebhookEvent,
};
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, time};
use crate::key;

#[derive(Serialize, Deserialize)]
pub(super) struct DeliveryItem {
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "wh")]
    endpoint: String,
    #[serde(rename = "ei")]
    event: String,
    #[serde(rename = "ty")]
    kind: String,
    at: i64,
    #[serde(rename = "da")]
    data: String,
    #[serde(rename = "st")]
    state: String,
    #[serde(rename = "du", default, skip_serializing_if = "Option::is_none")]
    due: Option<i64>,
    #[serde(rename = "tn")]
    attempts: u32,
    #[serde(rename = "qa")]
    queued_at: i64,
    #[serde(rename = "la", default, skip_serializing_if = "Option::is_none")]
    last_at: Option<i64>,
    #[serde(rename = "sc", default, skip_serializing_if = "Option::is_none")]
    status_code: Option<u16>,
    #[serde(rename = "fw", default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    #[serde(rename = "rq", default, skip_serializing_if = "std::ops::Not::not")]
    requested: bool,
    #[serde(rename = "ca")]
    created_at: i64,
    #[serde(rename = "v")]
    version: u64,
    /// The index keys while an attempt follows.
    #[serde(rename = "GSI4PK", default, skip_serializing_if = "Option::is_none")]
    due_partition: Option<String>,
    #[serde(rename = "GSI4SK", default, skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    ttl: i64,
}

impl DeliveryItem {
    /// The item of a delivery that is written at `now`.
    pub(super) fn new(delivery: &WebhookDelivery, now: Timestamp) -> Self {
        let (status_code, failure) = match delivery.last.map(|last| last.result) {
            None => (None, None),
            Some(AttemptResult::Status(status)) => (Some(status), None),
            Some(AttemptResult::Failure(failure)) => (None, Some(failure.as_str().to_owned())),
        };
        let wake = delivery.wake_at(now);
        let due = wake.map(|wake| key::delivery_due_of(wake, delivery.id.bytes()));
        let [due_partition, due_at] = due.map_or([None, None], |keys| keys.map(Some));
        Self {
            id: delivery.id.to_string(),
            clinic: delivery.clinic.to_string(),
            endpoint: delivery.endpoint.to_string(),
            event: delivery.event.id.to_string(),
            kind: delivery.event.kind.clone(),
            at: delivery.event.at.millis(),
            data: delivery.event.data.clone(),
            state: delivery.state.as_str().to_owned(),
            due: delivery.state.due().map(Timestamp::millis),
            attempts: delivery.attempts,
            queued_at: delivery.queued_at.millis(),
            last_at: delivery.last.map(|last| last.at.millis()),
            status_code,
            failure,
            requested: delivery.requested,
            created_at: delivery.created_at.millis(),
            version: delivery.version,
            due_partition,
            due_at,
            ttl: delivery.kept_until().seconds(),
        }
    }

    fn state(&self) -> Result<DeliveryState, BadField> {
        match self.state.as_str() {
            "pending" => {
                let due = self.due.ok_or(BadField("du"))?;
                Ok(DeliveryState::Pending { due: time("du", due)? })
            }
            "delivered" => Ok(DeliveryState::Delivered),
            "failed" => Ok(DeliveryState::Failed),
            "canceled" => Ok(DeliveryState::Canceled),
            _ => Err(BadField("st")),
        }
    }

    fn last(&self) -> Result<Option<LastAttempt>, BadField> {
        let Some(at) = self.last_at else {
            return Ok(None);
        };
        let failure = self.failure.as_deref().map(|word| {
            let failure = SendFailure::parse(word).ok_or(BadField("fw"));
            failure.map(AttemptResult::Failure)
        });
        let result = match (self.status_code, failure) {
            (Some(status), _) => AttemptResult::Status(status),
            (None, Some(failure)) => failure?,
            (None, None) => return Err(BadField("sc")),
        };
        Ok(Some(LastAttempt { at: time("la", at)?, result }))
    }
}

impl TryFrom<DeliveryItem> for WebhookDelivery {
    type Error = BadField;

    fn try_from(item: DeliveryItem) -> Result<Self, BadField> {
        Ok(Self {
            clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
            endpoint: WebhookId::parse(&item.endpoint).map_err(|_| BadField("wh"))?,
            id: DeliveryId::parse(&item.id).map_err(|_| BadField("id"))?,
            state: item.state()?,
            attempts: item.attempts,
            queued_at: time("qa", item.queued_at)?,
            last: item.last()?,
            requested: item.requested,
            created_at: time("ca", item.created_at)?,
            version: item.version,
            event: WebhookEvent {
                id: EventId::parse(&item.event).map_err(|_| BadField("ei"))?,
                kind: item.kind,
                at: time("at", item.at)?,
                data: item.data,
            },
        })
    }
}
