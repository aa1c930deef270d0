//! A grant as an item.

use std::time::Duration;

use domain::grant::{
    EphemeralOptions, EphemeralSession, Grant, GrantDetails, HangingProtocol, IssuedGrant,
    KeyThumbprint, Layout, OpenGrant, Opening, RetrievalId, RevokedGrant, View, ViewSeconds,
    ViewportLabel,
};
use domain::ids::{AccessId, ClinicId, UserId};
use domain::invitation::Fingerprint;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{
    BadField, StudyItem, embed_origins, embed_origins_text, field, is_zero, issuer, issuer_text,
    time,
};
use crate::item::RawItem;
use crate::key::event_due_of;
use crate::{Store, StoreError};

/// How long a grant is stored after its view ends, to show what was open.
const KEPT_FOR: Duration = Duration::from_hours(30 * 24);

const ISSUED: &str = "issued";
const OPEN: &str = "open";
const REVOKED: &str = "revoked";

const DICTATION: &str = "dictation";
const VIEWER_ONLY: &str = "viewer_only";
const EPHEMERAL: &str = "ephemeral";

#[derive(Serialize, Deserialize)]
pub(crate) struct GrantItem {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "st")]
    status: String,
    /// `dictation`, `viewer_only` or `ephemeral`.
    #[serde(rename = "vi")]
    view: String,
    #[serde(rename = "us", default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(flatten)]
    study: StudyItem,
    #[serde(rename = "ri", default, skip_serializing_if = "Option::is_none")]
    retrieval: Option<String>,
    #[serde(rename = "ly", default, skip_serializing_if = "Option::is_none")]
    layout: Option<String>,
    #[serde(rename = "va", default, skip_serializing_if = "Vec::is_empty")]
    viewports: Vec<Option<String>>,
    #[serde(rename = "op", default, skip_serializing_if = "Option::is_none")]
    options: Option<String>,
    #[serde(rename = "by")]
    issuer: String,
    #[serde(rename = "ae", default, skip_serializing_if = "is_zero")]
    access_epoch: u32,
    #[serde(rename = "eo", default, skip_serializing_if = "Vec::is_empty")]
    embed_origins: Vec<String>,
    #[serde(rename = "ca")]
    created_at: i64,
    #[serde(rename = "ex")]
    link_expires_at: i64,
    #[serde(rename = "vs")]
    view_seconds: u32,
    #[serde(rename = "oa", default, skip_serializing_if = "Option::is_none")]
    opened_at: Option<i64>,
    #[serde(rename = "ou", default, skip_serializing_if = "Option::is_none")]
    open_until: Option<i64>,
    #[serde(rename = "jk", default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(rename = "ik", default, skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<String>,
    /// The event of the last change.
    #[serde(rename = "le", default, skip_serializing_if = "Option::is_none")]
    pub(super) last_event: Option<String>,
    /// The index keys while it can end by itself.
    #[serde(rename = "GSI4PK", default, skip_serializing_if = "Option::is_none")]
    end_list: Option<String>,
    #[serde(rename = "GSI4SK", default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<String>,
    #[serde(rename = "ra", default, skip_serializing_if = "Option::is_none")]
    revoked_at: Option<i64>,
    ttl: i64,
    #[serde(rename = "v")]
    version: u64,
}

impl From<&Grant> for GrantItem {
    fn from(grant: &Grant) -> Self {
        let (details, opening) = (grant.details(), grant.opening());
        let (status, revoked_at) = match grant {
            Grant::Issued(_) => (ISSUED, None),
            Grant::Open(_) => (OPEN, None),
            Grant::Revoked(g) => (REVOKED, Some(g.at)),
        };
        let (view, session) = match &details.view {
            View::Dictation { .. } => (DICTATION, None),
            View::ViewerOnly { .. } => (VIEWER_ONLY, None),
            View::Ephemeral(session) => (EPHEMERAL, Some(session)),
        };
        let hanging = session.and_then(|s| s.hanging.as_ref());
        let due = grant.end().map(|end| event_due_of(end, details.id.bytes()));
        let (end_list, ends_at) = due.map(|[list, at]| (list, at)).unzip();
        let label = |label: &Option<ViewportLabel>| label.as_ref().map(|l| l.as_str().to_owned());
        Self {
            id: details.id.to_string(),
            clinic: details.clinic.to_string(),
            status: status.to_owned(),
            view: view.to_owned(),
            user: details.view.user().map(|id| id.to_string()),
            study: details.view.study().map(Into::into).unwrap_or_default(),
            retrieval: session.map(|s| s.retrieval.as_str().to_owned()),
            layout: hanging.map(|h| h.layout().as_str().to_owned()),
            viewports: hanging
                .map(|h| h.assignments().iter().map(label).collect())
                .unwrap_or_default(),
            options: session
                .and_then(|s| s.options.as_ref())
                .map(|options| options.as_str().to_owned()),
            issuer: issuer_text(details.issuer),
            access_epoch: details.access_epoch,
            embed_origins: embed_origins_text(&details.embed_origins),
            created_at: details.created_at.millis(),
            link_expires_at: details.link_expires_at.millis(),
            view_seconds: details.view_seconds.get(),
            opened_at: opening.map(|o| o.at.millis()),
            open_until: opening.map(|o| o.until.millis()),
            key: opening.and_then(|o| o.key).map(|key| key.to_string()),
            idempotency_key: opening
                .and_then(|o| o.idempotency_key.as_ref())
                .map(|digest| digest.as_str().to_owned()),
            last_event: None,
            end_list,
            ends_at,
            revoked_at: revoked_at.map(Timestamp::millis),
            ttl: details.latest_end().plus(KEPT_FOR).seconds(),
            version: details.version,
        }
    }
}

impl GrantItem {
    fn view(&self) -> Result<View, BadField> {
        let user = self.user.as_deref().map(UserId::parse).transpose();
        let user = user.map_err(|_| BadField("us"))?;
        match self.view.as_str() {
            DICTATION => Ok(View::Dictation {
                user: user.ok_or(BadField("us"))?,
                study: self.study.study()?,
            }),
            VIEWER_ONLY => Ok(View::ViewerOnly { user, study: self.study.study()? }),
            EPHEMERAL => self.session().map(View::Ephemeral),
            _ => Err(BadField("vi")),
        }
    }

    fn session(&self) -> Result<EphemeralSession, BadField> {
        let retrieval = self.retrieval.as_deref().ok_or(BadField("ri"))?;
        let options = self.options.as_deref().map(EphemeralOptions::parse).transpose();
        Ok(EphemeralSession {
            retrieval: field("ri", RetrievalId::parse(retrieval))?,
            hanging: self.layout.as_deref().map(|l| self.hanging(l)).transpose()?,
            options: field("op", options)?,
        })
    }

    fn hanging(&self, layout: &str) -> Result<HangingProtocol, BadField> {
        let label = |text: &Option<String>| text.as_deref().map(ViewportLabel::parse).transpose();
        let labels = self.viewports.iter().map(label).collect::<Result<_, _>>();
        let layout = field("ly", Layout::parse(layout))?;
        field("va", HangingProtocol::new(layout, field("va", labels)?))
    }

    fn opening(&self) -> Result<Option<Opening>, BadField> {
        let (at, until) = match (self.opened_at, self.open_until) {
            (None, None) => return Ok(None),
            (Some(at), Some(until)) => (at, until),
            (None, Some(_)) => return Err(BadField("oa")),
            (Some(_), None) => return Err(BadField("ou")),
        };
        let key = self.key.as_deref().map(KeyThumbprint::parse).transpose();
        Ok(Some(Opening {
            at: time("oa", at)?,
            until: time("ou", until)?,
            key: field("jk", key)?,
            idempotency_key: self.idempotency_key.clone().map(Fingerprint::from_stored),
        }))
    }
}

impl TryFrom<GrantItem> for Grant {
    type Error = BadField;

    fn try_from(item: GrantItem) -> Result<Self, BadField> {
        let details = GrantDetails {
            id: AccessId::parse(&item.id).map_err(|_| BadField("id"))?,
            clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
            view: item.view()?,
            issuer: issuer(&item.issuer)?,
            access_epoch: item.access_epoch,
            embed_origins: embed_origins(&item.embed_origins)?,
            created_at: time("ca", item.created_at)?,
            link_expires_at: time("ex", item.link_expires_at)?,
            view_seconds: field("vs", ViewSeconds::new(item.view_seconds))?,
            version: item.version,
        };
        let opening = item.opening()?;
        match item.status.as_str() {
            ISSUED => Ok(IssuedGrant { details }.into()),
            OPEN => {
                let opening = opening.ok_or(BadField("oa"))?;
                Ok(OpenGrant { details, opening }.into())
            }
            REVOKED => {
                let at = time("ra", item.revoked_at.ok_or(BadField("ra"))?)?;
                let revoked = RevokedGrant { details, opening, at };
                Ok(revoked.into())
            }
            _ => Err(BadField("st")),
        }
    }
}

impl Store {
    /// Reads the grant of an item.
    pub(crate) fn decode_grant(&self, raw: &RawItem) -> Result<Grant, StoreError> {
        self.decode_with(raw, |item: GrantItem| item.try_into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key;
    use domain::actor::Issuer;
    use domain::embed::{EmbedOrigin, EmbedOrigins};
    use domain::grant::{LinkSeconds, NewGrant, Redeemer};
    use domain::ids::{ApiKeyId, StudyId};
    use domain::study::{StudyInstanceUid, StudyRef};

    fn study() -> StudyRef {
        let uid = StudyInstanceUid::parse(&format!("1.2.{}", "9".repeat(60))).unwrap();
        StudyRef::new(Some(StudyId::from_bytes([5; 16])), Some(uid)).unwrap()
    }

    fn issued(view: View) -> IssuedGrant {
        let origins = ["https://pacs.radiology.hospital.example", "https://b.example:8443"];
        let origins = origins.map(|o| EmbedOrigin::parse(o).unwrap());
        NewGrant {
            id: AccessId::from_bytes([1; 16]),
            clinic: ClinicId::from_bytes([2; 16]),
            view,
            issuer: Issuer::ApiKey(ApiKeyId::from_bytes([3; 16])),
            access_epoch: 2,
            embed_origins: EmbedOrigins::new(origins.to_vec()).unwrap(),
            link: LinkSeconds::default(),
            view_seconds: ViewSeconds::default(),
        }
        .issue(Timestamp::EPOCH)
    }

    fn redeemer() -> Redeemer {
        let key = Some(KeyThumbprint::from_bytes([7; 32]));
        Redeemer::new(AccessId::from_bytes([1; 16]), key, Some("a"))
    }

    fn views() -> [View; 3] {
        let user = UserId::from_bytes([4; 16]);
        let label = |text| Some(ViewportLabel::parse(text).unwrap());
        let labels = vec![label("Axial T1"), None];
        let session = EphemeralSession {
            retrieval: RetrievalId::parse("order-12345").unwrap(),
            hanging: Some(HangingProtocol::new(Layout::ALL[5], labels).unwrap()),
            options: Some(EphemeralOptions::parse("{\"b\":1.50,\"a\":null}").unwrap()),
        };
        let study = study();
        [
            View::Dictation { user, study },
            View::ViewerOnly { user: None, study },
            View::Ephemeral(session),
        ]
    }

    #[test]
    fn a_grant_survives_its_item() {
        for view in views() {
            let issued = issued(view);
            let open = issued.clone().redeem(&redeemer(), Timestamp::EPOCH).unwrap().next;
            let states: [Grant; 4] = [
                issued.clone().into(),
                issued.revoke(Timestamp::EPOCH).next.into(),
                open.clone().into(),
                open.revoke(Timestamp::EPOCH).next.into(),
            ];
            for state in states {
                let item: serde_dynamo::Item =
                    serde_dynamo::to_item(GrantItem::from(&state)).unwrap();
                let item: GrantItem = serde_dynamo::from_item(item).unwrap();
                assert_eq!(Grant::try_from(item).unwrap(), state);
            }
        }
    }

    #[test]
    fn a_corrupt_view_names_its_missing_field() {
        let item = |view: &View| GrantItem::from(&Grant::from(issued(view.clone())));
        let [dictation, viewer, ephemeral] = views();
        let (mut nobody, mut nothing, mut nameless) =
            (item(&dictation), item(&viewer), item(&ephemeral));
        nobody.user = None;
        nothing.study = StudyItem::default();
        nameless.retrieval = None;
        for (item, field) in [(nobody, "us"), (nothing, "si"), (nameless, "ri")] {
            assert_eq!(Grant::try_from(item).unwrap_err().0, field);
        }
    }

    #[test]
    fn a_grant_for_a_study_fits_in_one_kilobyte() {
        let [dictation, ..] = views();
        let open = issued(dictation).redeem(&redeemer(), Timestamp::EPOCH).unwrap();
        let grant = Grant::from(open.next);
        let [(pk, partition), (sk, sort)] = super::super::index(grant.details()).unwrap();
        let details = grant.details();
        let at = key::grant(details.clinic, details.id);
        let keys = [pk, &partition, sk, &sort, &at.pk, &at.sk, "PKSK"];
        let keys: usize = keys.iter().map(|part| part.len()).sum();
        let mut item = GrantItem::from(&grant);
        item.last_event = Some(format!("whe_{}", "5".repeat(32)));
        let bytes = serde_json::to_vec(&item).unwrap().len();
        assert!(bytes + keys < 1024, "{bytes} {keys}");
    }
}
