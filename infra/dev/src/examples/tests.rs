use axum::http::header::{CONTENT_SECURITY_POLICY, WWW_AUTHENTICATE};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use emulator::{Emulator, Options};
use provision::ClinicRequest;

use crate::data::DataDirectory;
use crate::pages::no_pages;
use crate::service::{DevService, start};

const STUDY: &str = "1.2.826.0.1.3680043.8.498.1001";

struct Pacs {
    running: Emulator,
    key: String,
    _data: tempfile::TempDir,
    http: Client,
}

impl Pacs {
    async fn start() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let data = DataDirectory::open(scratch.path()).unwrap();
        let DevService { emulator, api_key, .. } =
            start(&data, Options::default(), no_pages().path()).await.unwrap();
        Self { running: emulator, key: api_key, _data: scratch, http: Client::new() }
    }

    async fn get(&self, path: &str) -> Response {
        let url = format!("{}{path}", self.running.url);
        self.http.get(url).send().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.running.url);
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// Invites and confirms a radiologist, and finds the id on the page's list.
    async fn reader(&self) -> String {
        let person = json!({"email": "anna.hale@example.com", "firstName": "Anna", "lastName": "Hale",
            "clinicRole": "Radiologist", "level": "member", "canManageStudies": false, "canCreateReports": true,
            "hasDashboardAccess": false, "npiNumber": "1234567893"});
        let url = format!("{}/v1/autoScribe/users", self.running.url);
        let invited = self.http.post(url).bearer_auth(&self.key).json(&person);
        assert_eq!(invited.send().await.unwrap().status(), 201);
        let emails = self.running.inbox.wait_for("anna.hale@example.com", 1).await;
        let token = emails[0].token().unwrap();
        let shown = self.post("/v1/invitation/lookup", json!({ "token": token })).await;
        let terms = &shown["terms"];
        self.post("/v1/invitation/accept", json!({ "token": token, "terms": terms })).await;
        let readers: Value = self.get("/pacs/readers").await.json().await.unwrap();
        readers["users"][0]["userId"].as_str().unwrap().to_owned()
    }

    async fn open_view(&self, reader: &str, dictate: bool) -> (String, String) {
        let request = json!({"userId": reader, "studyInstanceUid": STUDY, "dictate": dictate});
        let link = self.post("/pacs/open", request).await;
        let url = link["url"].as_str().unwrap();
        let (page, token) = url.split_once("#token=").unwrap();
        let shell = self.http.get(page).send().await.unwrap();
        assert!(shell.status().is_success());
        let view = self.post("/v1/access/redeem", json!({ "token": token })).await;
        let text = |of: &Value, name: &str| of[name].as_str().unwrap().to_owned();
        (text(&view, "viewToken"), text(&link, "accessId"))
    }

    /// Opens the study for a new clinic. Returns the view token.
    async fn open_foreign_view(&self) -> String {
        let request = ClinicRequest {
            clinic_name: "Lakeside Radiology".to_owned(),
            reply_to: None,
            invitation_days: None,
            owner_email: "owner@lakeside.example".to_owned(),
            owner_first_name: "Lena".to_owned(),
            owner_last_name: "Lake".to_owned(),
            embed_origins: None,
            scopes: None,
        };
        let made = provision::provision(&self.running.provision_deps(), &request).await.unwrap();
        let url = format!("{}/v1/autoScribe/studies/viewer-only-reroute-url", self.running.url);
        let study = json!({ "studyInstanceUid": STUDY });
        let link = self.http.post(url).bearer_auth(made.api_key).json(&study).send().await.unwrap();
        let link: Value = link.json().await.unwrap();
        let (_, token) = link["url"].as_str().unwrap().split_once("#token=").unwrap();
        let view = self.post("/v1/access/redeem", json!({ "token": token })).await;
        view["viewToken"].as_str().unwrap().to_owned()
    }

    async fn study(&self, token: &str) -> Response {
        let url = format!("{}/viewer", self.running.url);
        let body = format!("viewToken={token}");
        let form = "application/x-www-form-urlencoded";
        let request = self.http.post(url).header("content-type", form).body(body);
        request.send().await.unwrap()
    }

    async fn images(&self, token: &str) -> Response {
        let url = format!("{}/viewer-service/images", self.running.url);
        self.http.get(url).bearer_auth(token).send().await.unwrap()
    }
}

#[tokio::test]
async fn ending_a_view_in_the_pacs_takes_effect_at_once() {
    let pacs = Pacs::start().await;
    assert!(pacs.get("/pacs").await.status().is_success());
    let reader = pacs.reader().await;
    let (token, access) = pacs.open_view(&reader, true).await;

    let study = pacs.study(&token).await;
    assert_eq!(study.status(), 200);
    let policy = study.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    let (ours, port) = (&pacs.running.url, pacs.running.url.rsplit_once(':').unwrap().1);
    assert!(
        policy.ends_with(&format!("frame-ancestors {ours} http://localhost:{port}")),
        "{policy}"
    );
    let page = study.text().await.unwrap();
    assert!(page.contains(STUDY) && page.contains("Anna Hale"), "{page}");
    assert!(!page.contains(&reader), "the page shows the name, not the id");

    let images = pacs.images(&token).await;
    assert_eq!(images.status(), 200);
    let images: Value = images.json().await.unwrap();
    assert_eq!(images["mayDictate"], true);
    let open: Value = pacs.get("/pacs/views").await.json().await.unwrap();
    assert_eq!(open["access"][0]["accessId"], access);

    pacs.post("/pacs/end", json!({ "accessId": access })).await;
    let refused = pacs.images(&token).await;
    assert_eq!(refused.status(), 401);
    assert!(refused.headers().contains_key(WWW_AUTHENTICATE));
    pacs.running.stop().await;
}

#[tokio::test]
async fn an_invalid_token_shows_no_study() {
    let pacs = Pacs::start().await;
    let reader = pacs.reader().await;
    let (token, _) = pacs.open_view(&reader, false).await;
    let images: Value = pacs.images(&token).await.json().await.unwrap();
    assert_eq!(images["mayDictate"], false);

    let parts: Vec<&str> = token.split('.').collect();
    // {"alg":"none","typ":"at+jwt"}
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{}.", parts[1]);
    let other = format!("{}.{}.{}", parts[0], parts[1], &parts[2][..80]);
    let foreign = pacs.open_foreign_view().await;
    for bad in [unsigned.as_str(), &other, &foreign, "x", ""] {
        assert_eq!(pacs.study(bad).await.status(), 401, "{bad}");
        assert_eq!(pacs.images(bad).await.status(), 401, "{bad}");
    }
    pacs.running.stop().await;
}
