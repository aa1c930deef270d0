//! Links into the viewer, and the views that they open.

use std::collections::BTreeSet;

use auth::jwt::{Signer, SigningKeys};
use domain::credentials::token::{AccessLink, Keyring};
use domain::ids::{AccessId, ClinicId};
use reqwest::Method;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;
use super::person::{radiologist, with};

pub(crate) const REROUTE: &str = "/v1/autoScribe/studies/reroute-url";
pub(crate) const VIEWER_ONLY: &str = "/v1/autoScribe/studies/viewer-only-reroute-url";
pub(crate) const EPHEMERAL: &str = "/v1/autoScribe/ephemeral-sessions";
pub(crate) const REDEEM: &str = "/v1/access/redeem";
pub(crate) const RENEW: &str = "/v1/access/renew";
pub(crate) const INTROSPECT: &str = "/v1/access/introspect";
pub(crate) const END: &str = "/v1/access/revoke";

/// A study's id.
pub(crate) fn study(n: u8) -> String {
    format!("stu_{}", format!("{n:02x}").repeat(16))
}

/// A link as it was answered.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) access_id: String,
}

impl Link {
    pub(crate) fn of(answer: &Answer) -> Self {
        let url = answer.expect(200)["url"].as_str().unwrap().to_owned();
        Self {
            token: url.split_once("#token=").unwrap().1.to_owned(),
            access_id: answer.str("accessId"),
            url,
        }
    }
}

/// The claims of a token, whoever signed it.
pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a token.
pub(crate) fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, at: usize) -> Value {
    use base64::Engine as _;
    let text = token.split('.').nth(at).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text);
    serde_json::from_slice(&bytes.unwrap()).unwrap()
}

impl App {
    /// A confirmed radiologist, and their user id.
    pub(crate) async fn reader(&self) -> String {
        let person = radiologist("ada@clinic.example");
        let user = self.confirmed(&person, None).await;
        user["userId"].as_str().unwrap().to_owned()
    }

    /// Another one.
    pub(crate) async fn second_reader(&self) -> String {
        let person = radiologist("ken@clinic.example");
        let other = json!({"firstName": "Ken", "lastName": "Nakamura", "npiNumber": "2000000010"});
        let user = self.confirmed(&with(person, other), None).await;
        user["userId"].as_str().unwrap().to_owned()
    }

    /// A link to dictate study 1.
    pub(crate) async fn access_link(&self, user: &str) -> Link {
        self.link_by(&self.as_pacs(), user).await
    }

    /// The same from somebody else.
    pub(crate) async fn link_by(&self, actor: &Actor, user: &str) -> Link {
        let body = json!({ "assignedToUserId": user, "studyId": study(1) });
        Link::of(&actor.post(REROUTE, &body).await)
    }

    pub(crate) async fn redeem(&self, token: &str) -> Answer {
        let body = json!({ "token": token });
        self.as_invitee().post(REDEEM, &body).await
    }

    /// Opens a link; the view token.
    pub(crate) async fn opened(&self, link: &Link) -> String {
        let answer = self.redeem(&link.token).await;
        answer.expect(200)["viewToken"].as_str().unwrap().to_owned()
    }

    /// A link that was issued and opened; the view token.
    pub(crate) async fn view(&self, user: &str) -> String {
        self.opened(&self.access_link(user).await).await
    }

    pub(crate) async fn renew(&self, view_token: &str) -> Answer {
        let request = self.as_holder_of(view_token).request(Method::POST, RENEW);
        Answer::of(request).await
    }

    /// What the clinic's PACS is told of a view token.
    pub(crate) async fn introspected(&self, view_token: &str) -> Value {
        let body = json!({ "token": view_token });
        self.as_pacs().post(INTROSPECT, &body).await.expect(200)
    }

    /// Asserts that a view is over: not renewed, and not active.
    pub(crate) async fn over(&self, view_token: &str) {
        let inactive = json!({ "active": false });
        assert_eq!(self.introspected(view_token).await, inactive);
        self.renew(view_token).await.problem(401, "view_ended");
    }

    pub(crate) async fn end_access(&self, body: &Value) -> Answer {
        self.as_pacs().post(END, body).await
    }

    /// Why links and views were refused, as the audit knows.
    pub(crate) async fn refusals(&self) -> BTreeSet<String> {
        let records = self.audited("access.refused").await;
        let reason = |item: &store::RawItem| item["de"].as_s().unwrap().clone();
        records.iter().map(reason).collect()
    }

    /// Signs as the service does.
    pub(crate) fn signer(&self) -> Signer {
        let keys = SigningKeys::from_secret(self.running.signing_keys()).unwrap();
        let public = keys.public();
        keys.signer(&public).unwrap()
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.running.mailer.keyring
    }

    /// The token of an access's link, in whichever clinic.
    pub(crate) fn access_token(&self, clinic: ClinicId, access: &str) -> String {
        let access = AccessId::parse(access).unwrap();
        let token = self.keyring().access_token(&AccessLink { clinic, access });
        token.reveal().to_owned()
    }
}
