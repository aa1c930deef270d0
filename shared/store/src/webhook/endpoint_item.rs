//! The item of a webhook endpoint.

use domain::credentials::api_key::KeyDescription;
use domain::credentials::webhook_secret::SecretVersion;
use domain::ids::{ClinicId, DeliveryId, UserId, WebhookId};
use domain::time::Timestamp;
use domain::webhook::{
    DisabledReason, EndpointSecret, EndpointSecrets, EventTypes, KEPT_FOR, ReceiverUrl, Replay,
    WebhookEndpoint, WebhookStatus,
};
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, field, time};
use crate::key;

/// How long after a write the schedule looks at a replay, if its message was lost.
const LOST_AFTER: std::time::Duration = std::time::Duration::from_mins(5);

#[derive(Serialize, Deserialize)]
pub(super) struct EndpointItem {
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "ur")]
    url: String,
    #[serde(rename = "de")]
    description: String,
    #[serde(rename = "et", default, skip_serializing_if = "Vec::is_empty")]
    types: Vec<String>,
    #[serde(rename = "st")]
    status: String,
    #[serde(rename = "dr", default, skip_serializing_if = "Option::is_none")]
    disabled: Option<String>,
    #[serde(rename = "ed", default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<i64>,
    #[serde(rename = "se")]
    secrets: Vec<SecretItem>,
    #[serde(rename = "ch")]
    challenge: String,
    #[serde(rename = "va", default, skip_serializing_if = "Option::is_none")]
    verified_at: Option<i64>,
    #[serde(rename = "fs", default, skip_serializing_if = "Option::is_none")]
    failing_since: Option<i64>,
    #[serde(rename = "pa", default, skip_serializing_if = "Option::is_none")]
    probe_at: Option<i64>,
    #[serde(rename = "rp", default, skip_serializing_if = "Option::is_none")]
    replay: Option<ReplayItem>,
    #[serde(rename = "by")]
    created_by: String,
    #[serde(rename = "ca")]
    created_at: i64,
    #[serde(rename = "v")]
    version: u64,
    /// The index keys while a replay is not done.
    #[serde(rename = "GSI4PK", default, skip_serializing_if = "Option::is_none")]
    due_partition: Option<String>,
    #[serde(rename = "GSI4SK", default, skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    /// Only of an endpoint that was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
}

/// What a secret derives from. The newest is the last.
#[derive(Serialize, Deserialize)]
struct SecretItem {
    #[serde(rename = "ki")]
    kid: u8,
    #[serde(rename = "ge")]
    generation: u32,
    #[serde(rename = "mb")]
    made_by: String,
    #[serde(rename = "ma")]
    made_at: i64,
    #[serde(rename = "en", default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct ReplayItem {
    #[serde(rename = "si")]
    since: i64,
    #[serde(rename = "ma")]
    started_at: i64,
    #[serde(rename = "mb")]
    started_by: String,
    #[serde(rename = "af", default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

impl EndpointItem {
    /// The item of an endpoint that is written at `now`.
    pub(super) fn new(endpoint: &WebhookEndpoint, now: Timestamp) -> Self {
        let (disabled, ended_at) = match endpoint.status {
            WebhookStatus::Disabled(why) => (Some(why.as_str().to_owned()), None),
            WebhookStatus::Ended(at) => (None, Some(at)),
            WebhookStatus::Pending | WebhookStatus::Active => (None, None),
        };
        let wake = endpoint.replay.map(|_| now.plus(LOST_AFTER));
        let due = wake.map(|wake| key::delivery_due_of(wake, endpoint.id.bytes()));
        let [due_partition, due_at] = due.map_or([None, None], |keys| keys.map(Some));
        let secrets = endpoint.secrets.older.iter().chain([&endpoint.secrets.newest]);
        Self {
            id: endpoint.id.to_string(),
            clinic: endpoint.clinic.to_string(),
            url: endpoint.url.as_str().to_owned(),
            description: endpoint.description.as_str().to_owned(),
            types: endpoint.types.names().to_vec(),
            status: endpoint.status.as_str().to_owned(),
            disabled,
            ended_at: ended_at.map(Timestamp::millis),
            secrets: secrets.map(Into::into).collect(),
            challenge: endpoint.challenge.to_string(),
            verified_at: endpoint.verified_at.map(Timestamp::millis),
            failing_since: endpoint.failing_since.map(Timestamp::millis),
            probe_at: endpoint.probe_at.map(Timestamp::millis),
            replay: endpoint.replay.as_ref().map(Into::into),
            created_by: endpoint.created_by.to_string(),
            created_at: endpoint.created_at.millis(),
            version: endpoint.version,
            due_partition,
            due_at,
            ttl: ended_at.map(|at| at.plus(KEPT_FOR).seconds()),
        }
    }

    fn status(&self) -> Result<WebhookStatus, BadField> {
        let disabled = || self.disabled.as_deref().and_then(DisabledReason::parse);
        match self.status.as_str() {
            "pending" => Ok(WebhookStatus::Pending),
            "active" => Ok(WebhookStatus::Active),
            "disabled" => disabled().map(WebhookStatus::Disabled).ok_or(BadField("dr")),
            "ended" => {
                let at = self.ended_at.ok_or(BadField("ed"))?;
                Ok(WebhookStatus::Ended(time("ed", at)?))
            }
            _ => Err(BadField("st")),
        }
    }
}

impl TryFrom<EndpointItem> for WebhookEndpoint {
    type Error = BadField;

    fn try_from(mut item: EndpointItem) -> Result<Self, BadField> {
        let user = |text: &str, name| UserId::parse(text).map_err(|_| BadField(name));
        let newest = item.secrets.pop().ok_or(BadField("se"))?.try_into()?;
        let secrets = std::mem::take(&mut item.secrets);
        let older = secrets.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        let optional = |name, at: Option<i64>| at.map(|at| time(name, at)).transpose();
        Ok(Self {
            id: WebhookId::parse(&item.id).map_err(|_| BadField("id"))?,
            clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
            url: field("ur", ReceiverUrl::parse(&item.url))?,
            description: field("de", KeyDescription::parse(&item.description))?,
            types: EventTypes::of_names(std::mem::take(&mut item.types)),
            status: item.status()?,
            secrets: EndpointSecrets { newest, older },
            challenge: DeliveryId::parse(&item.challenge).map_err(|_| BadField("ch"))?,
            verified_at: optional("va", item.verified_at)?,
            failing_since: optional("fs", item.failing_since)?,
            probe_at: optional("pa", item.probe_at)?,
            replay: item.replay.map(TryInto::try_into).transpose()?,
            created_by: user(&item.created_by, "by")?,
            created_at: time("ca", item.created_at)?,
            version: item.version,
        })
    }
}

impl From<&EndpointSecret> for SecretItem {
    fn from(secret: &EndpointSecret) -> Self {
        Self {
            kid: secret.version.kid,
            generation: secret.version.generation,
            made_by: secret.made_by.to_string(),
            made_at: secret.made_at.millis(),
            ends_at: secret.ends_at.map(Timestamp::millis),
        }
    }
}

impl TryFrom<SecretItem> for EndpointSecret {
    type Error = BadField;

    fn try_from(item: SecretItem) -> Result<Self, BadField> {
        Ok(Self {
            version: SecretVersion { kid: item.kid, generation: item.generation },
            made_by: UserId::parse(&item.made_by).map_err(|_| BadField("mb"))?,
            made_at: time("ma", item.made_at)?,
            ends_at: item.ends_at.map(|at| time("en", at)).transpose()?,
        })
    }
}

impl From<&Replay> for ReplayItem {
    fn from(replay: &Replay) -> Self {
        Self {
            since: replay.since.millis(),
            started_at: replay.started_at.millis(),
            started_by: replay.started_by.to_string(),
            after: replay.after.map(|id| id.to_string()),
        }
    }
}

impl TryFrom<ReplayItem> for Replay {
    type Error = BadField;

    fn try_from(item: ReplayItem) -> Result<Self, BadField> {
        let after = item.after.as_deref().map(DeliveryId::parse).transpose();
        Ok(Self {
            since: time("si", item.since)?,
            started_at: time("ma", item.started_at)?,
            started_by: UserId::parse(&item.started_by).map_err(|_| BadField("mb"))?,
            after: after.map_err(|_| BadField("af"))?,
        })
    }
}
