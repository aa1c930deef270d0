//! Links to the viewer, and the views that they open.

use std::collections::BTreeSet;

use auth::jwt::{Signer, SigningKeys};
use domain::actor::Issuer;
use domain::credentials::token::AccessLink;
use domain::embed::EmbedOrigins;
use domain::grant::{LinkSeconds, NewGrant, View, ViewSeconds};
use domain::ids::{AccessId, ApiKeyId, ClinicId, StudyId, UserId};
use domain::study::StudyRef;
use domain::time::Clock as _;
use emulator::Keyrings;
use reqwest::Method;
use runtime::OsEntropy;
use serde_json::{Value, json};
use store::CommitOutcome;

use super::actor::{TestClient, TestResponse};
use super::app::App;
use super::person::{radiologist, with};

pub(crate) const REROUTE: &str = "/v1/autoScribe/studies/reroute-url";
pub(crate) const VIEWER_ONLY: &str = "/v1/autoScribe/studies/viewer-only-reroute-url";
pub(crate) const EPHEMERAL: &str = "/v1/autoScribe/ephemeral-sessions";
pub(crate) const REDEEM: &str = "/v1/access/redeem";
pub(crate) const RENEW: &str = "/v1/access/renew";
pub(crate) const INTROSPECT: &str = "/v1/access/introspect";
pub(crate) const REVOKE: &str = "/v1/access/revoke";

/// A study's id.
pub(crate) fn study(n: u32) -> String {
    format!("stu_{n:032x}")
}

/// A link to the viewer, as an answer returns it.
#[derive(Clone)]
pub(crate) struct ViewerLink {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) access_id: String,
}

impl ViewerLink {
    pub(crate) fn from_response(answer: &TestResponse) -> Self {
        let url = answer.expect(200)["url"].as_str().unwrap().to_owned();
        Self {
            token: url.split_once("#token=").unwrap().1.to_owned(),
            access_id: answer.str("accessId"),
            url,
        }
    }
}

/// The claims of a token. The signature is not checked.
pub(crate) fn claims(token: &str) -> Value {
    decode_part(token, 1)
}

/// The header of a token.
pub(crate) fn header(token: &str) -> Value {
    decode_part(token, 0)
}

fn decode_part(token: &str, at: usize) -> Value {
    use base64::Engine as _;
    let text = token.split('.').nth(at).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text);
    serde_json::from_slice(&bytes.unwrap()).unwrap()
}

impl App {
    /// Invites and confirms a radiologist. Returns their user id.
    pub(crate) async fn confirm_reader(&self) -> String {
        let person = radiologist("ada@clinic.example");
        let user = self.invite_and_confirm(&person, None).await;
        user["userId"].as_str().unwrap().to_owned()
    }

    /// Invites and confirms another radiologist. Returns their user id.
    pub(crate) async fn confirm_second_reader(&self) -> String {
        let person = radiologist("ken@clinic.example");
        let other = json!({"firstName": "Ken", "lastName": "Nakamura", "npiNumber": "2000000010"});
        let user = self.invite_and_confirm(&with(person, other), None).await;
        user["userId"].as_str().unwrap().to_owned()
    }

    /// Issues a link that lets `user` dictate study 1.
    pub(crate) async fn issue_link(&self, user: &str) -> ViewerLink {
        self.issue_link_as(&self.as_pacs(), user).await
    }

    /// Writes grants whose links let `user` read study 1, without counting those that the user has.
    pub(crate) async fn write_links(&self, user: &str, count: usize) {
        for _ in 0..count {
            let now = self.clock.now();
            let issued = NewGrant {
                id: AccessId::new(now, &OsEntropy),
                clinic: self.clinic(),
                view: View::ViewerOnly {
                    user: Some(UserId::parse(user).unwrap()),
                    study: StudyRef::Id(StudyId::parse(&study(1)).unwrap()),
                },
                issuer: Issuer::ApiKey(ApiKeyId::parse(&self.api_key_id).unwrap()),
                access_epoch: 0,
                embed_origins: EmbedOrigins::default(),
                link: LinkSeconds::default(),
                view_seconds: ViewSeconds::default(),
            }
            .issue(now);
            let record = self.operator_record(issued.action(), issued.details.audit_object());
            let mut tx = self.store().transaction(&record).unwrap();
            tx.put_grant(issued).unwrap();
            assert_eq!(tx.commit().await.unwrap(), CommitOutcome::Committed);
        }
    }

    /// Issues the same link as another caller.
    pub(crate) async fn issue_link_as(&self, actor: &TestClient, user: &str) -> ViewerLink {
        let body = json!({ "assignedToUserId": user, "studyId": study(1) });
        ViewerLink::from_response(&actor.post(REROUTE, &body).await)
    }

    pub(crate) async fn redeem(&self, token: &str) -> TestResponse {
        let body = json!({ "token": token });
        self.as_invitee().post(REDEEM, &body).await
    }

    /// Opens a link. Returns the view token.
    pub(crate) async fn open_link(&self, link: &ViewerLink) -> String {
        let answer = self.redeem(&link.token).await;
        answer.expect(200)["viewToken"].as_str().unwrap().to_owned()
    }

    /// Issues and opens a link. Returns the view token.
    pub(crate) async fn open_view(&self, user: &str) -> String {
        self.open_link(&self.issue_link(user).await).await
    }

    pub(crate) async fn renew(&self, view_token: &str) -> TestResponse {
        let request = self.as_holder_of(view_token).request(Method::POST, RENEW);
        TestResponse::fetch(request).await
    }

    /// Introspects a view token as the clinic's PACS.
    pub(crate) async fn introspect(&self, view_token: &str) -> Value {
        let body = json!({ "token": view_token });
        self.as_pacs().post(INTROSPECT, &body).await.expect(200)
    }

    /// Asserts that a view has ended: it is not active and cannot be renewed.
    pub(crate) async fn assert_view_ended(&self, view_token: &str) {
        let inactive = json!({ "active": false });
        assert_eq!(self.introspect(view_token).await, inactive);
        self.renew(view_token).await.expect_problem(401, "view_ended");
    }

    pub(crate) async fn end_access(&self, body: &Value) -> TestResponse {
        self.as_pacs().post(REVOKE, body).await
    }

    /// The reasons in the audit records of refused links and views.
    pub(crate) async fn list_refusals(&self) -> BTreeSet<String> {
        let records = self.list_audit_records("access.refused").await;
        let reason = |item: &store::RawItem| item["de"].as_s().unwrap().clone();
        records.iter().map(reason).collect()
    }

    /// A signer with the service's current key.
    pub(crate) fn signer(&self) -> Signer {
        let keys = SigningKeys::from_secret(self.running.signing_keys()).unwrap();
        let public = keys.public();
        keys.signer(&public).unwrap()
    }

    pub(crate) fn keyrings(&self) -> &Keyrings {
        &self.running.keyrings
    }

    /// The token of an access's link. The clinic does not have to exist.
    pub(crate) fn access_token(&self, clinic: ClinicId, access: &str) -> String {
        let access = AccessId::parse(access).unwrap();
        let token = self.keyrings().access_links.access_token(&AccessLink { clinic, access });
        token.reveal().to_owned()
    }
}
